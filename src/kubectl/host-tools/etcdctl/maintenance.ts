import { goDuration } from '../amounts.ts';
import { askWithin, OVERDUE } from '../asking.ts';
import {
  ask,
  DEADLINE,
  decimal,
  endpointsOf,
  fail,
  firstOf,
  headerOf,
  maintain,
  type EtcdSession,
} from './client.ts';
import { snapshotText, type SavedSnapshot } from './snapshot-file.ts';

/** `etcdctl defrag|alarm|snapshot|check`. */

/** A member that defragments answers nobody; how long that takes depends on the size of its file. */
const DEFRAG_PATIENCE = 60_000;

export async function defrag(session: EtcdSession): Promise<number> {
  const { io } = session;
  const endpoints = await endpointsOf(session);
  if (typeof endpoints === 'string') return fail(session, endpoints);
  let failures = 0;
  for (const endpoint of endpoints) {
    const answer = await maintain(session, endpoint, { kind: 'defragment' }, DEFRAG_PATIENCE);
    const took = goDuration(answer.tookMicros);
    if (answer.ok) io.out(`Finished defragmenting etcd member[${endpoint}]. took ${took}\n`);
    else {
      io.err(`Failed to defragment etcd member[${endpoint}]. took ${took}. (${answer.error})\n`);
      failures += 1;
    }
  }
  return failures === 0 ? 0 : 1;
}

interface Alarm {
  readonly member: string;
  readonly alarm: string;
}

export async function alarm(session: EtcdSession, words: readonly string[]): Promise<number> {
  const [verb] = words;
  if (verb !== 'list' && verb !== 'disarm') {
    session.io.out(
      'NAME:\n\talarm - Alarm related commands\n\nUSAGE:\n\tetcdctl alarm <subcommand> [flags]\n\nCOMMANDS:\n\tdisarm\tDisarms all alarms\n\tlist\tLists all alarms\n',
    );
    return verb === undefined ? 0 : 1;
  }
  const list = () =>
    firstOf(session, (endpoint) =>
      maintain<{ readonly alarms: readonly Alarm[] }>(session, endpoint, { kind: 'alarm-list' }),
    );
  const answer = await list();
  if (!answer.ok) return fail(session, answer.error);
  const { alarms } = answer.value;
  if (verb === 'disarm' && alarms.length > 0) {
    const done = await firstOf(session, (endpoint) =>
      maintain(session, endpoint, { kind: 'alarm-disarm' }),
    );
    if (!done.ok) return fail(session, done.error);
  }
  if (session.format === 'json') {
    const items = alarms.map(
      (each) => `{"memberID":${decimal(each.member)},"alarm":${each.alarm === 'NOSPACE' ? 1 : 2}}`,
    );
    const list = items.length === 0 ? '' : `,"alarms":[${items.join(',')}]`;
    session.io.out(`{"header":${await headerOf(session)}${list}}\n`);
  } else
    for (const each of alarms)
      session.io.out(`memberID:${decimal(each.member)} alarm:${each.alarm} \n`);
  return 0;
}

const SNAPSHOT_PATIENCE = 60_000;

/** `etcdctl snapshot save FILE`. The file holds the name under which the engine keeps the data. */
export async function snapshot(session: EtcdSession, words: readonly string[]): Promise<number> {
  const { io, context, endpoints } = session;
  const [verb, path, ...rest] = words;
  if (verb === 'status' || verb === 'restore')
    return fail(
      session,
      `unknown command "${verb}" for "etcdctl snapshot": since etcd 3.6 it is etcdutl snapshot ${verb}`,
    );
  if (verb !== 'save') {
    io.out(
      'NAME:\n\tsnapshot - Manages etcd node snapshots\n\nUSAGE:\n\tetcdctl snapshot <subcommand> [flags]\n\nCOMMANDS:\n\tsave\tStores an etcd node backend snapshot to a given file\n',
    );
    return verb === undefined ? 0 : 1;
  }
  if (path === undefined || rest.length > 0)
    return fail(session, 'snapshot save expects one argument', 128);
  const [endpoint = ''] = endpoints;
  if (endpoints.length > 1)
    return fail(
      session,
      `snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`,
    );
  const began = await ask(session, endpoint, { type: 'etcd/maintenance', op: { kind: 'status' } });
  if (!began.ok) return fail(session, began.error);
  const log = (message: string, fields: object): void =>
    io.err(
      `${JSON.stringify({ level: 'info', ts: stamp(context.now()), caller: 'snapshot/v3_snapshot.go', msg: message, ...fields })}\n`,
    );
  const full = io.files.resolve(path);
  log('created temporary db file', { path: `${path}.part` });
  log('fetching snapshot', { endpoint });
  const machine = await machineAt(session, endpoint);
  const question = { kind: 'snapshot', from: context.machine, process: `etcd-${machine}` } as const;
  const answer = await askWithin(context, io, question, SNAPSHOT_PATIENCE);
  if (answer === OVERDUE || answer.kind === 'silent' || answer.kind === 'refused')
    return fail(session, DEADLINE);
  if (answer.kind === 'error') return fail(session, answer.message);
  const { id, hash, revision, totalKeys, totalSize, version } = answer;
  const saved: SavedSnapshot = { id, hash, revision, totalKeys, totalSize, version };
  io.files.write(full, snapshotText(saved));
  log('saved', { path });
  io.out(`Snapshot saved at ${path}\nServer version ${version}\n`);
  return 0;
}

async function machineAt({ context }: EtcdSession, endpoint: string): Promise<string> {
  const host = endpoint.replace(/^https?:\/\//, '').replace(/:\d+\/?$/, '');
  const machines = (await context.machines?.({ kind: 'machines' })) ?? [];
  const found = machines.find(({ address, name }) => address === host || name === host);
  return found?.name ?? context.machine;
}

function stamp(millis: number): string {
  return new Date(millis).toISOString().replace('Z', '000Z');
}

/** The puts that `check perf` makes here; the real one writes for a minute. */
const CHECK_WRITES = 60;
const CHECK_PREFIX = '/etcdctl-check-perf/';

/** `etcdctl check perf`: writes, and says whether they were quick enough. */
export async function check(session: EtcdSession, words: readonly string[]): Promise<number> {
  const { io } = session;
  if (words[0] !== 'perf') {
    io.out(
      'NAME:\n\tcheck - commands for checking properties of the etcd cluster\n\nUSAGE:\n\tetcdctl check <subcommand> [flags]\n\nCOMMANDS:\n\tperf\tCheck the performance of the etcd cluster\n',
    );
    return words.length === 0 ? 0 : 1;
  }
  const [endpoint = ''] = session.endpoints;
  const took: number[] = [];
  for (let i = 0; i < CHECK_WRITES; i++) {
    const key = `${CHECK_PREFIX}${i}`;
    const write = await transact(session, endpoint, key, { kind: 'put', value: 'x'.repeat(64) });
    if (!write.ok) return fail(session, write.error);
    took.push(write.tookMicros);
    await transact(session, endpoint, key, { kind: 'delete' });
  }
  const mean = took.reduce((sum, each) => sum + each, 0) / took.length;
  const slowest = Math.max(...took) / 1e6;
  const spread =
    Math.sqrt(took.reduce((sum, each) => sum + (each - mean) ** 2, 0) / took.length) / 1e6;
  // Fifty clients write at a time, as in the real check of a small cluster; it sends no more than 150 a second.
  const throughput = Math.min(150, Math.floor((50 * 1e6) / mean));
  io.out(` ${CHECK_WRITES} / ${CHECK_WRITES} [${'='.repeat(40)}] 100.00% 1m0s\n`);
  const lines: readonly (readonly [isGood: boolean, good: string, bad: string])[] = [
    [
      throughput >= 135,
      `Throughput is ${throughput} writes/s`,
      `Throughput too low: ${throughput} writes/s`,
    ],
    [
      slowest < 0.5,
      `Slowest request took ${slowest.toFixed(6)}s`,
      `Slowest request took too long: ${slowest.toFixed(6)}s`,
    ],
    [spread < 0.1, `Stddev is ${spread.toFixed(6)}s`, `Stddev too high: ${spread.toFixed(6)}s`],
  ];
  for (const [isGood, good, bad] of lines) io.out(isGood ? `PASS: ${good}\n` : `FAIL: ${bad}\n`);
  const passed = lines.every(([isGood]) => isGood);
  io.out(`${passed ? 'PASS' : 'FAIL'}\n`);
  return passed ? 0 : 1;
}

function transact(session: EtcdSession, endpoint: string, key: string, op: object) {
  return ask(session, endpoint, { type: 'etcd/txn', key, expectedModRevision: -1, op });
}
