import type { Micros } from '../../kernel/time.ts';
import type { ContainerConfig } from '../messages.ts';
import type { Load, Running } from './image-profile.ts';
import type { Program } from './program.ts';

/** A program, and the instant at which it began. */
export interface RunningSince {
  readonly running: Running;
  readonly since: Micros;
}

/** Every program running in a container, with the instant it began. */
export function runningIn({ main, startedAt, shell }: Program): readonly RunningSince[] {
  const found = main === undefined ? [] : [{ running: main, since: startedAt }];
  if (shell === undefined) return found;
  for (const thread of shell.threads) {
    const frame = thread.frames.at(-1);
    if (frame?.kind === 'foreground' && frame.running !== undefined)
      found.push({ running: frame.running, since: frame.since });
  }
  return found;
}

/** What a container uses at an instant, by formula. */
export function usageOf(
  program: Program,
  config: ContainerConfig,
  now: Micros,
): { readonly cpuMilli: number; readonly memoryBytes: number } {
  let cpuMilli = 0;
  let memoryBytes = program.shell === undefined ? 0 : 1_200_000;
  const all = runningIn(program);
  for (let i = 0; i < all.length; i += 1) {
    const { running, since } = all[i] as RunningSince; // In range.
    cpuMilli += running.load.cpuMilli;
    memoryBytes += rampedMemory(running.load, now - since);
  }
  if ((program.shell?.spins ?? 0) > 0) cpuMilli += 1000;
  return {
    cpuMilli:
      config.cpuLimitMilli === undefined ? cpuMilli : Math.min(cpuMilli, config.cpuLimitMilli),
    memoryBytes:
      config.memoryLimitBytes === undefined
        ? memoryBytes
        : Math.min(memoryBytes, Math.floor(config.memoryLimitBytes * 0.95)),
  };
}

function rampedMemory(load: Load, age: Micros): number {
  if (age >= load.rampMicros) return load.memoryBytes;
  return Math.floor((load.memoryBytes * Math.max(0, age)) / load.rampMicros);
}
