import { schedule } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { rest } from './calm.ts';
import { linkCause, type Cause } from './cause.ts';
import { appointStart, end, KILLED, STOPPED, type Exit } from './lifecycle.ts';
import type { Env, OutputLine, ProcessRecord } from './process.ts';
import { pick } from './random.ts';
import { labelOf, streamOf } from './streams.ts';
import type { Micros } from './time.ts';
import { machineOf, reset, transmit } from './transport.ts';
import type { World } from './world.ts';

/** Hears what processes emit. Nothing it does can flow back into the world. */
export type Sink = (observation: unknown, at: Micros, from: string) => void;

/** The one Env of a kernel; a step borrows it. Its fields are set anew before each. */
export interface KernelEnv extends Env {
  now: Micros;
  self: string;
  machine: string;
  from: string | undefined;
  cause: Cause | undefined;
  world: World | undefined;
  process: ProcessRecord | undefined;
  sink: Sink | undefined;
  /** Set by a step that ends its own process. */
  exiting: Exit | undefined;
}

/** Lends the Env to one step of a process. */
export function enter(
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
  env.exiting = undefined;
}

export function createEnv(): KernelEnv {
  const env: KernelEnv = {
    now: 0,
    self: '',
    machine: '',
    from: undefined,
    cause: undefined,
    world: undefined,
    process: undefined,
    sink: undefined,
    exiting: undefined,
    send(to, message) {
      // Written out, here and below: these are called at every step.
      const { world, process } = env;
      if (world === undefined || process === undefined) assert(false, OUTSIDE_A_STEP);
      transmit(world, process, to, message, env.cause);
    },
    after(delayMicros, message) {
      const { world, process } = env;
      if (world === undefined || process === undefined) assert(false, OUTSIDE_A_STEP);
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
    reset(peer) {
      const { world, process } = inStep(env);
      reset(world, process, peer, env.cause);
    },
    fsync(message) {
      const { world, process } = inStep(env);
      const stream = streamOf(world, labelOf('disk', process.machine));
      env.after(pick(stream, machineOf(world, process).fsyncMicros), message);
    },
    diskFull() {
      const { world, process } = inStep(env);
      return machineOf(world, process).diskFull === true;
    },
    clockSkewMicros() {
      const { world, process } = env;
      if (world === undefined || process === undefined) assert(false, OUTSIDE_A_STEP);
      return machineOf(world, process).clockSkewMicros ?? 0;
    },
    taken(resource) {
      const { world, process } = inStep(env);
      return machineOf(world, process).taken?.[resource] ?? 0;
    },
    startProcess(name) {
      const { world } = inStep(env);
      const child = childOf(env, name);
      child.enabled = true;
      if (child.memory === undefined) appointStart(world, child, 0, env.cause);
    },
    stopProcess(name, signal = 'KILL') {
      const { world } = inStep(env);
      const child = childOf(env, name);
      child.enabled = false;
      if (child.memory === undefined) return;
      if (signal === 'KILL') end(world, child, KILLED, env.cause);
      else if (child.strain?.suspended === true) child.strain.ending = true;
      else end(world, child, STOPPED, env.cause);
    },
    spawnProcess({ name, kind, config }) {
      const { world, process } = inStep(env);
      assert(!world.processes.has(name), `process ${name} exists already`);
      const child: ProcessRecord = {
        name,
        kind,
        machine: process.machine,
        config,
        // Made by its first start, which knows its behaviour.
        disk: undefined,
        memory: undefined,
        enabled: true,
        incarnation: 0,
        since: undefined,
        steps: 0,
        links: new Map(),
        supervisor: process.name,
        restartMicros: undefined,
        output: undefined,
        strain: undefined,
      };
      world.processes.set(name, child);
      appointStart(world, child, 0, env.cause);
    },
    reapProcess(name) {
      const { world } = inStep(env);
      if (!world.processes.has(name)) return;
      const child = childOf(env, name);
      child.enabled = false;
      const orphan = { ...child, supervisor: undefined };
      if (child.memory !== undefined) end(world, orphan, KILLED, env.cause);
      world.processes.delete(name);
    },
    print(write) {
      const { world, process } = inStep(env);
      const skew = machineOf(world, process).clockSkewMicros ?? 0;
      const text = write(world.epochMillis * 1000 + world.now + skew);
      const kept = (process.output ?? NO_OUTPUT).slice(1 - OUTPUT_LINES_MAX);
      kept.push(Object.freeze({ at: world.now, text }));
      process.output = Object.freeze(kept);
    },
    outputOf(name) {
      const { world, process } = inStep(env);
      const other = world.processes.get(name);
      return other?.machine === process.machine ? (other.output ?? NO_OUTPUT) : NO_OUTPUT;
    },
    isRunning(name) {
      const { world, process } = inStep(env);
      const other = world.processes.get(name);
      return other !== undefined && other.machine === process.machine && other.memory !== undefined;
    },
    exit(code, reason) {
      env.exiting = { code, reason };
    },
    random(purpose) {
      const { world, process } = env;
      if (world === undefined || process === undefined) assert(false, OUTSIDE_A_STEP);
      return streamOf(world, labelOf(process.name, purpose));
    },
    boots() {
      const { world, process } = inStep(env);
      return machineOf(world, process).boots ?? 1;
    },
    rest(peer) {
      const { world, process } = inStep(env);
      return rest(world, process, peer);
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

const NO_OUTPUT: readonly OutputLine[] = Object.freeze([]);
/** Lines kept of each process. */
const OUTPUT_LINES_MAX = 100;

/** A process that the one in step supervises. */
function childOf(env: KernelEnv, name: string): ProcessRecord {
  const { world, process } = inStep(env);
  const child = world.processes.get(name);
  assert(child?.supervisor === process.name, `${process.name} does not supervise ${name}`);
  return child as ProcessRecord;
}

const OUTSIDE_A_STEP = 'an Env is valid only during a step';

function inStep(env: KernelEnv): { world: World; process: ProcessRecord } {
  const { world, process } = env;
  assert(world !== undefined && process !== undefined, OUTSIDE_A_STEP);
  return env as { world: World; process: ProcessRecord };
}
