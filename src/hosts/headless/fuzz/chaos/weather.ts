import type { EtcdMemory } from '../../../../cluster/etcd/member.ts';
import type { Kernel, Sink } from '../../../../kernel/kernel.ts';
import { fsyncLatencies, SSD_FSYNC_MICROS } from '../../../../kernel/machine.ts';
import { below, pick, type RandomStream } from '../../../../kernel/random.ts';
import { MILLISECOND, SECOND, type Micros } from '../../../../kernel/time.ts';
import type { WireRule } from '../../../../kernel/wire.ts';
import type { World } from '../../../../kernel/world.ts';

/** What the weather is made of. */
export interface Sky {
  readonly world: World;
  readonly kernel: Kernel;
  readonly sink: Sink;
  /** Machines with the member's process on each. */
  readonly members: readonly Member[];
  /** The clients' machine. */
  readonly laptop: string;
}

export interface Member {
  readonly machine: string;
  readonly process: string;
}

/** The weather of one storm: a random sequence of mischief, each piece undone after a while. */
export interface Weather {
  /** To be called every tenth of a second. */
  tick(): void;
  /** Ends it: everything is on, connected and fast. */
  clearUp(): void;
  /** What it did, for a reader. */
  readonly log: readonly string[];
}

/** Which kinds of mischief a storm prefers. Some faults of an agreement show only under some weather. */
const CLIMATES: readonly (readonly Mischief[])[] = [
  [partition, oneWayCut, lossyNetwork, slowNetwork, crashOne, powerCut, slowDisk, hangOne],
  [isolateLeader, crashLeader, hangLeader, slowDisk],
  [crashSome, crashSome, powerCut, slowDisk, crashLeader],
  [isolateLeader, partition, crashLeader, oneWayCut],
  [hangLeader, hangOne, isolateLeader, slowNetwork],
];

/** Does something and answers what, with how to undo it; undefined when it does not fit. */
type Mischief = (
  sky: Sky,
  stream: RandomStream,
) => { readonly what: string; readonly undo: () => void } | undefined;

export function createWeather(sky: Sky, stream: RandomStream): Weather {
  const climate = pick(stream, CLIMATES);
  /** Mean tenths of a second between two pieces. */
  const calm = pick(stream, [5, 12, 30]);
  const stayMax = pick(stream, [SECOND, 4 * SECOND, 20 * SECOND]);
  const log: string[] = [];
  let later: { readonly at: Micros; readonly undo: () => void }[] = [];
  const { world } = sky;
  return {
    log,
    tick() {
      for (const { at, undo } of later) if (at <= world.now) undo();
      later = later.filter(({ at }) => at > world.now);
      if (below(stream, calm) !== 0) return;
      const done = pick(stream, climate)(sky, stream);
      if (done === undefined) return;
      log.push(`${Math.round(world.now / MILLISECOND)} ms: ${done.what}`);
      later.push({ at: world.now + below(stream, stayMax), undo: done.undo });
    },
    clearUp() {
      later = [];
      world.wire.rules = [];
      for (const { machine, process } of sky.members) {
        setDisk(world, machine, SSD_FSYNC_MICROS);
        sky.kernel.powerOn(world, machine, undefined, sky.sink);
        sky.kernel.resumeProcess(world, process);
        sky.kernel.startProcess(world, process, undefined, sky.sink);
      }
    },
  };
}

function partition(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  const side = sky.members.filter(() => below(stream, 2) === 0).map(({ machine }) => machine);
  if (side.length === 0) return undefined;
  const to = sky.members.map(({ machine }) => machine).filter((each) => !side.includes(each));
  // Clients are on one side, or reach both: then they may ask one that the others have left behind.
  if (below(stream, 3) === 0) to.push(sky.laptop);
  return rule(sky, { from: side, to, bothWays: true, effect: { kind: 'cut' } });
}

function oneWayCut(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  const { machine } = pick(stream, sky.members);
  return rule(sky, {
    from: [machine],
    to: others(sky, machine),
    bothWays: false,
    effect: { kind: 'cut' },
  });
}

function lossyNetwork(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  const percent = 5 + below(stream, 30);
  return rule(sky, { from: ['*'], to: ['*'], bothWays: true, effect: { kind: 'loss', percent } });
}

function slowNetwork(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  const { machine } = pick(stream, sky.members);
  const byMicros = MILLISECOND * (5 + below(stream, 900));
  return rule(sky, {
    from: [machine],
    to: ['*'],
    bothWays: true,
    effect: { kind: 'delay', byMicros },
  });
}

function isolateLeader(sky: Sky, _stream: RandomStream): ReturnType<Mischief> {
  const leader = leaderOf(sky);
  if (leader === undefined) return undefined;
  return rule(sky, {
    from: [leader.machine],
    to: others(sky, leader.machine),
    bothWays: true,
    effect: { kind: 'cut' },
  });
}

function crashLeader(sky: Sky, _stream: RandomStream): ReturnType<Mischief> {
  const leader = leaderOf(sky);
  return leader === undefined ? undefined : crash(sky, [leader]);
}

function crashOne(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  return crash(sky, [pick(stream, sky.members)]);
}

/** Several at the same instant: what none of them had flushed is gone for good. They come back at once or later. */
function crashSome(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  const some = sky.members.filter(() => below(stream, 3) > 0);
  const done = crash(sky, some);
  if (below(stream, 2) === 0) {
    done.undo();
    return { what: `${done.what}, back at once`, undo: () => undefined };
  }
  return done;
}

function crash(
  { world, kernel, sink }: Sky,
  members: readonly Member[],
): { readonly what: string; readonly undo: () => void } {
  for (const { process } of members) kernel.stopProcess(world, process, undefined);
  return {
    what: `crash ${members.map(({ process }) => process).join(' ')}`,
    undo: () => {
      for (const { process } of members) kernel.startProcess(world, process, undefined, sink);
    },
  };
}

function powerCut(
  { world, kernel, sink, members }: Sky,
  stream: RandomStream,
): ReturnType<Mischief> {
  const { machine } = pick(stream, members);
  kernel.powerOff(world, machine);
  return {
    what: `power off ${machine}`,
    undo: () => kernel.powerOn(world, machine, undefined, sink),
  };
}

function slowDisk({ world, members }: Sky, stream: RandomStream): ReturnType<Mischief> {
  const { machine } = pick(stream, members);
  const p99 = pick(stream, [10, 100, 1000]) * MILLISECOND;
  setDisk(world, machine, fsyncLatencies(p99));
  return {
    what: `disk of ${machine}: p99 ${p99 / MILLISECOND} ms`,
    undo: () => setDisk(world, machine, SSD_FSYNC_MICROS),
  };
}

function hangOne(sky: Sky, stream: RandomStream): ReturnType<Mischief> {
  return hang(sky, pick(stream, sky.members));
}

/** It wakes up believing that it still leads. */
function hangLeader(sky: Sky, _stream: RandomStream): ReturnType<Mischief> {
  const leader = leaderOf(sky);
  return leader === undefined ? undefined : hang(sky, leader);
}

function hang({ world, kernel }: Sky, { process }: Member): ReturnType<Mischief> {
  if (world.processes.get(process)?.memory === undefined) return undefined;
  kernel.suspendProcess(world, process);
  return { what: `hang ${process}`, undo: () => kernel.resumeProcess(world, process) };
}

/** The member that leads the newest term. */
function leaderOf({ world, members }: Sky): Member | undefined {
  let leader: Member | undefined;
  let newest = -1;
  for (const member of members) {
    // A running process of this kind remembers so.
    const memory = world.processes.get(member.process)?.memory as EtcdMemory | undefined;
    if (memory?.raft.role !== 'leader' || memory.raft.term <= newest) continue;
    leader = member;
    newest = memory.raft.term;
  }
  return leader;
}

function others({ members, laptop }: Sky, machine: string): readonly string[] {
  // The laptop reaches everybody all the same: it is on no side.
  return members.map((each) => each.machine).filter((each) => each !== machine && each !== laptop);
}

function rule({ world }: Sky, given: Omit<WireRule, 'id'>): ReturnType<Mischief> {
  const { from, to, bothWays, effect } = given;
  const id = `weather-${world.nextSeq++}`;
  world.wire.rules = [...world.wire.rules, Object.freeze({ id, ...given })];
  return {
    what: `${effect.kind} ${from.join('+')} ${bothWays ? '⇄' : '→'} ${to.join('+')}`,
    undo: () => {
      world.wire.rules = world.wire.rules.filter((each) => each.id !== id);
    },
  };
}

function setDisk(world: World, machine: string, micros: readonly number[]): void {
  const found = world.machines.get(machine);
  if (found !== undefined) found.fsyncMicros = micros;
}
