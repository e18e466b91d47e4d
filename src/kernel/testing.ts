import type { KernelMessage } from './agenda.ts';
import type { ProcessExited } from './lifecycle.ts';
import { createKernel, type Kernel, type Sink } from './kernel.ts';
import { SSD_FSYNC_MICROS } from './machine.ts';
import { defineBehaviour } from './process.ts';
import { below } from './random.ts';
import { createWorld, type World } from './world.ts';

/** Messages of the toy processes that the kernel's own tests run. */
export type ToyMessage =
  | { readonly type: 'toy/count'; readonly value: number }
  | { readonly type: 'toy/tick' }
  | { readonly type: 'toy/safe'; readonly value: number }
  | { readonly type: 'toy/hang-up'; readonly peer: string }
  | { readonly type: 'toy/start'; readonly process: string }
  | { readonly type: 'toy/stop'; readonly process: string }
  | { readonly type: 'toy/die' }
  | ProcessExited
  | { readonly type: 'kernel/connection-lost'; readonly peer: string };

export interface ToyDisk {
  safe: number;
}

export interface ToyMemory {
  readonly heard: number[];
  readonly lost: string[];
  /** When each message came, beside `heard`. */
  readonly at: number[];
  readonly exits: string[];
  ticks: number;
}

/** Remembers what it hears, flushes it, and (where its configuration names a peer) chats at random. */
export const toy = defineBehaviour<{ readonly peer?: string }, ToyDisk, ToyMemory, ToyMessage>({
  kind: 'toy',
  initialDisk: () => ({ safe: 0 }),
  start(_disk, env, config) {
    if (config.peer !== undefined) env.after(1000, { type: 'toy/tick' });
    return { heard: [], lost: [], at: [], exits: [], ticks: 0 };
  },
  step({ disk, memory, config }, message, env) {
    switch (message.type) {
      case 'toy/count':
        memory.heard.push(message.value);
        memory.at.push(env.now);
        env.fsync({ type: 'toy/safe', value: message.value });
        return;
      case 'toy/safe':
        disk.safe += message.value;
        return;
      case 'toy/tick':
        memory.ticks += 1;
        env.resumeCause(undefined);
        env.note(`tick ${memory.ticks}`);
        if (config.peer !== undefined)
          env.send(config.peer, { type: 'toy/count', value: memory.ticks });
        env.after(1000 + below(env.random('pace'), 5000), { type: 'toy/tick' });
        return;
      case 'toy/start':
        env.startProcess(message.process);
        return;
      case 'toy/stop':
        env.stopProcess(message.process);
        return;
      case 'toy/die':
        env.exit(2, 'out of luck');
        return;
      case 'kernel/process-exited':
        memory.exits.push(`${message.process} ${message.code} ${message.reason}`);
        return;
      case 'toy/hang-up':
        env.reset(message.peer);
        return;
      case 'kernel/connection-lost':
        memory.lost.push(message.peer);
        return;
    }
  },
});

export const ignore: Sink = () => {};

/** Two machines, `left` and `right`, with one toy on each; the left one chats when asked to. */
export function twoToys(options: { readonly seed?: number; readonly chatty?: boolean } = {}): {
  readonly world: World;
  readonly kernel: Kernel;
} {
  const kernel = createKernel([toy]);
  const world = createWorld({ seed: options.seed ?? 1, epochMillis: 0 });
  for (const name of ['left', 'right']) {
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  }
  const config = Object.freeze(options.chatty === true ? { peer: 'b' } : {});
  kernel.addProcess(world, { name: 'a', kind: 'toy', machine: 'left', config }, ignore);
  kernel.addProcess(
    world,
    { name: 'b', kind: 'toy', machine: 'right', config: Object.freeze({}) },
    ignore,
  );
  return { world, kernel };
}

/** A toy's memory; the process must be up. */
export function memoryOf(world: World, name: string): ToyMemory {
  return world.processes.get(name)?.memory as ToyMemory;
}

export function say(world: World, kernel: Kernel, value: number): void {
  const message: ToyMessage = { type: 'toy/count', value };
  kernel.inject(world, {
    from: 'a',
    to: 'b',
    message: message satisfies KernelMessage,
    cause: undefined,
  });
}

/** A message that a hand on the machine gives to a toy at once. */
export function prod<Message extends KernelMessage>(
  world: World,
  kernel: Kernel,
  to: string,
  message: Message,
): void {
  kernel.prod(world, { to, message, cause: undefined });
}

/** A cut between the two machines. */
export const CUT = Object.freeze({
  id: 'cut',
  from: ['left'],
  to: ['right'],
  bothWays: true,
  effect: { kind: 'cut' as const },
});
