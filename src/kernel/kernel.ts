import { fillNear, KERNEL, schedule, type Appointment, type KernelMessage } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { disturb, disturbUnlessCalm } from './calm.ts';
import { linkCause, type Cause } from './cause.ts';
import { ProcessEnv, type Run, type Sink } from './env.ts';
import { end, forget, KILLED, STOPPED, type Exit } from './lifecycle.ts';
import { awaitAnswers, type PingTimeout } from './keepalive.ts';
import type { Machine } from './machine.ts';
import type { AnyBehaviour, ProcessRecord } from './process.ts';
import { fallSilent, heldUp, resume, slowDown, suspend, takeHeld, type Silence } from './strain.ts';
import { wholeMicros, type Micros } from './time.ts';
import {
  accepts,
  machineOf,
  processOf,
  retransmit,
  transmit,
  type Retransmit,
  missAnswer,
} from './transport.ts';
import type { World } from './world.ts';

export type { Disturbed } from './calm.ts';
export type { Sink } from './env.ts';
export type { ProcessExited } from './lifecycle.ts';
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
      /** Who starts it; it then does not start with its machine. */
      readonly supervisor?: string;
      /** The pause before it is started again after an end that nobody ordered. */
      readonly restartMicros?: Micros;
    },
    sink: Sink,
  ): void;
  removeProcess(world: World, name: string): void;
  /** Ends a process: memory is gone, peers see the connection close. It stays down until started. */
  stopProcess(world: World, name: string, cause: Cause | undefined): void;
  startProcess(world: World, name: string, cause: Cause | undefined, sink: Sink): void;
  /** SIGKILL: the process ends, and whoever keeps it running (a supervisor, systemd) may start it again. */
  killProcess(world: World, name: string, cause: Cause | undefined): void;
  /** SIGSTOP: it neither steps nor ends; its peers hear nothing of it. */
  suspendProcess(world: World, name: string): void;
  /** SIGCONT: it goes on with all that has reached it meanwhile. */
  resumeProcess(world: World, name: string): void;
  /** Each of its steps takes this long, as when others take the CPU; 0: no time. */
  slowProcess(world: World, name: string, stepMicros: Micros): void;
  /** Gives a process other flags; its next step reads them. */
  configureProcess(world: World, name: string, config: unknown): void;
  /** Empties the disk of a process that is down. */
  wipeDisk(world: World, name: string): void;
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
  /** Puts something on the agenda that is done from outside the world when its time has come (see `KernelHooks`). */
  appoint(world: World, at: Micros, message: KernelMessage): void;
  /** Wakes processes that rest: somebody has changed something about the world. Every act above does so by itself. */
  disturb(world: World): void;
  /** A new link of a chain, made outside any process: a person's act. */
  note(world: World, link: { by: string; what: string; parent?: Cause }): Cause;
}

/** What the layer above does in a world at a time that it has appointed. */
export interface KernelHooks {
  keep?(world: World, message: KernelMessage, sink: Sink): void;
}

/** What a behaviour is handed of a process whose types the kernel does not know. */
type Stepped = { readonly disk: unknown; readonly memory: unknown; readonly config: unknown };

/** Builds the kernel for a list of behaviours, keyed by their kind. */
export function createKernel(list: readonly AnyBehaviour[], hooks: KernelHooks = {}): Kernel {
  const behaviours = new Map(list.map((behaviour) => [behaviour.kind, behaviour]));
  const runs = new WeakMap<World, Run>();

  function runOf(world: World, sink: Sink): Run {
    let run = runs.get(world);
    // A world that becomes what it was at another instant has other tables from then on.
    if (run?.processes !== world.processes) {
      run = { world, processes: world.processes, sink, lives: noLives(world.nextLife) };
      runs.set(world, run);
    }
    run.sink = sink;
    return run;
  }

  function behaviourOf({ kind }: ProcessRecord): AnyBehaviour {
    const behaviour = behaviours.get(kind);
    if (behaviour === undefined) assert(false, `no behaviour for processes of kind ${kind}`);
    return behaviour;
  }

  function envOf(run: Run, process: ProcessRecord): ProcessEnv {
    const { lives } = run;
    const known = lives[process.life];
    if (known?.process === process) return known;
    const env = new ProcessEnv(run, process, behaviourOf(process));
    // One that has never started is in no life yet.
    if (process.life > 0) lives[process.life] = env;
    return env;
  }

  function start(run: Run, process: ProcessRecord, cause: Cause | undefined): void {
    const { world } = run;
    const env = envOf(run, process);
    process.incarnation += 1;
    process.life = world.nextLife++;
    run.lives[process.life] = env;
    process.steps += 1;
    process.since = world.now;
    // One that another has spawned has not been given a disk yet.
    if (process.disk === undefined) process.disk = env.behaviour.initialDisk(process.config);
    env.enter(undefined, cause);
    process.memory = env.behaviour.start(process.disk, env, process.config);
    if (env.exiting !== undefined) leave(env, env.exiting);
  }

  /** The kernel's own appointments, of which processes know nothing. */
  function keepOwn(run: Run, due: Appointment): void {
    const { world } = run;
    const { message, to } = due;
    if (to === KERNEL) {
      hooks.keep?.(world, message, run.sink);
      return;
    }
    if (message.type === 'kernel/retransmit') {
      retransmit(world, to, (message as Retransmit).from);
      return;
    }
    const process = world.processes.get(to);
    if (process === undefined || due.life !== process.life) return;
    if (message.type === 'kernel/start') {
      const isDown = process.memory === undefined && machineOf(world, process).power === 'on';
      if (isDown && process.enabled) start(run, process, due.cause);
    } else if (message.type === 'kernel/silence') fallSilent(world, process, message as Silence);
    else if (message.type === 'kernel/ping-timeout')
      missAnswer(world, process, message as PingTimeout);
    else {
      const held = takeHeld(world, process);
      if (held !== undefined) keepUnusual(run, held, true);
    }
  }

  /** An appointment of which it is not plain that a process takes it now. */
  function keepUnusual(run: Run, due: Appointment, wasHeld: boolean): void {
    const { world } = run;
    const target = world.processes.get(due.to);
    if (!accepts(world, due, target)) return;
    const { strain } = target;
    if (strain !== undefined && !wasHeld && heldUp(world, target, strain, due)) return;
    const env = envOf(run, target);
    env.enter(due.from, due.cause);
    target.steps += 1;
    env.behaviour.step(target as Stepped, due.message, env);
    if (env.exiting !== undefined) leave(env, env.exiting);
  }

  /**
   * Keeps what is due up to and including `until`, but no more than `stepsMax` appointments; whether nothing is left.
   * Everything that happens goes through this loop, so it calls hardly anything but the processes.
   */
  function keepDue(run: Run, until: Micros, stepsMax: number): boolean {
    const { world, lives } = run;
    const { agenda } = world;
    const { near } = agenda;
    for (let kept = 0; kept < stepsMax; kept++) {
      if (near.length === 0 && !fillNear(agenda, until)) return true;
      const due = near[0] as Appointment; // It is not empty.
      const { at, from } = due;
      if (at > until) return true;
      near.shift();
      if (at < world.now) assert(false, 'virtual time never runs backwards');
      world.now = at;
      world.steps += 1;
      if (from === KERNEL) {
        keepOwn(run, due);
        continue;
      }
      const env = lives[due.life];
      if (env === undefined) {
        keepUnusual(run, due, false);
        continue;
      }
      const { process } = env;
      if (
        process.memory === undefined ||
        process.life !== due.life ||
        process.strain !== undefined
      ) {
        keepUnusual(run, due, false);
        continue;
      }
      env.now = at;
      env.from = from;
      env.cause = due.cause;
      process.steps += 1;
      env.behaviour.step(process as Stepped, due.message, env);
      if (env.exiting !== undefined) leave(env, env.exiting);
    }
    return false;
  }

  return {
    step(world, sink) {
      return keepDue(runOf(world, sink), Number.POSITIVE_INFINITY, 1) ? 'idle' : 'stepped';
    },
    disturb,
    runUntil(world, until, sink) {
      disturbUnlessCalm(world);
      keepDue(runOf(world, sink), until, Number.POSITIVE_INFINITY);
      if (until > world.now) world.now = wholeMicros(until);
    },
    runSome(world, until, stepsMax, sink) {
      assert(Number.isFinite(until), 'time runs until an instant');
      disturbUnlessCalm(world);
      if (!keepDue(runOf(world, sink), until, stepsMax)) return false;
      if (until > world.now) world.now = wholeMicros(until);
      return true;
    },
    addMachine(world, machine) {
      assert(!world.machines.has(machine.name), `machine ${machine.name} exists already`);
      world.machines.set(machine.name, machine);
    },
    addProcess(world, { name, kind, machine, config, supervisor, restartMicros }, sink) {
      assert(!world.processes.has(name), `process ${name} exists already`);
      const process: ProcessRecord = {
        name,
        kind,
        machine,
        config,
        disk: undefined,
        memory: undefined,
        enabled: supervisor === undefined,
        incarnation: 0,
        life: 0,
        since: undefined,
        steps: 0,
        links: new Map(),
        supervisor,
        restartMicros,
        output: undefined,
        strain: undefined,
      };
      process.disk = behaviourOf(process).initialDisk(config);
      world.processes.set(name, process);
      if (process.enabled && machineOf(world, process).power === 'on')
        start(runOf(world, sink), process, undefined);
    },
    removeProcess(world, name) {
      disturb(world);
      const process = world.processes.get(name);
      if (process === undefined) return;
      process.enabled = false;
      if (process.memory !== undefined) end(world, process, KILLED, undefined);
      world.processes.delete(name);
    },
    stopProcess(world, name, cause) {
      disturb(world);
      const process = processOf(world, name);
      process.enabled = false;
      if (process.memory !== undefined) end(world, process, STOPPED, cause);
    },
    startProcess(world, name, cause, sink) {
      disturb(world);
      const process = processOf(world, name);
      process.enabled = true;
      if (process.memory === undefined && machineOf(world, process).power === 'on') {
        start(runOf(world, sink), process, cause);
      }
    },
    killProcess(world, name, cause) {
      disturb(world);
      const process = processOf(world, name);
      if (process.memory !== undefined) end(world, process, KILLED, cause);
    },
    suspendProcess(world, name) {
      disturb(world);
      const process = processOf(world, name);
      if (process.memory !== undefined) suspend(world, process);
    },
    resumeProcess(world, name) {
      disturb(world);
      const process = processOf(world, name);
      if (process.strain?.ending === true) end(world, process, STOPPED, undefined);
      else resume(world, process);
    },
    slowProcess(world, name, stepMicros) {
      disturb(world);
      slowDown(world, processOf(world, name), stepMicros);
    },
    configureProcess(world, name, config) {
      disturb(world);
      processOf(world, name).config = config;
    },
    wipeDisk(world, name) {
      const process = processOf(world, name);
      assert(process.memory === undefined, `${name} is running`);
      process.disk = behaviourOf(process).initialDisk(process.config);
    },
    powerOff(world, machineName) {
      disturb(world);
      const machine = world.machines.get(machineName);
      assert(machine !== undefined, `no machine ${machineName}`);
      machine.power = 'off';
      for (const process of world.processes.values()) {
        if (process.machine !== machineName) continue;
        process.since = world.now;
        if (process.memory !== undefined) awaitAnswers(world, process);
        forget(process);
      }
    },
    powerOn(world, machineName, cause, sink) {
      disturb(world);
      const machine = world.machines.get(machineName);
      assert(machine !== undefined, `no machine ${machineName}`);
      if (machine.power === 'on') return;
      machine.power = 'on';
      machine.boots = (machine.boots ?? 1) + 1;
      machine.bootedAt = world.now;
      for (const process of world.processes.values()) {
        // A supervised process waits for its supervisor.
        if (process.machine !== machineName || process.supervisor !== undefined) continue;
        if (process.enabled) start(runOf(world, sink), process, cause);
      }
    },
    inject(world, { from, to, message, cause }) {
      const sender = processOf(world, from);
      if (sender.memory !== undefined) transmit(world, sender, to, message, cause);
    },
    prod(world, { to, message, cause }) {
      disturb(world);
      schedule(world.agenda, {
        at: world.now,
        seq: world.nextSeq++,
        to,
        from: undefined,
        life: 0,
        message,
        cause,
      });
    },
    appoint(world, at, message) {
      schedule(world.agenda, {
        at: wholeMicros(at),
        seq: world.nextSeq++,
        to: KERNEL,
        from: KERNEL,
        life: 0,
        message,
        cause: undefined,
      });
    },
    note(world, { by, what, parent }) {
      return linkCause(parent, world.nextCauseId++, world.now, by, what);
    },
  };
}

/** A table for the lives that there have been, whose Envs are made when they are needed. */
function noLives(count: number): (ProcessEnv | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}

/** Ends a process that has ended itself in its step. */
function leave(env: ProcessEnv, exit: Exit): void {
  env.exiting = undefined;
  end(env.run.world, env.process, exit, env.cause);
}
