import { defineBehaviour, type Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { EtcdRequest, EtcdResponse, EtcdWatchEvents } from '../messages.ts';
import { applyEntry, COMPACTED, FUTURE_REVISION } from './apply.ts';
import { armForLease, leaseFor, nextLease, type LeaseTimer } from './leases.ts';
import { noProposals, propose, takeCommitted, type Flushed, type Proposals } from './proposals.ts';
import { rangeAt, rangeNow } from './range.ts';
import { estimateBytes } from './size.ts';
import { emptyDisk, type EtcdDisk, type StoredEvent } from './store.ts';
import { closeWatches, notifyWatches, openWatch, type EtcdWatches } from './watches.ts';

export type EtcdMessage =
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | Flushed
  | LeaseTimer
  | ConnectionLost;

export interface EtcdMemory {
  readonly proposals: Proposals;
  readonly watches: EtcdWatches;
  leaseTimer: Micros | undefined;
  readonly stats: EtcdStats;
}

/** What a member's `/metrics` would tell. */
export interface EtcdStats {
  /** How long the last flushes took, in microseconds; a ring that `flushes` indexes. */
  readonly fsyncMicros: number[];
  flushes: number;
  /** Entries applied. */
  applied: number;
  /** The size of what is stored, estimated at each compaction. */
  bytes: number;
}

const FSYNCS_KEPT = 64;

/** etcd: the one place where the cluster's state is kept. Only API servers talk to it. */
export const etcdBehaviour = defineBehaviour<unknown, EtcdDisk, EtcdMemory, EtcdMessage>({
  kind: 'etcd',
  initialDisk: emptyDisk,
  start(disk, env) {
    // Leases that ran out while the member was down are due at once.
    const first = nextLease(disk, -1);
    return {
      proposals: noProposals(),
      watches: new Map(),
      leaseTimer: first === undefined ? undefined : armForLease(first, undefined, env),
      stats: { fsyncMicros: [], flushes: 0, applied: 0, bytes: estimateBytes(disk) },
    };
  },
  step({ disk, memory }, message, env) {
    switch (message.type) {
      case 'etcd/txn':
      case 'etcd/compact':
        accept(memory.proposals, message, env);
        return;
      case 'etcd/flushed':
        applyCommitted(disk, memory, env);
        return;
      case 'etcd/range':
        reply(env, answerRange(disk, message));
        return;
      case 'etcd/watch': {
        if (env.from === undefined) return;
        const { id, key, end, fromRevision } = message;
        const watch = { client: env.from, id, key, end, fromRevision };
        openWatch(memory.watches, disk, { watch, env });
        return;
      }
      case 'etcd/lease-timer':
        revokeDueLeases(disk, memory, env);
        return;
      case 'kernel/connection-lost':
        closeWatches(memory.watches, message.peer);
        return;
      default:
        // Answers are for clients.
        return;
    }
  },
});

function accept(
  proposals: Proposals,
  request: Extract<EtcdRequest, { type: 'etcd/txn' | 'etcd/compact' }>,
  env: Env<EtcdMessage>,
): void {
  const asker = env.from === undefined ? undefined : { client: env.from, id: request.id };
  if (request.type === 'etcd/compact') {
    propose(proposals, { kind: 'compact', revision: request.revision }, { asker, env });
    return;
  }
  const { key, expectedModRevision, op } = request;
  const lease = op.kind === 'put' ? leaseFor(op.ttlSeconds, env.now) : 0;
  propose(proposals, { kind: 'txn', key, expectedModRevision, op, lease }, { asker, env });
}

function applyCommitted(disk: EtcdDisk, memory: EtcdMemory, env: Env<EtcdMessage>): void {
  const { proposals, stats } = memory;
  stats.fsyncMicros[stats.flushes % FSYNCS_KEPT] = env.now - proposals.flushStartedAt;
  stats.flushes += 1;
  const committed = takeCommitted(proposals, env);
  stats.applied += committed.length;
  const events: StoredEvent[] = [];
  const answers = committed.map(({ entry, asker, cause }) => {
    if (entry.kind === 'txn' && entry.lease !== 0) {
      memory.leaseTimer = armForLease(entry.lease, memory.leaseTimer, env);
    }
    const answer = applyEntry(disk, entry, { cause, id: asker?.id ?? 0, events });
    if (entry.kind === 'compact') stats.bytes = estimateBytes(disk);
    return answer;
  });
  // Watches first: whoever learns that his write succeeded has then been told of it by his watches.
  notifyWatches(memory.watches, events, { revision: disk.revision, env });
  for (let i = 0; i < committed.length; i++) {
    const answer = answers[i];
    const { asker, cause } = committed[i] as (typeof committed)[number]; // In range by the condition.
    if (answer === undefined || asker === undefined) continue;
    env.resumeCause(cause);
    env.send(asker.client, answer);
  }
}

function answerRange(
  disk: EtcdDisk,
  request: Extract<EtcdRequest, { type: 'etcd/range' }>,
): EtcdResponse {
  const { id, revision } = request;
  if (revision !== undefined && revision > disk.revision) {
    return { type: 'etcd/error', id, error: FUTURE_REVISION };
  }
  if (revision !== undefined && revision < disk.compactedRevision) {
    return { type: 'etcd/error', id, error: COMPACTED, compactRevision: disk.compactedRevision };
  }
  const limit = request.limit === undefined || request.limit <= 0 ? Infinity : request.limit;
  const { keyValues, count } =
    revision === undefined || revision === disk.revision
      ? rangeNow(disk, request, limit)
      : rangeAt(disk, request, { revision, limit });
  return {
    type: 'etcd/range-result',
    id,
    revision: disk.revision,
    keyValues,
    count,
    more: count > keyValues.length,
  };
}

function revokeDueLeases(disk: EtcdDisk, memory: EtcdMemory, env: Env<EtcdMessage>): void {
  memory.leaseTimer = undefined;
  for (const [lease, keys] of disk.leases) {
    if (lease > env.now) continue;
    env.resumeCause(undefined);
    env.note(`the lease of ${keys.size} ${keys.size === 1 ? 'key' : 'keys'} has expired`);
    propose(memory.proposals, { kind: 'revoke', lease }, { asker: undefined, env });
  }
  const next = nextLease(disk, env.now);
  if (next !== undefined) memory.leaseTimer = armForLease(next, undefined, env);
}

function reply(env: Env<EtcdMessage>, response: EtcdResponse): void {
  if (env.from !== undefined) env.send(env.from, response);
}
