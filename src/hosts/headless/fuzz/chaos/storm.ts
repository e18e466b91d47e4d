import { memberConfig, type EtcdConfig } from '../../../../cluster/etcd/config.ts';
import { etcdBehaviour } from '../../../../cluster/etcd/process.ts';
import type { RaftVariant } from '../../../../cluster/etcd/raft/state.ts';
import type { EtcdDisk, StoredEvent } from '../../../../cluster/etcd/store.ts';
import { logItem } from '../../../../base/segment-log.ts';
import { createKernel } from '../../../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../../../kernel/machine.ts';
import { forkStream } from '../../../../kernel/random.ts';
import { MILLISECOND, SECOND, type Micros } from '../../../../kernel/time.ts';
import { createWorld, type World } from '../../../../kernel/world.ts';
import { chaosClient, type ChaosClientConfig, type ChaosClientDisk } from './client.ts';
import { checkRegister, type RegisterOperation } from './linearizability.ts';
import { watchRaft } from './raft-safety.ts';
import {
  chaosWatcher,
  eventText,
  type ChaosWatcherConfig,
  type ChaosWatcherDisk,
} from './watcher.ts';
import { createWeather, type Sky } from './weather.ts';

/** What a storm over an etcd cluster left behind. */
export interface StormResult {
  readonly seed: number;
  /** What must never happen and did; empty when all held. */
  readonly violations: readonly string[];
  /** Operations that were answered, and how many never were. */
  readonly answered: number;
  readonly unknown: number;
  readonly steps: number;
  /** What the weather did, for a reader of a failure. */
  readonly weather: readonly string[];
}

export interface StormOptions {
  readonly members: number;
  /** Breaks Raft on purpose. */
  readonly variant?: RaftVariant;
  readonly seconds?: number;
}

const LAPTOP = 'laptop';
const CLIENTS = 5;
const WATCHERS = 2;
const FOLDER = '/chaos/';
const KEYS = ['a', 'b', 'c'].map((name) => `${FOLDER}${name}`);
const THINK: Micros = 120 * MILLISECOND;
const TICK: Micros = 100 * MILLISECOND;
const REST_SECONDS = 20;
const CALM_SECONDS = 60;

/**
 * Five simulated minutes of bad weather over 3 or 5 members while clients write: Raft's promises hold at every step,
 * what clients were told can be explained by one register a key, and watches have told everything once and in order.
 * The same seed, the same storm.
 */
export function storm(seed: number, options: StormOptions): StormResult {
  const { sky, clients, watchers } = build(seed, options);
  const { world, kernel } = sky;
  const names = sky.members.map(({ process }) => process);
  const safety = watchRaft(world, names);
  const weather = createWeather(sky, forkStream(seed, 'weather'));
  const runFor = (micros: Micros): void => {
    const until = world.now + micros;
    // An empty agenda cannot be: members tick for ever.
    while (world.now < until && kernel.step(world, sky.sink) === 'stepped') safety.afterStep();
  };
  runFor(5 * SECOND);
  const ticks = 10 * (options.seconds ?? 300);
  for (let tick = 0; tick < ticks && safety.violations.length === 0; tick++) {
    weather.tick();
    runFor(TICK);
    if (tick % 50 === 0) safety.compareLogs();
  }
  weather.clearUp();
  // Clients stop, so that everybody can come to know the same.
  runFor(REST_SECONDS * SECOND);
  for (const name of clients) kernel.stopProcess(world, name, undefined);
  runFor(CALM_SECONDS * SECOND);
  safety.compareLogs();
  const violations = [
    ...safety.violations,
    ...registerViolations(world, clients),
    ...watchViolations(world, watchers, names),
    ...disagreements(world, names),
  ];
  const records = clients.flatMap((name) => recordsOf(world, name));
  const unknown = records.filter(({ returnedAt }) => returnedAt === undefined).length;
  return {
    seed,
    violations,
    answered: records.length - unknown,
    unknown,
    steps: world.steps,
    weather: weather.log,
  };
}

function build(
  seed: number,
  { members: size, variant }: StormOptions,
): {
  readonly sky: Sky;
  readonly clients: readonly string[];
  readonly watchers: readonly string[];
} {
  const sink = (): void => {};
  const kernel = createKernel([etcdBehaviour, chaosClient, chaosWatcher]);
  const world = createWorld({ seed, epochMillis: 0 });
  const machines = Array.from({ length: size }, (_, index) => ({
    name: `cp-${index + 1}`,
    address: `192.168.0.${10 + index}`,
    process: `etcd-cp-${index + 1}`,
  }));
  for (const name of [LAPTOP, ...machines.map((each) => each.name)]) {
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  }
  for (const { name: machine, process: name } of machines) {
    const config: EtcdConfig = Object.freeze({
      ...memberConfig(machine, machines),
      // Small, so that logs are cut and laggards get snapshots within five minutes.
      snapshotCount: 400,
      snapshotCatchUpEntries: 50,
      ...(variant === undefined ? undefined : { variant }),
    });
    kernel.addProcess(world, { name, kind: 'etcd', machine, config }, sink);
  }
  const members = machines.map(({ process }) => process);
  const add = (name: string, kind: string, config: object): string => {
    kernel.addProcess(world, { name, kind, machine: LAPTOP, config: Object.freeze(config) }, sink);
    return name;
  };
  const client: ChaosClientConfig = { members, keys: KEYS, thinkMicros: THINK };
  const watcher: ChaosWatcherConfig = { members, key: FOLDER, end: '/chaos0' };
  return {
    sky: {
      world,
      kernel,
      sink,
      laptop: LAPTOP,
      members: machines.map(({ name, process }) => ({ machine: name, process })),
    },
    clients: Array.from({ length: CLIENTS }, (_, at) =>
      add(`client-${at}`, 'chaos-client', client),
    ),
    watchers: Array.from({ length: WATCHERS }, (_, at) =>
      add(`watcher-${at}`, 'chaos-watcher', watcher),
    ),
  };
}

/** The disk of a process that has just been built here, of the kind that was asked for. */
function diskOf<Disk>(world: World, name: string): Disk {
  const process = world.processes.get(name);
  if (process === undefined) throw new Error(`there is no process ${name}`);
  return process.disk as Disk;
}

function recordsOf(world: World, name: string): ChaosClientDisk['records'] {
  return diskOf<ChaosClientDisk>(world, name).records;
}

function registerViolations(world: World, clients: readonly string[]): readonly string[] {
  const histories = new Map<string, RegisterOperation[]>(KEYS.map((key) => [key, []]));
  for (const client of clients) {
    for (const { key, calledAt, returnedAt = Infinity, what } of recordsOf(world, client)) {
      histories.get(key)?.push({ client, calledAt, returnedAt, what });
    }
  }
  const violations: string[] = [];
  for (const [key, history] of histories) {
    const verdict = checkRegister(history, undefined);
    if (verdict.linearizable) continue;
    const last = verdict.explained.slice(-3).map(operationText).join('; ');
    const stuck = verdict.stuck.map(operationText).join('; ');
    violations.push(`${key} is not linearizable: after [${last}] none of [${stuck}] can come next`);
  }
  return violations;
}

function operationText({ client, calledAt, returnedAt, what }: RegisterOperation): string {
  const when = `${Math.round(calledAt / 1000)}–${Number.isFinite(returnedAt) ? Math.round(returnedAt / 1000) : '?'} ms`;
  return what.kind === 'read'
    ? `${client} ${when} read ${what.found ?? 'nothing'}`
    : `${client} ${when} ${what.expected ?? 'nothing'}→${what.next ?? 'nothing'} ${what.outcome}${what.outcome === 'refused' ? ` (${what.found ?? 'nothing'})` : ''}`;
}

/** What really happened: the history of the member that has applied most. */
function truth(world: World, members: readonly string[]): readonly string[] {
  const disks = members.map((name) => diskOf<EtcdDisk>(world, name));
  const disk = disks.reduce((best, each) => (each.revision > best.revision ? each : best));
  const events: string[] = [];
  for (let revision = disk.history.first; revision <= disk.revision; revision++) {
    const event: StoredEvent | undefined = logItem(disk.history, revision);
    if (event !== undefined) events.push(eventText(event));
  }
  return events;
}

function watchViolations(
  world: World,
  watchers: readonly string[],
  members: readonly string[],
): readonly string[] {
  const happened = truth(world, members);
  return watchers.flatMap((name) => {
    const { seen } = diskOf<ChaosWatcherDisk>(world, name);
    const at = seen.findIndex((each, index) => each !== happened[index]);
    if (at >= 0) {
      return [`${name} was told "${seen[at]}" where "${happened[at] ?? 'nothing'}" happened`];
    }
    return seen.length === happened.length
      ? []
      : [`${name} was told ${seen.length} of ${happened.length} changes`];
  });
}

/** After the calm all members hold the same. */
function disagreements(world: World, members: readonly string[]): readonly string[] {
  const contents = members.map((name) => {
    const { keys } = diskOf<EtcdDisk>(world, name);
    return [...keys.values()]
      .map(({ key, value, modRevision }) => `${key}=${String(value)}@${modRevision}`)
      .toSorted()
      .join(' ');
  });
  return contents.every((each) => each === contents[0])
    ? []
    : [`the members hold different things: ${contents.join(' | ')}`];
}
