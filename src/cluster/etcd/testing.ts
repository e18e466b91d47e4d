import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import type {
  EtcdEvent,
  EtcdMaintenance,
  EtcdMaintenanceRequest,
  EtcdMaintenanceResponse,
  EtcdMaintenanceResult,
  EtcdRequest,
  EtcdResponse,
  EtcdStatus,
  EtcdWatchEvents,
  HealthAnswer,
  HealthCheck,
} from '../messages.ts';
import { memberConfig, type EtcdConfig } from './config.ts';
import type { EtcdMemory } from './member.ts';
import { etcdBehaviour } from './process.ts';
import type { EtcdDisk } from './store.ts';

/** For tests: members on machines of their own, and a client on another that keeps whatever it is told. */
export interface EtcdRig {
  readonly kernel: Kernel;
  world: World;
  nextId: number;
  readonly machines: readonly {
    readonly name: string;
    readonly address: string;
    readonly process: string;
  }[];
}

export type Heard = (EtcdResponse | EtcdWatchEvents | EtcdMaintenanceResponse | HealthAnswer) & {
  /** Who said it, and when it was heard. */
  readonly from?: string;
};
type Question = EtcdRequest | EtcdMaintenanceRequest | HealthCheck;
/** A question whose number the rig chooses. */
type Unnumbered = Question extends infer Each
  ? Each extends Question
    ? Omit<Each, 'id'>
    : never
  : never;

const recorder = defineBehaviour<unknown, { heard: Heard[] }, { up: true }, Heard>({
  kind: 'recorder',
  initialDisk: () => ({ heard: [] }),
  start: () => ({ up: true }),
  step({ disk }, message, env) {
    disk.heard.push(env.from === undefined ? message : { ...message, from: env.from });
  },
});

const ignore = (): void => {};

/** A cluster that has elected its leader. */
export function etcdRig(
  size: number,
  options: { readonly seed?: number; readonly flags?: EtcdConfig } = {},
): EtcdRig {
  const kernel = createKernel([etcdBehaviour, recorder]);
  const world = createWorld({ seed: options.seed ?? 1, epochMillis: 0 });
  const machines = Array.from({ length: size }, (_, index) => ({
    name: `cp-${index + 1}`,
    address: `192.168.0.${10 + index}`,
    process: `etcd-cp-${index + 1}`,
  }));
  const rig: EtcdRig = { kernel, world, nextId: 1, machines };
  kernel.addMachine(world, { name: 'laptop', power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  kernel.addProcess(world, { name: 'me', kind: 'recorder', machine: 'laptop', config: {} }, ignore);
  for (const { name, process } of machines) {
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
    const config = Object.freeze({ ...memberConfig(name, machines), ...options.flags });
    kernel.addProcess(world, { name: process, kind: 'etcd', machine: name, config }, ignore);
  }
  run(rig, 4 * SECOND);
  return rig;
}

/** Lets time pass. */
export function run(rig: EtcdRig, micros: Micros = SECOND): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, ignore);
}

/** Asks a member without waiting; answers the question's number. */
export function send(rig: EtcdRig, to: string, question: Unnumbered): number {
  const id = rig.nextId++;
  const message = { ...question, id } as Question;
  rig.kernel.inject(rig.world, { from: 'me', to, message, cause: undefined });
  return id;
}

export function heard(rig: EtcdRig): readonly Heard[] {
  return (rig.world.processes.get('me') as unknown as { disk: { heard: Heard[] } }).disk.heard;
}

export function answerTo(rig: EtcdRig, id: number): Heard | undefined {
  return heard(rig).find((each) => each.id === id);
}

/** Asks a member and waits up to a minute. */
export function ask(rig: EtcdRig, to: string, question: Unnumbered): Heard {
  const id = send(rig, to, question);
  for (let waited = 0; waited < 60_000; waited += 5) {
    run(rig, 5 * MILLISECOND);
    const answer = answerTo(rig, id);
    if (answer !== undefined) return answer;
  }
  throw new Error(`no answer from ${to} to ${question.type}`);
}

export function put(rig: EtcdRig, to: string, key: string, value: unknown): Heard {
  return ask(rig, to, putOf(key, value));
}

/** A put of whatever the key holds. */
export function putOf(key: string, value: unknown): Unnumbered {
  return { type: 'etcd/txn', key, expectedModRevision: -1, op: { kind: 'put', value } };
}

/** What a key holds, by a linearizable read. */
export function get(rig: EtcdRig, from: string, key: string): unknown {
  const answer = ask(rig, from, { type: 'etcd/range', key });
  return answer.type === 'etcd/range-result' ? answer.keyValues[0]?.value : answer;
}

/** An operator's call; answers its result, or the error's text. */
export function maintain(
  rig: EtcdRig,
  to: string,
  op: EtcdMaintenance,
): EtcdMaintenanceResult | string {
  const answer = ask(rig, to, { type: 'etcd/maintenance', op });
  if (answer.type === 'etcd/maintenance-result') return answer.result;
  return answer.type === 'etcd/maintenance-error' ? answer.error : 'unexpected';
}

export function statusOf(rig: EtcdRig, member: string): EtcdStatus {
  const result = maintain(rig, member, { kind: 'status' });
  if (typeof result === 'string' || result.kind !== 'status') throw new Error('no status');
  return result.status;
}

export function health(rig: EtcdRig, member: string, path = '/health'): readonly [number, string] {
  const answer = ask(rig, member, { type: 'health/check', path });
  return answer.type === 'health/answer' ? [answer.code, answer.body] : [0, ''];
}

/** The process that leads; undefined where none does. */
export function leaderOf(rig: EtcdRig): string | undefined {
  let leader: string | undefined;
  let term = 0;
  for (const { process } of rig.machines) {
    const raft = memoryOf(rig, process)?.raft;
    if (raft?.role === 'leader' && raft.term > term) [leader, term] = [process, raft.term];
  }
  return leader;
}

/** The processes that do not lead. */
export function followersOf(rig: EtcdRig): readonly [string, ...string[]] {
  const leader = leaderOf(rig);
  const [first, ...rest] = rig.machines
    .map(({ process }) => process)
    .filter((each) => each !== leader);
  if (first === undefined) throw new Error('there are no followers');
  return [first, ...rest];
}

export function memoryOf(rig: EtcdRig, member: string): EtcdMemory | undefined {
  return (
    rig.world.processes.get(member) as unknown as { memory: EtcdMemory | undefined } | undefined
  )?.memory;
}

export function diskOf(rig: EtcdRig, member: string): EtcdDisk {
  return (rig.world.processes.get(member) as unknown as { disk: EtcdDisk }).disk;
}

export function stop(rig: EtcdRig, member: string): void {
  rig.kernel.stopProcess(rig.world, member, undefined);
}

export function restart(rig: EtcdRig, member: string): void {
  rig.kernel.startProcess(rig.world, member, undefined, ignore);
}

/** Cuts machines off from the other members; the client still reaches them. */
export function cut(rig: EtcdRig, ...members: readonly string[]): void {
  const from = members.map((each) => each.replace('etcd-', ''));
  const to = rig.machines.map(({ name }) => name).filter((name) => !from.includes(name));
  const rule = Object.freeze({
    id: 'cut',
    from,
    to,
    bothWays: true,
    effect: { kind: 'cut' as const },
  });
  rig.world.wire.rules = [...rig.world.wire.rules, rule];
}

export function heal(rig: EtcdRig): void {
  rig.world.wire.rules = [];
}

/** All that a watch has brought, in the order of its coming. */
export function eventsOf(rig: EtcdRig, ...ids: readonly number[]): readonly EtcdEvent[] {
  return heard(rig).flatMap((each) =>
    each.type === 'etcd/events' && ids.includes(each.id) ? each.events : [],
  );
}
