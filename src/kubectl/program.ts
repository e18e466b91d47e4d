import type { MachineAnswers, MachineQuestion } from '../api/machines/questions.ts';
import type { KubeClient, KubeRequest } from './kube-client.ts';

/**
 * A program of the user's: `kubectl`, `grep`, `etcdctl`. It is handed its arguments, its streams and the world it may
 * reach, and answers its exit status. It keeps no state of its own between runs.
 */
export type Program = (
  args: readonly string[],
  io: ProgramIo,
  context: ProgramContext,
) => Promise<number>;

/** Standard streams and surroundings of one run. */
export interface ProgramIo {
  /** Everything on standard input, until its end. Empty when nothing is piped in. */
  readAll(): Promise<string>;
  /** The next piece of standard input; undefined at its end. For programs that work line by line. */
  read(): Promise<string | undefined>;
  /** Writes to standard output, as it is: line breaks are the program's. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Whether standard input and output are a terminal. */
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  /** The terminal's width in columns. */
  readonly columns: number;
  /**
   * Of a program in the foreground of a terminal: takes Ctrl-C, until it is released. `false` from the handler: as if it
   * had not been taken.
   */
  readonly interrupts?: (handler: () => boolean) => () => void;
  /** Aborted by Ctrl-C, or when whoever reads the output has gone. */
  readonly signal: AbortSignal;
  readonly files: VirtualFiles;
  readonly environment: ReadonlyMap<string, string>;
}

/** The user's own files, by absolute path. They live in the page and nowhere else. */
export interface VirtualFiles {
  /** Undefined when there is no such file. */
  read(path: string): string | undefined;
  write(path: string, content: string): void;
  remove(path: string): boolean;
  /** Absolute paths of all files below a folder. */
  list(folder: string): readonly string[];
  isFolder(path: string): boolean;
  /** Makes a path of the user's absolute, from the working folder on. */
  resolve(path: string): string;
}

/** What of the world a program may reach. */
export interface ProgramContext {
  readonly kube: StreamingKubeClient;
  /** The cluster's calendar time now, in milliseconds since 1970. */
  now(): number;
  /** Lets time of the cluster pass; rejects with an AbortError when the signal is aborted. */
  sleep(millis: number, signal: AbortSignal): Promise<void>;
  /** Shows a text to the person for editing; undefined when they gave up. Absent where nobody sits. */
  readonly edit?: (text: string, title: string) => Promise<string | undefined>;
  /** Runs a command inside a container (`kubectl exec`). Absent where that is not possible. */
  readonly exec?: (
    target: {
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly command: readonly string[];
    },
    io: ProgramIo,
  ) => Promise<{ readonly code: number; readonly message?: string }>;
  /** Asks the machines of the cluster what no API tells, and acts on them. Absent where that is not possible. */
  readonly machines?: AskMachines;
  /** The ports of this machine that programs of the user's listen on. Absent where they cannot. */
  readonly ports?: LocalPorts;
  /** The machine that the program runs on: `laptop`, or a host reached by `ssh`. */
  readonly machine: string;
}

/** A client that can also hold a stream open: watches, followed logs. */
export interface StreamingKubeClient extends KubeClient {
  /** Opens a stream. It never rejects; `done` resolves when the stream has ended. */
  stream(request: KubeRequest, handlers: StreamHandlers): KubeStream;
}

export interface StreamHandlers {
  /** Events of a watch, in order. */
  onEvents?(events: readonly { readonly type: string; readonly object: unknown }[]): void;
  /** Pieces of a plain-text stream, such as a followed log. */
  onText?(text: string): void;
  /** Pieces of a stream with channels (exec, attach): 1 output, 2 errors, 3 the Status with which it ended. */
  onData?(channel: number, data: string): void;
}

export interface KubeStream {
  /** `code` 200 for a stream that was opened and has ended, else the refusal; 0 when no server answered. */
  readonly done: Promise<{ readonly code: number; readonly body: unknown }>;
  /** Says something on a channel (0: standard input). Absent where the client cannot. */
  readonly send?: (channel: number, data: string, last?: true) => void;
  close(): void;
}

/** Ports of the machine that a program runs on. */
export interface LocalPorts {
  /** Listens; answers how to stop, or undefined when somebody listens there already. */
  listen(port: number, answer: AnswerConnection): (() => void) | undefined;
  /** Who listens on a port. */
  serving(port: number): AnswerConnection | undefined;
  /** A port that nobody has. */
  choose(): number;
}

/**
 * Serves one connection: hears what the client says (a whole request of HTTP/1.1), and answers piece by piece until it
 * resolves, which closes the connection.
 */
export type AnswerConnection = (
  request: string,
  onData: (text: string) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Asks the machines a question. What gets no answer stays open: whoever asks has a patience of his own. */
export type AskMachines = <Question extends MachineQuestion>(
  question: Question,
) => Promise<MachineAnswers[Question['kind']]>;
