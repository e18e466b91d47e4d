import { earliest, popEarliest, schedule, type Appointment, type KernelMessage } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { linkCause, type Cause } from './cause.ts';
import { openLink, PEER_SILENCE_MICROS_MAX, retransmitAfter, type Link } from './link.ts';
import type { Machine } from './machine.ts';
import type { AnyBehaviour, Env, ProcessRecord } from './process.ts';
import { pick } from './random.ts';
import { labelOf, streamOf } from './streams.ts';
import type { Micros } from './time.ts';
import { isCut, latencyOf } from './wire.ts';
import type { World } from './world.ts';

/** Told to a process when a connection ends: the peer died, refused it, or has been silent too long. */
export interface ConnectionLost {
  readonly type: 'kernel/connection-lost';
  readonly peer: string;
}

interface Retransmit {
  readonly type: 'kernel/retransmit';
  readonly from: string;
}

function connectionLost(peer: string): ConnectionLost {
  return { type: 'kernel/connection-lost', peer };
}

function retransmission(from: string): Retransmit {
  return { type: 'kernel/retransmit', from };
}

/** Hears what processes emit. Nothing it does can flow back into the world. */
export type Sink = (observation: unknown, at: Micros, from: string) => void;

/** What moves worlds of one set of behaviours. It holds no state of any world. */
export interface Kernel {
  /** Keeps the earliest appointment. Nothing else moves virtual time. */
  step(world: World, sink: Sink): 'stepped' | 'idle';
  /** Keeps every appointment up to and including `until`, then sets the clock to it. */
  runUntil(world: World, until: Micros, sink: Sink): void;
  /** The same with at most `stepsMax` steps; true when `until` was reached. */
  runSome(world: World, until: Micros, stepsMax: number, sink: Sink): boolean;
  addMachine(world: World, machine: Machine): void;
  /** Installs a process and starts it when its machine is on. */
  addProcess(
    world: World,
    process: {
      readonly name: string;
      readonly kind: string;
      readonly machine: string;
      readonly config: unknown;
    },
    sink: Sink,
  ): void;
  removeProcess(world: World, name: string): void;
  /** Ends a process: memory is gone, peers see the connection close. It stays down until started. */
  stopProcess(world: World, name: string, cause: Cause | undefined): void;
  startProcess(world: World, name: string, cause: Cause | undefined, sink: Sink): void;
  /** Cuts the power: no peer is told anything. */
  powerOff(world: World, machine: string): void;
  /** Starts the machine and every enabled process on it, in order of installation. */
  powerOn(world: World, machine: string, cause: Cause | undefined, sink: Sink): void;
  /** A packet from outside the world, as if `from` had sent it. */
  inject(
    world: World,
    packet: { from: string; to: string; message: KernelMessage; cause: Cause | undefined },
  ): void;
  /** A message from outside any network (a hand on the machine), which arrives at once. */
  prod(world: World, note: { to: string; message: KernelMessage; cause: Cause | undefined }): void;
  /** A new link of a chain, made outside any process: a person's act. */
  note(world: World, link: { by: string; what: string; parent?: Cause }): Cause;
}

/** Builds the kernel for a list of behaviours, keyed by their kind. */
export function createKernel(list: readonly AnyBehaviour[]): Kernel {
  const behaviours = new Map(list.map((behaviour) => [behaviour.kind, behaviour]));
  const env = createEnv();

  function behaviourOf(process: ProcessRecord): AnyBehaviour {
    const behaviour = behaviours.get(process.kind);
    // Not one assertion: its text would be put together at every step.
    if (behaviour === undefined)
      assert(false, `no behaviour for processes of kind ${process.kind}`);
    return behaviour;
  }

  function start(world: World, process: ProcessRecord, cause: Cause | undefined, sink: Sink): void {
    process.incarnation += 1;
    enter(env, world, process, undefined, cause, sink);
    process.memory = behaviourOf(process).start(process.disk, env, process.config);
  }

  function step(world: World, sink: Sink): 'stepped' | 'idle' {
    const due = popEarliest(world.agenda);
    if (due === undefined) return 'idle';
    assert(due.at >= world.now, 'virtual time never runs backwards');
    world.now = due.at;
    world.steps += 1;
    if (due.message.type === 'kernel/retransmit') {
      retransmit(world, due.to, (due.message as Retransmit).from);
      return 'stepped';
    }
    const target = world.processes.get(due.to);
    if (!accepts(world, due, target)) return 'stepped';
    enter(env, world, target, due.from, due.cause, sink);
    behaviourOf(target).step(
      target as { disk: unknown; memory: unknown; config: unknown },
      due.message,
      env,
    );
    return 'stepped';
  }

  return {
    step,
    runUntil(world, until, sink) {
      for (
        let due = earliest(world.agenda);
        due !== undefined && due.at <= until;
        due = earliest(world.agenda)
      ) {
        step(world, sink);
      }
      if (until > world.now) world.now = until;
    },
    runSome(world, until, stepsMax, sink) {
      assert(Number.isFinite(until), 'time runs until an instant');
      for (let count = 0; count < stepsMax; count++) {
        const due = earliest(world.agenda);
        if (due === undefined || due.at > until) {
          if (until > world.now) world.now = until;
          return true;
        }
        step(world, sink);
      }
      return false;
    },
    addMachine(world, machine) {
      assert(!world.machines.has(machine.name), `machine ${machine.name} exists already`);
      world.machines.set(machine.name, machine);
    },
    addProcess(world, { name, kind, machine, config }, sink) {
      assert(!world.processes.has(name), `process ${name} exists already`);
      const process: ProcessRecord = {
        name,
        kind,
        machine,
        config,
        disk: undefined,
        memory: undefined,
        enabled: true,
        incarnation: 0,
        links: new Map(),
      };
      process.disk = behaviourOf(process).initialDisk(config);
      world.processes.set(name, process);
      if (machineOf(world, process).power === 'on') start(world, process, undefined, sink);
    },
    removeProcess(world, name) {
      const process = world.processes.get(name);
      if (process === undefined) return;
      if (process.memory !== undefined) end(world, process, undefined);
      world.processes.delete(name);
    },
    stopProcess(world, name, cause) {
      const process = processOf(world, name);
      process.enabled = false;
      if (process.memory !== undefined) end(world, process, cause);
    },
    startProcess(world, name, cause, sink) {
      const process = processOf(world, name);
      process.enabled = true;
      if (process.memory === undefined && machineOf(world, process).power === 'on') {
        start(world, process, cause, sink);
      }
    },
    powerOff(world, machineName) {
      const machine = world.machines.get(machineName);
      assert(machine !== undefined, `no machine ${machineName}`);
      machine.power = 'off';
      for (const process of world.processes.values()) {
        if (process.machine !== machineName) continue;
        process.memory = undefined;
        process.links.clear();
      }
    },
    powerOn(world, machineName, cause, sink) {
      const machine = world.machines.get(machineName);
      assert(machine !== undefined, `no machine ${machineName}`);
      if (machine.power === 'on') return;
      machine.power = 'on';
      machine.boots = (machine.boots ?? 1) + 1;
      for (const process of world.processes.values()) {
        if (process.machine === machineName && process.enabled) start(world, process, cause, sink);
      }
    },
    inject(world, { from, to, message, cause }) {
      const sender = processOf(world, from);
      if (sender.memory !== undefined) transmit(world, sender, to, message, cause);
    },
    prod(world, { to, message, cause }) {
      schedule(world.agenda, {
        at: world.now,
        seq: world.nextSeq++,
        to,
        from: undefined,
        incarnation: 0,
        message,
        cause,
      });
    },
    note(world, { by, what, parent }) {
      return linkCause(parent, { id: world.nextCauseId++, at: world.now, by, what });
    },
  };
}

/** Whether a due appointment reaches a living process; if not, the sender learns what it would learn. */
function accepts(
  world: World,
  due: Appointment,
  target: ProcessRecord | undefined,
): target is ProcessRecord {
  const fits =
    target !== undefined &&
    target.memory !== undefined &&
    (due.incarnation === 0 || due.incarnation === target.incarnation);
  if (fits || due.from === undefined) return fits;
  const sender = world.processes.get(due.from);
  if (sender === undefined || sender.memory === undefined) return false;
  if (target !== undefined && machineOf(world, target).power === 'off') {
    // Nobody is there to refuse: the packet stays unacknowledged.
    stall(world, sender, due);
  } else {
    lose(world, sender, due.to, due.cause);
  }
  return false;
}

function transmit(
  world: World,
  sender: ProcessRecord,
  to: string,
  message: KernelMessage,
  cause: Cause | undefined,
): void {
  const target = world.processes.get(to);
  let link = sender.links.get(to);
  if (link === undefined) {
    link = openLink();
    sender.links.set(to, link);
  }
  if (
    target !== undefined &&
    target !== sender &&
    target.memory !== undefined &&
    !target.links.has(sender.name)
  ) {
    target.links.set(sender.name, openLink());
  }
  // A process that is down may be up again when the packet comes, and then it accepts.
  const incarnation = target === undefined || target.memory === undefined ? 0 : target.incarnation;
  const seq = world.nextSeq++;
  const from = sender.name;
  const at = link.stall === undefined ? arrivalOf(world, sender, target, link) : undefined;
  if (at !== undefined) {
    // The only object of a packet that is not held up, as nearly none is.
    schedule(world.agenda, { at, seq: world.nextSeq++, to, from, incarnation, message, cause });
    return;
  }
  stall(world, sender, { at: world.now, seq, to, from, incarnation, message, cause });
}

/** When a packet that is sent now arrives, after all those before it; undefined when it is lost. */
function arrivalOf(
  world: World,
  sender: ProcessRecord,
  target: ProcessRecord | undefined,
  link: Link,
): Micros | undefined {
  const latency = latencyOf(
    world.wire,
    sender.machine,
    target === undefined ? sender.machine : target.machine,
    streamOf(world, 'wire'),
  );
  if (latency === undefined) return undefined;
  const at = Math.max(world.now + latency, link.lastArrival);
  link.lastArrival = at;
  return at;
}

function forward(world: World, sender: ProcessRecord, link: Link, packet: Appointment): void {
  const at = arrivalOf(world, sender, world.processes.get(packet.to), link);
  if (at === undefined) stall(world, sender, packet);
  else schedule(world.agenda, { ...packet, at, seq: world.nextSeq++ });
}

/** Keeps a packet that did not pass, and everything after it, for retransmission. */
function stall(world: World, sender: ProcessRecord, packet: Appointment): void {
  let link = sender.links.get(packet.to);
  if (link === undefined) {
    link = openLink();
    sender.links.set(packet.to, link);
  }
  if (link.stall !== undefined) {
    link.stall.packets.push(packet);
    return;
  }
  link.stall = { since: world.now, tries: 0, packets: [packet] };
  scheduleRetransmit(world, sender, packet.to, 0);
}

function scheduleRetransmit(world: World, sender: ProcessRecord, to: string, tries: number): void {
  schedule(world.agenda, {
    at: world.now + retransmitAfter(tries),
    seq: world.nextSeq++,
    to,
    from: undefined,
    incarnation: sender.incarnation,
    message: retransmission(sender.name),
    cause: undefined,
  });
}

function retransmit(world: World, to: string, from: string): void {
  const sender = world.processes.get(from);
  const link = sender?.links.get(to);
  const waiting = link?.stall;
  if (
    sender === undefined ||
    sender.memory === undefined ||
    link === undefined ||
    waiting === undefined
  )
    return;
  const target = world.processes.get(to);
  const reachable =
    target !== undefined &&
    machineOf(world, target).power === 'on' &&
    !isCut(world.wire, sender.machine, target.machine) &&
    !isCut(world.wire, target.machine, sender.machine);
  if (reachable) {
    link.stall = undefined;
    for (const packet of waiting.packets) {
      // A lossy link may stall again half-way; what follows then waits behind it.
      if (link.stall !== undefined) (link.stall as { packets: Appointment[] }).packets.push(packet);
      else forward(world, sender, link, packet);
    }
    return;
  }
  if (world.now - waiting.since >= PEER_SILENCE_MICROS_MAX) {
    lose(world, sender, to, undefined);
    if (target !== undefined && target.memory !== undefined) lose(world, target, from, undefined);
    return;
  }
  waiting.tries += 1;
  scheduleRetransmit(world, sender, to, waiting.tries);
}

/**
 * Closes `process`'s connection to `peer` and tells it so: at this instant, so that nothing of a later connection, to a
 * peer that starts again at once, can come before the news and be taken for lost with the old one.
 */
function lose(world: World, process: ProcessRecord, peer: string, cause: Cause | undefined): void {
  process.links.delete(peer);
  schedule(world.agenda, {
    at: world.now,
    seq: world.nextSeq++,
    to: process.name,
    from: undefined,
    incarnation: process.incarnation,
    message: connectionLost(peer),
    cause,
  });
}

/** Ends a process on a running machine: its operating system closes every connection it had. */
function end(world: World, process: ProcessRecord, cause: Cause | undefined): void {
  process.memory = undefined;
  process.links.clear();
  for (const other of world.processes.values()) {
    if (other === process || other.memory === undefined || !other.links.has(process.name)) continue;
    // Across a cut the news does not pass; the peer finds out when it next sends.
    if (isCut(world.wire, process.machine, other.machine)) continue;
    lose(world, other, process.name, cause);
  }
}

function processOf(world: World, name: string): ProcessRecord {
  const process = world.processes.get(name);
  assert(process !== undefined, `no process ${name}`);
  return process;
}

function machineOf(world: World, process: ProcessRecord): Machine {
  const machine = world.machines.get(process.machine);
  if (machine === undefined) assert(false, `no machine ${process.machine}`);
  return machine;
}

/** The one Env of a kernel; a step borrows it. Its fields are set anew before each. */
interface KernelEnv extends Env {
  now: Micros;
  self: string;
  machine: string;
  from: string | undefined;
  cause: Cause | undefined;
  world: World | undefined;
  process: ProcessRecord | undefined;
  sink: Sink | undefined;
}

function enter(
  env: KernelEnv,
  world: World,
  process: ProcessRecord,
  from: string | undefined,
  cause: Cause | undefined,
  sink: Sink,
): void {
  env.now = world.now;
  env.self = process.name;
  env.machine = process.machine;
  env.from = from;
  env.cause = cause;
  env.world = world;
  env.process = process;
  env.sink = sink;
}

function createEnv(): KernelEnv {
  const env: KernelEnv = {
    now: 0,
    self: '',
    machine: '',
    from: undefined,
    cause: undefined,
    world: undefined,
    process: undefined,
    sink: undefined,
    send(to, message) {
      const { world, process } = inStep(env);
      transmit(world, process, to, message, env.cause);
    },
    after(delayMicros, message) {
      const { world, process } = inStep(env);
      assert(delayMicros >= 0, 'a timer lies in the future');
      schedule(world.agenda, {
        at: world.now + delayMicros,
        seq: world.nextSeq++,
        to: process.name,
        from: undefined,
        incarnation: process.incarnation,
        message,
        cause: env.cause,
      });
    },
    fsync(message) {
      const { world, process } = inStep(env);
      const stream = streamOf(world, labelOf('disk', process.machine));
      env.after(pick(stream, machineOf(world, process).fsyncMicros), message);
    },
    random(purpose) {
      const { world, process } = inStep(env);
      return streamOf(world, labelOf(process.name, purpose));
    },
    boots() {
      const { world, process } = inStep(env);
      return machineOf(world, process).boots ?? 1;
    },
    note(what) {
      const { world, process } = inStep(env);
      env.cause = linkCause(env.cause, {
        id: world.nextCauseId++,
        at: world.now,
        by: process.name,
        what,
      });
    },
    resumeCause(cause) {
      env.cause = cause;
    },
    emit(observation) {
      const { world, process } = inStep(env);
      env.sink?.(observation, world.now, process.name);
    },
  };
  return env;
}

function inStep(env: KernelEnv): { world: World; process: ProcessRecord } {
  const { world, process } = env;
  assert(world !== undefined && process !== undefined, 'an Env is valid only during a step');
  return env as { world: World; process: ProcessRecord };
}
