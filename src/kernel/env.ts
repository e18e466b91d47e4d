import { schedule } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { linkCause, type Cause } from './cause.ts';
import type { Env, ProcessRecord } from './process.ts';
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
    reset(peer) {
      const { world, process } = inStep(env);
      reset(world, process, peer, env.cause);
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
