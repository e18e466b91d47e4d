import type { Micros } from '../../../kernel/time.ts';
import type { NetworkRequest } from '../commands/command.ts';
import type { Running } from '../image-profile.ts';
import type { Place } from './root.ts';
import type { Node, Redirect, Script, SimpleNode } from './syntax.ts';

/**
 * A shell in the middle of a script, as plain data: variables, and for each of its lines of execution
 * a stack of positions in the (frozen) syntax tree. Nothing runs between two steps.
 */
export interface Shell {
  /** `sh`, `bash` …, for its complaints. */
  readonly name: string;
  readonly vars: Map<string, string>;
  readonly functions: Map<string, Node>;
  /** Signal name (or `EXIT`) → script. */
  readonly traps: Map<string, string>;
  /** The first is the shell itself; others were started with `&`. */
  readonly threads: Thread[];
  positional: readonly string[];
  cwd: string;
  /** Where its paths begin, if not at the container's own root: `chroot`. */
  root?: string | undefined;
  /** Of an interactive one: where it was before each `chroot` that it has not left yet. */
  places?: Place[];
  /** `set -e`. */
  errexit: boolean;
  /** `set -x`. */
  xtrace: boolean;
  /** After `exec`: process 1 is the program in the foreground, and signals are its business. */
  replaced: boolean;
  /** A caught signal whose trap has not run yet. */
  pending: string | undefined;
  /** How often it ran out of its share without waiting: it burns CPU. */
  spins: number;
  nextPid: number;
  /** It reads commands one by one from a person or a pipe (see interactive.ts): the end of one is not its own end. */
  interactive?: boolean;
  /** Of an interactive one: `exit` has been called. */
  exiting?: boolean;
}

export interface Thread {
  readonly pid: number;
  readonly frames: Frame[];
  /** `$?`. */
  status: number;
  state: ThreadState;
}

export type ThreadState =
  | { readonly kind: 'ready' }
  /** Until an instant; `wakeAt` undefined: until it is killed. */
  | { readonly kind: 'sleeping'; readonly wakeAt: Micros | undefined }
  | { readonly kind: 'asking'; readonly request: NetworkRequest; readonly sent: boolean }
  /** `wait`: until the background is done. */
  | { readonly kind: 'joining' }
  | { readonly kind: 'ended' };

export const READY: ThreadState = Object.freeze({ kind: 'ready' });
export const ENDED: ThreadState = Object.freeze({ kind: 'ended' });
export const JOINING: ThreadState = Object.freeze({ kind: 'joining' });

/** Where an output goes. A number is the index of the frame that collects it. */
export type Sink =
  | { readonly kind: 'log'; readonly stream: 'stdout' | 'stderr' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'collect'; readonly frame: number };

/** One level of a thread's stack. The top one is what it is doing. */
export type Frame =
  | { readonly kind: 'script'; readonly script: Script; at: number }
  | { readonly kind: 'and-or'; readonly node: Extract<Node, { kind: 'and-or' }>; at: number }
  | {
      readonly kind: 'pipeline';
      readonly node: Extract<Node, { kind: 'pipeline' }>;
      at: number;
      input: string | undefined;
    }
  | {
      readonly kind: 'if';
      readonly node: Extract<Node, { kind: 'if' }>;
      clause: number;
      phase: 'condition' | 'decide' | 'body';
    }
  | {
      readonly kind: 'while';
      readonly node: Extract<Node, { kind: 'while' }>;
      phase: 'condition' | 'decide';
    }
  | {
      readonly kind: 'for';
      readonly node: Extract<Node, { kind: 'for' }>;
      readonly items: readonly string[];
      at: number;
    }
  /** Runs the node's `$(…)` one after the other, then the node. */
  | { readonly kind: 'prepare'; readonly node: Preparable; readonly results: string[] }
  /** Redirects and collects; ends with what it surrounds. */
  | {
      readonly kind: 'output';
      /** For the frame below: what was collected. */
      readonly collects: boolean;
      readonly subshell: boolean;
      text: string;
      readonly out: Sink | undefined;
      readonly err: Sink | undefined;
      readonly input: string | undefined;
    }
  /** A function's body; `return` ends it. */
  | {
      readonly kind: 'call';
      readonly positional: readonly string[];
      /** Of a command in another root: where the shell was before. */
      readonly left?: Place;
    }
  /** A wait or program in the foreground; it ends at `endsAt`. */
  | {
      readonly kind: 'foreground';
      readonly running: Running | undefined;
      readonly since: Micros;
      readonly endsAt: Micros | undefined;
      readonly code: number;
      readonly out: string;
    }
  | {
      readonly kind: 'network';
      readonly argv: readonly string[];
      readonly deadline: Micros | undefined;
    };

export type Preparable =
  | SimpleNode
  | Extract<Node, { kind: 'group' | 'for' | 'case' | 'arithmetic' }>;

export type { Redirect };
