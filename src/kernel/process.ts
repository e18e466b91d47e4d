import type { KernelMessage } from './agenda.ts';
import type { Cause } from './cause.ts';
import type { RandomStream } from './random.ts';
import type { Micros } from './time.ts';
import type { Link } from './link.ts';
import type { Strain } from './strain.ts';

/**
 * A program that runs on a machine. `disk` survives a crash, `memory` does not: what a failure loses
 * is visible in the type. Every record has every field: whatever steps meets them all, and one form of records is found
 * faster than several.
 */
export interface ProcessRecord {
  readonly name: string;
  /** Which behaviour it runs. */
  readonly kind: string;
  readonly machine: string;
  /** Flags and files it is started with. Frozen; another one is read by its next step. */
  config: unknown;
  disk: unknown;
  /** Undefined while the process is down. */
  memory: unknown;
  /** Whether it is meant to run: a stopped process does not start again with its machine. */
  enabled: boolean;
  /** How often it has started. */
  incarnation: number;
  /**
   * The number of its present or last life, which no other one in the world has; 0: it has never started. Timers and
   * connections belong to one life.
   */
  life: number;
  /** When it has last started or ended; undefined: it never has. */
  since: Micros | undefined;
  /** How many steps it has taken, starts included: what it has on its disk and in its memory changes with a step alone. */
  steps: number;
  /** Open connections by the peer's name. */
  readonly links: Map<string, Link>;
  /**
   * The process of the same machine that starts it and is told when it ends; undefined: it starts with its machine.
   */
  readonly supervisor: string | undefined;
  /** After an end that nobody ordered it is started again after this pause (systemd's `Restart=always`). */
  readonly restartMicros: Micros | undefined;
  /** The last lines it has written to its standard error, oldest first. Frozen, and replaced with each line. */
  output: readonly OutputLine[] | undefined;
  /** What holds it up, if anything does. */
  strain: Strain | undefined;
}

/** A line of a process's standard error. Frozen. */
export interface OutputLine {
  readonly at: Micros;
  readonly text: string;
}

/** What a behaviour is given at each step; valid only during that step. */
export interface Env<Message extends KernelMessage = KernelMessage> {
  readonly now: Micros;
  readonly self: string;
  readonly machine: string;
  /** Who sent the message being handled; undefined for one's own timers, the disk and the kernel. */
  readonly from: string | undefined;
  /** The link of the chain under which everything done in this step is filed. */
  readonly cause: Cause | undefined;
  /** Sends over the wire, in order with earlier messages to the same process. */
  send(to: string, message: Message): void;
  /** Closes one's connection to a peer, which is told so at once; the next `send` opens a new one. */
  reset(peer: string): void;
  /** A message to oneself after `delayMicros`. Dies with the process. */
  after(delayMicros: Micros, message: Message): void;
  /**
   * Flushes to the machine's disk; `message` comes back when the write is safe, and begins a new chain: what is flushed at once is
   * many causes' consequence.
   */
  fsync(message: Message): void;
  /** Whether the machine's disk has room: when it has none, a write fails with ENOSPC. */
  diskFull(): boolean;
  /** How far the machine's clock is ahead of the true calendar: part of every calendar time a process reads. */
  clockSkewMicros(): Micros;
  /** Which share of a resource of the machine something else takes: 0 to 1. */
  taken(resource: string): number;
  /** Starts a process that this one supervises, at this instant and after this step. */
  startProcess(name: string): void;
  /**
   * Ends a supervised process, in good order (TERM) or not (KILL); its `kernel/process-exited` follows. One that hangs
   * takes TERM only when it goes on.
   */
  stopProcess(name: string, signal?: 'TERM' | 'KILL'): void;
  /** Installs a process on the same machine, supervised by this one, and starts it after this step. */
  spawnProcess?(process: {
    readonly name: string;
    readonly kind: string;
    readonly config: unknown;
  }): void;
  /** Ends a process that was spawned, silently, and forgets it. */
  reapProcess?(name: string): void;
  /** Writes a line to the standard error; `write` makes it, given the machine's calendar in microseconds since 1970. */
  print?(write: (calendarMicros: number) => string): void;
  /** The last lines of a process of this machine, across its starts. */
  outputOf?(name: string): readonly OutputLine[];
  /** Whether a process of this machine is alive; a suspended one is. */
  isRunning(name: string): boolean;
  /** Ends this process with this step, as a fatal error does: its supervisor, or systemd, starts it again. */
  exit(code: number, reason: string): void;
  /** The process's own random stream for a purpose. */
  random(purpose: string): RandomStream;
  /** How often the machine has been switched on: what tells a process that its machine was rebooted. */
  boots?(): number;
  /**
   * Whether what `peer` has just answered may be taken to hold until it says otherwise: nothing in the world is broken.
   * If so, `kernel/disturbed` comes as soon as somebody acts on the world.
   */
  rest?(peer: string): boolean;
  /** Adds a link to the chain: what was decided, with the numbers that decided. */
  note(what: string): void;
  /** Files the rest of this step under another cause: undefined begins a new chain. */
  resumeCause(cause: Cause | undefined): void;
  /** Tells the world's observers something that is not part of its state. */
  emit(observation: unknown): void;
}

/**
 * The code of a kind of process. `step` may mutate its own disk and memory and nothing else; it waits
 * by appointment, never by promise.
 */
export interface Behaviour<Config, Disk, Memory, Message extends KernelMessage> {
  readonly kind: string;
  /** The disk of a process that has never run. */
  initialDisk(config: Config): Disk;
  /** Begins an incarnation: builds memory from disk, arms the first timers. */
  start(disk: Disk, env: Env<Message>, config: Config): Memory;
  step(
    process: { readonly disk: Disk; readonly memory: Memory; readonly config: Config },
    message: Message,
    env: Env<Message>,
  ): void;
}

/** A behaviour whose own types the kernel does not know. */
export type AnyBehaviour = Behaviour<unknown, unknown, unknown, KernelMessage>;

/** Gives the kernel a behaviour; the kernel hands each process only its own disk and memory back. */
export function defineBehaviour<Config, Disk, Memory, Message extends KernelMessage>(
  behaviour: Behaviour<Config, Disk, Memory, Message>,
): AnyBehaviour {
  // The kernel keeps state and behaviour of a kind together, which the type system cannot see.
  return behaviour as unknown as AnyBehaviour;
}
