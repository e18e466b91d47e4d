import type { ProgramContext, ProgramIo } from '../../program.ts';
import { addressIn, askProcess, factsHere, OVERDUE } from '../asking.ts';
import { readGoDuration } from '../amounts.ts';
import type { GoLine } from '../go-flags.ts';

/** etcd's answers, as far as its tools print them. */
export interface EtcdStatus {
  readonly clusterId: string;
  readonly memberId: string;
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly dbSizeQuota: number;
  readonly leader: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
}

export interface EtcdMember {
  readonly id: string;
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly isLearner: boolean;
}

export interface EtcdKeyValue {
  readonly key: string;
  readonly value: unknown;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

export interface RangeResult {
  readonly revision: number;
  readonly keyValues: readonly EtcdKeyValue[];
  readonly count: number;
  readonly more: boolean;
}

export type Answered<T> =
  | { readonly ok: true; readonly value: T; readonly tookMicros: number }
  | { readonly ok: false; readonly error: string; readonly tookMicros: number };

/** One run of etcdctl: where it asks, and how long it waits. */
export interface EtcdSession {
  readonly context: ProgramContext;
  readonly io: ProgramIo;
  readonly line: GoLine;
  /** As they were given, for what is printed. */
  readonly endpoints: readonly string[];
  readonly timeoutMillis: number;
  readonly format: string;
}

const DEFAULT_ENDPOINT = '127.0.0.1:2379';
const COMMAND_TIMEOUT = 5000;
export const DEADLINE = 'context deadline exceeded';

/** Reads the flags that every command knows; a sentence where one is wrong. */
export function openSession(
  context: ProgramContext,
  io: ProgramIo,
  line: GoLine,
): EtcdSession | string {
  const endpoints =
    line.value('endpoints') ?? io.environment.get('ETCDCTL_ENDPOINTS') ?? DEFAULT_ENDPOINT;
  const timeout = line.value('command-timeout') ?? '5s';
  const timeoutMillis = readGoDuration(timeout);
  if (timeoutMillis === undefined)
    return `invalid argument "${timeout}" for "--command-timeout" flag: time: invalid duration "${timeout}"`;
  const format = line.value('write-out') ?? 'simple';
  return {
    context,
    io,
    line,
    endpoints: endpoints.split(',').filter((each) => each !== ''),
    timeoutMillis: timeoutMillis === 0 ? COMMAND_TIMEOUT : timeoutMillis,
    format,
  };
}

/** Asks the member behind an endpoint. */
export async function ask(
  session: EtcdSession,
  endpoint: string,
  message: { readonly type: string } & Readonly<Record<string, unknown>>,
  timeoutMillis = session.timeoutMillis,
): Promise<Answered<Readonly<Record<string, unknown>>>> {
  const { context, io } = session;
  const process = await processAt(context, endpoint);
  const failed = (error: string) =>
    ({ ok: false, error, tookMicros: timeoutMillis * 1000 }) as const;
  if (process === undefined) {
    await context.sleep(timeoutMillis, io.signal);
    return failed(DEADLINE);
  }
  const answer = await askProcess(context, io, { process, message }, timeoutMillis);
  if (answer === OVERDUE) return failed(DEADLINE);
  if (answer.kind !== 'answered') {
    // The client tries again until its time is over.
    await context.sleep(timeoutMillis, io.signal);
    warnRefused(session, endpoint);
    return failed(DEADLINE);
  }
  // etcd's own answers, of which each command reads what it knows.
  const value = answer.message as Readonly<Record<string, unknown>>;
  const { tookMicros } = answer;
  if (value['type'] === 'etcd/maintenance-error' || value['type'] === 'etcd/error')
    return { ok: false, error: String(value['error']), tookMicros };
  return { ok: true, value, tookMicros };
}

/** What the client library writes to standard error when nobody listens. */
function warnRefused({ io, context }: EtcdSession, endpoint: string): void {
  const host = endpoint.replace(/^https?:\/\//, '');
  const line = {
    level: 'warn',
    ts: new Date(context.now()).toISOString().replace('Z', '000Z'),
    logger: 'etcd-client',
    caller: 'v3@v3.6.6/retry_interceptor.go:65',
    msg: 'retrying of unary invoker failed',
    target: `etcd-endpoints://0xc0000d2000/${host}`,
    method: '/etcdserverpb.KV/Range',
    attempt: 0,
    error: `rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = "transport: Error while dialing: dial tcp ${host}: connect: connection refused"`,
  };
  io.err(`${JSON.stringify(line)}\n`);
}

async function processAt(context: ProgramContext, endpoint: string): Promise<string | undefined> {
  const host = endpoint.replace(/^(?:https?|unix):\/\//, '').replace(/:\d+\/?$/, '');
  const facts = await factsHere(context);
  const address = addressIn(facts, host);
  if (address === undefined) return undefined;
  const machine = address.startsWith('127.')
    ? context.machine
    : facts.lan.find((each) => each.address === address)?.name;
  return machine === undefined ? undefined : `etcd-${machine}`;
}

/** A request of etcd's Maintenance or Cluster service. */
export async function maintain<T>(
  session: EtcdSession,
  endpoint: string,
  op: { readonly kind: string } & Readonly<Record<string, unknown>>,
  timeoutMillis?: number,
): Promise<Answered<T>> {
  const answer = await ask(session, endpoint, { type: 'etcd/maintenance', op }, timeoutMillis);
  // The result of each operation is what etcd answers it with.
  return answer.ok ? { ...answer, value: answer.value['result'] as T } : answer;
}

export async function memberList(
  session: EtcdSession,
): Promise<Answered<{ readonly members: readonly EtcdMember[] }>> {
  return firstOf(session, (endpoint) => maintain(session, endpoint, { kind: 'member-list' }));
}

/** The first endpoint that answers, as the client's balancer finds it. */
export async function firstOf<T>(
  { endpoints }: EtcdSession,
  ask: (endpoint: string) => Promise<Answered<T>>,
): Promise<Answered<T>> {
  let last: Answered<T> | undefined;
  for (const endpoint of endpoints) {
    last = await ask(endpoint);
    if (last.ok || last.error !== DEADLINE) return last;
  }
  return last ?? { ok: false, error: 'no endpoints', tookMicros: 0 };
}

/** The endpoints meant: those given, or with `--cluster` those of every member. */
export async function endpointsOf(session: EtcdSession): Promise<readonly string[] | string> {
  if (!session.line.has('cluster')) return session.endpoints;
  const members = await memberList(session);
  if (!members.ok)
    return `failed to fetch endpoints from etcd cluster member list: ${members.error}`;
  return members.value.members.flatMap(({ clientUrl }) => (clientUrl === '' ? [] : [clientUrl]));
}

/** Ids are hexadecimal in texts and decimal in JSON. */
export function decimal(id: string): string {
  return id === '' ? '0' : BigInt(`0x${id}`).toString();
}

export async function statusOf(
  session: EtcdSession,
  endpoint: string,
): Promise<Answered<EtcdStatus>> {
  const answer = await maintain<{ readonly status: EtcdStatus }>(session, endpoint, {
    kind: 'status',
  });
  return answer.ok ? { ...answer, value: answer.value.status } : answer;
}

/** Prints an error as the tool does when it gives up; answers its exit status. */
export function fail({ io }: Pick<EtcdSession, 'io'>, message: string, code = 1): number {
  io.err(`Error: ${message}\n`);
  return code;
}

/** `{"header":…}`: the cluster and member that have answered. JSON with numbers too large for JavaScript's. */
export async function headerOf(session: EtcdSession, revision?: number): Promise<string> {
  const status = await firstOf(session, (endpoint) => statusOf(session, endpoint));
  if (!status.ok) return '{}';
  const { clusterId, memberId, raftTerm } = status.value;
  return header({ clusterId, memberId, raftTerm }, revision);
}

export function header(
  status: Pick<EtcdStatus, 'clusterId' | 'memberId' | 'raftTerm'>,
  revision?: number,
): string {
  const ids = `"cluster_id":${decimal(status.clusterId)},"member_id":${decimal(status.memberId)}`;
  const at = revision === undefined ? '' : `,"revision":${revision}`;
  return `{${ids}${at},"raft_term":${status.raftTerm}}`;
}
