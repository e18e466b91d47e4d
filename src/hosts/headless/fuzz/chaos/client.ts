import type { ConnectionLost } from '../../../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../../../kernel/process.ts';
import { below, pick } from '../../../../kernel/random.ts';
import { MILLISECOND, SECOND, type Micros } from '../../../../kernel/time.ts';
import type { EtcdRequest, EtcdResponse } from '../../../../cluster/messages.ts';
import type { RegisterCall, RegisterValue } from './linearizability.ts';

/**
 * A client of etcd's that reads and writes a few keys, one operation at a time, and writes down what it asked, when,
 * and what it was told. What it was told nothing of may have happened or not.
 */
export interface ChaosClientConfig {
  /** The members' processes. */
  readonly members: readonly string[];
  readonly keys: readonly string[];
  /** On average so long between two operations. */
  readonly thinkMicros: Micros;
}

/** One entry of the book; `returnedAt` undefined: it was never told. */
export interface ChaosRecord {
  readonly key: string;
  readonly calledAt: Micros;
  readonly returnedAt: Micros | undefined;
  readonly what: RegisterCall;
}

/** The book is on disk: it outlives the client. */
export interface ChaosClientDisk {
  readonly records: ChaosRecord[];
  written: number;
}

interface ChaosClientMemory {
  nextId: number;
  member: string;
  current: Operation | undefined;
  /** What each key was last seen to hold. */
  readonly known: Map<string, Known>;
}

interface Known {
  readonly value: RegisterValue;
  readonly modRevision: number;
}

type Operation =
  | { readonly kind: 'read'; readonly id: number; readonly key: string; readonly at: Micros }
  | {
      readonly kind: 'swap';
      readonly id: number;
      readonly key: string;
      readonly at: Micros;
      readonly expected: RegisterValue;
      readonly next: RegisterValue;
    };

type ChaosClientMessage =
  | { readonly type: 'chaos/think' }
  | { readonly type: 'chaos/give-up'; readonly id: number }
  | EtcdRequest
  | EtcdResponse
  | ConnectionLost;

type ClientEnv = Env<ChaosClientMessage>;

interface Client {
  readonly config: ChaosClientConfig;
  readonly disk: ChaosClientDisk;
  readonly memory: ChaosClientMemory;
  readonly env: ClientEnv;
}

const PATIENCE: Micros = 4 * SECOND;

export const chaosClient = defineBehaviour<
  ChaosClientConfig,
  ChaosClientDisk,
  ChaosClientMemory,
  ChaosClientMessage
>({
  kind: 'chaos-client',
  initialDisk: () => ({ records: [], written: 0 }),
  start(_disk, env, config) {
    const memory: ChaosClientMemory = {
      nextId: 1,
      member: pick(env.random('member'), config.members),
      current: undefined,
      known: new Map(),
    };
    think(config, env);
    return memory;
  },
  step({ disk, memory, config }, message, env) {
    const client: Client = { config, disk, memory, env };
    switch (message.type) {
      case 'chaos/think':
        begin(client);
        return;
      case 'chaos/give-up':
        if (memory.current?.id === message.id) forgo(client);
        return;
      case 'kernel/connection-lost':
        if (memory.current !== undefined && message.peer === memory.member) forgo(client);
        return;
      case 'etcd/range-result':
      case 'etcd/txn-result':
      case 'etcd/error':
        if (memory.current?.id === message.id) conclude(client, memory.current, message);
        return;
      default:
        return;
    }
  },
});

function think({ thinkMicros }: ChaosClientConfig, env: ClientEnv): void {
  env.after(MILLISECOND + below(env.random('think'), 2 * thinkMicros), { type: 'chaos/think' });
}

const READ_PERCENT = 45;
const DELETE_PERCENT = 10;
const BLIND_PERCENT = 5;

function begin(client: Client): void {
  const { config, disk, memory, env } = client;
  const stream = env.random('choice');
  const key = pick(stream, config.keys);
  const id = memory.nextId++;
  const known = memory.known.get(key);
  env.after(PATIENCE, { type: 'chaos/give-up', id });
  if (known === undefined || below(stream, 100) < READ_PERCENT) {
    memory.current = { kind: 'read', id, key, at: env.now };
    env.send(memory.member, { type: 'etcd/range', id, key });
    return;
  }
  // Now and then it knows nothing, and believes that there is nothing.
  const seen = below(stream, 100) < BLIND_PERCENT ? NOTHING : known;
  const deletes = seen.value !== undefined && below(stream, 100) < DELETE_PERCENT;
  const next = deletes ? undefined : `${env.self}/${++disk.written}`;
  memory.current = { kind: 'swap', id, key, at: env.now, expected: seen.value, next };
  env.send(memory.member, {
    type: 'etcd/txn',
    id,
    key,
    expectedModRevision: seen.modRevision,
    op: next === undefined ? { kind: 'delete' } : { kind: 'put', value: next },
  });
}

const NOTHING: Known = Object.freeze({ value: undefined, modRevision: 0 });

/** No answer: what was asked may happen or not; another member is asked from now on. */
function forgo(client: Client): void {
  const { memory, env, config } = client;
  const { current } = memory;
  if (current?.kind === 'swap') {
    memory.known.delete(current.key);
    record(client, current, undefined, {
      kind: 'swap',
      expected: current.expected,
      next: current.next,
      outcome: 'unknown',
    });
  }
  memory.current = undefined;
  memory.member = pick(env.random('member'), config.members);
  think(config, env);
}

function conclude(client: Client, current: Operation, answer: EtcdResponse): void {
  const { memory, env, config } = client;
  const told = toldBy(current, answer);
  if (told === undefined) {
    forgo(client);
    return;
  }
  memory.current = undefined;
  memory.known.set(current.key, told.known);
  record(client, current, env.now, told.call);
  think(config, env);
}

/** What an answer says; undefined for one that leaves it open. */
function toldBy(
  current: Operation,
  answer: EtcdResponse,
): { readonly known: Known; readonly call: RegisterCall } | undefined {
  if (current.kind === 'read' && answer.type === 'etcd/range-result') {
    const known = knownOf(answer.keyValues[0]);
    return { known, call: { kind: 'read', found: known.value } };
  }
  if (current.kind !== 'swap' || answer.type !== 'etcd/txn-result') return undefined;
  const { expected, next } = current;
  if (answer.succeeded) {
    const modRevision = next === undefined ? 0 : answer.revision;
    return {
      known: { value: next, modRevision },
      call: { kind: 'swap', expected, next, outcome: 'done' },
    };
  }
  const known = knownOf(answer.current);
  return {
    known,
    call: { kind: 'swap', expected, next, outcome: 'refused', found: known.value },
  };
}

function knownOf(
  keyValue: { readonly value: unknown; readonly modRevision: number } | undefined,
): Known {
  // Only these clients write these keys, and they write texts.
  return keyValue === undefined
    ? NOTHING
    : { value: keyValue.value as string, modRevision: keyValue.modRevision };
}

function record(
  { disk }: Client,
  { key, at }: Operation,
  returnedAt: Micros | undefined,
  what: RegisterCall,
): void {
  disk.records.push(Object.freeze({ key, calledAt: at, returnedAt, what: Object.freeze(what) }));
}
