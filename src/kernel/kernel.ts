import { earliest, popEarliest, schedule, type KernelMessage } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { linkCause, type Cause } from './cause.ts';
import { createEnv, enter, type Sink } from './env.ts';
import type { Machine } from './machine.ts';
import type { AnyBehaviour, ProcessRecord } from './process.ts';
import type { Micros } from './time.ts';
import {
  accepts,
  end,
  machineOf,
  processOf,
  retransmit,
  transmit,
  type Retransmit,
} from './transport.ts';
import type { World } from './world.ts';

export type { Sink } from './env.ts';
export type { ConnectionLost } from './transport.ts';

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
