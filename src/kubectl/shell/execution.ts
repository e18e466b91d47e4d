import type { Program, ProgramContext } from '../program.ts';
import type { Completer } from './completion.ts';
import type { FileStore } from './files.ts';
import type { Sink, Source } from './streams.ts';
import type { Node, Script } from './syntax.ts';
import type { Variables } from './variables.ts';

/** A program as it is registered: its name, what it is for, how it runs and how its arguments are completed. */
export interface ProgramEntry {
  readonly name: string;
  /** One line for `help`. */
  readonly about: string;
  readonly run: Program;
  readonly complete?: Completer;
}

/** What a shell stands on: the machine, its programs and files. Shared by all its subshells. */
export interface Shell {
  readonly context: ProgramContext;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  readonly store: FileStore;
  readonly aliases: Map<string, string>;
  readonly history: string[];
  columns(): number;
  /** How a program in the foreground takes Ctrl-C (`ProgramIo.interrupts`). */
  readonly interrupts?: (handler: () => boolean) => () => void;
  /**
   * Around each line: makes the files agree with what the machine's programs have done meanwhile, and the other way
   * round. A sentence when the machine is gone, and the shell with it.
   */
  readonly sync?: () => Promise<string | undefined>;
  /** Set in the environment of a shell that begins here. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Opens another machine for `ssh`; a sentence when that cannot be. Absent: there is no network. */
  readonly connect?: (host: string) => Promise<Shell | string>;
}

export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  xtrace: boolean;
  pipefail: boolean;
  noglob: boolean;
}

/** Why a list of commands ends early. */
export interface Leaving {
  readonly kind: 'break' | 'continue' | 'return' | 'exit';
  /** For `break` and `continue`: the loops still to leave. */
  readonly levels: number;
  /** Asked for by `exit`, and not by an error, `set -e` or an interruption. */
  readonly wanted: boolean;
}

export interface Job {
  readonly number: number;
  readonly pid: number;
  readonly source: string;
  readonly done: Promise<number>;
  readonly kill: () => void;
  /** Undefined while it runs. */
  status: number | undefined;
  killed: boolean;
}

export interface Jobs {
  readonly list: Job[];
  nextPid: number;
}

/** One shell process: the session's own, or a subshell's. */
export interface Execution {
  readonly shell: Shell;
  readonly variables: Variables;
  readonly functions: Map<string, Node>;
  readonly traps: Map<string, string>;
  readonly options: ShellOptions;
  readonly jobs: Jobs;
  readonly signal: AbortSignal;
  stdin: Source;
  /** Standard output (1), standard error (2) and what a script opened itself. */
  outs: ReadonlyMap<number, Sink>;
  /** A person types into it; complaints then name no line. */
  readonly isInteractive: boolean;
  /** `$0`. */
  readonly name: string;
  positional: readonly string[];
  cwd: string;
  status: number;
  line: number;
  leaving: Leaving | undefined;
  /** Above zero: a failure decides something and ends nothing. */
  conditions: number;
  /** How many functions and sourced files deep. */
  depth: number;
  loops: number;
  /** What `ssh` opened: the session goes on there. */
  entering: Shell | undefined;
}

/** What built-in commands use to run others. */
export interface Runner {
  script(execution: Execution, script: Script): Promise<number>;
  /** Runs a function, built-in command or program by name. */
  argv(execution: Execution, argv: readonly string[]): Promise<number>;
  /** Reads and runs a text in this shell. */
  text(execution: Execution, text: string): Promise<number>;
  /** A subshell with other streams. */
  fork(execution: Execution, changes: Partial<Pick<Execution, ForkField>>): Execution;
  /** Runs a text as a script of its own: `bash file`, `bash -c`. */
  asScript(
    execution: Execution,
    text: string,
    options: { readonly name: string; readonly args: readonly string[] },
  ): Promise<number>;
}

export type ForkField = 'stdin' | 'outs' | 'signal' | 'isInteractive' | 'name' | 'positional';

/** A command that is part of the shell. */
export type ShellCommand = (
  args: readonly string[],
  execution: Execution,
  runner: Runner,
) => Promise<number> | number;

export function out(execution: Execution, text: string): void {
  execution.outs.get(1)?.write(text);
}

export function err(execution: Execution, text: string): void {
  execution.outs.get(2)?.write(text);
}

/** Says what is wrong as bash does: at the prompt with its name, in a script with the line. */
export function complain(execution: Execution, message: string): void {
  const { isInteractive, name, line } = execution;
  err(execution, `${isInteractive ? 'bash' : `${name}: line ${line}`}: ${message}\n`);
}

/** Ends the whole shell because of an error: the line at the prompt, or the script. */
export function failHard(execution: Execution, status: number): number {
  execution.status = status;
  execution.leaving = { kind: 'exit', levels: 0, wanted: false };
  return status;
}

/** How a program is described in the table of the shell's own commands. */
export interface BuiltinEntry {
  readonly about: string;
  readonly run: ShellCommand;
}
