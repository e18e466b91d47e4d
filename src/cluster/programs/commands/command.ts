import type { Micros } from '../../../kernel/time.ts';
import type { ContainerConfig } from '../../messages.ts';
import type { DnsRecord, DnsType, HttpSaid } from '../../network/packets.ts';
import type { Files } from '../files.ts';
import type { ImageProfile, Running } from '../image-profile.ts';

/** One call of a command: its words, and what it can reach. Valid during the call only. */
export interface Invocation {
  readonly argv: readonly string[];
  /** Standard input, where a pipe or a file feeds it. */
  readonly input: string | undefined;
  readonly now: Micros;
  readonly epochMillis: number;
  readonly files: Files;
  readonly config: ContainerConfig;
  readonly profile: ImageProfile;
  find(variable: string): string | undefined;
  /** All variables, in order of definition. */
  variables(): Iterable<readonly [string, string]>;
  /** What else runs in the container, by name. */
  processes(): readonly string[];
  /** Sends a signal to every process of that name, or to process 1; false when there is none. */
  signal(target: string, signal: string): boolean;
  /** What answers on a port of the Pod's own address. */
  local(port: number, path: string, asked?: HttpAsked): LocalAnswer;
}

/** How a client asks for a path; without it, it just gets it. */
export interface HttpAsked {
  readonly method: string;
  readonly said?: HttpSaid;
}

/** A connection to the Pod itself. */
export type LocalAnswer =
  | { readonly kind: 'refused' }
  | { readonly kind: 'open'; readonly status: number | undefined; readonly body: string };

/** What a command does. */
export type CommandResult =
  /** It ends at once. */
  | { readonly kind: 'done'; readonly code: number; readonly out: string; readonly err: string }
  /** It waits, then ends; `lasts` undefined: for ever. */
  | {
      readonly kind: 'wait';
      readonly lasts: Micros | undefined;
      readonly code: number;
      readonly out: string;
    }
  /** It runs as a program of its own. */
  | { readonly kind: 'run'; readonly running: Running }
  /** It leaves a program running in the background and ends well. */
  | { readonly kind: 'daemon'; readonly running: Running }
  /** It becomes another command: `timeout 5 wget …`, an entry point that runs what it is given. */
  | {
      readonly kind: 'becomes';
      readonly argv: readonly string[];
      readonly within: Micros | undefined;
      /** In another root. */
      readonly root?: string;
    }
  /** It asks the network, and goes on with the answer. */
  | { readonly kind: 'network'; readonly request: NetworkRequest };

/** What a program wants from the network. Frozen. */
export interface NetworkRequest {
  /** `resolve`: what the name server says; `connect`: a connection to the port; `ping`: an ICMP echo. */
  readonly kind: 'resolve' | 'connect' | 'ping';
  readonly host: string;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
  /** What an HTTP client asks for. */
  readonly path?: string;
  /** How, unless it just gets it. */
  readonly asked?: HttpAsked;
  /** How long the client waits for its connection; undefined: as long as the system does. */
  readonly timeoutMicros?: Micros;
  readonly recordType?: DnsType;
  /** The name server to ask, in place of the Pod's. */
  readonly server?: string;
  /** The name is asked for as it is, without the search path. */
  readonly plain?: true;
}

export type NetworkAnswer =
  | {
      readonly kind: 'address';
      readonly ip: string;
      readonly ips: readonly string[];
      /** The complete name that was answered. */
      readonly name: string;
      readonly server: string;
      readonly records: readonly DnsRecord[];
    }
  | {
      readonly kind: 'connected';
      readonly ip: string;
      /** Of an HTTP answer; undefined when the server speaks something else. */
      readonly status: number | undefined;
      readonly body: string;
    }
  | {
      readonly kind: 'no-such-name';
      readonly server: string;
      readonly name: string;
      /** The name is there, but has nothing of this type. */
      readonly empty: boolean;
    }
  /** No name server has answered, or it could not. */
  | {
      readonly kind: 'no-name-server';
      readonly why?: 'timed-out' | 'refused' | 'failed';
      readonly server?: string;
    }
  | { readonly kind: 'refused'; readonly ip: string }
  | { readonly kind: 'unreachable'; readonly ip: string }
  | { readonly kind: 'timed-out'; readonly ip: string };

export type Command = (call: Invocation) => CommandResult;
/** A command with what it does when the network has answered. */
export type NetworkCommand = (call: Invocation, answer: NetworkAnswer) => CommandResult;

export function done(code: number, out = '', err = ''): CommandResult {
  return { kind: 'done', code, out, err };
}

export function wait(lasts: Micros | undefined, code = 0, out = ''): CommandResult {
  return { kind: 'wait', lasts, code, out };
}

/** Flags and operands of a call, for commands whose flags take no values: `-la x` gives `l`, `a` and `x`. */
export function flagsOf(argv: readonly string[]): {
  readonly flags: ReadonlySet<string>;
  readonly operands: readonly string[];
} {
  const flags = new Set<string>();
  const operands: string[] = [];
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) flags.add(word.slice(2));
    else if (word.startsWith('-') && word.length > 1)
      for (const flag of word.slice(1)) flags.add(flag);
    else operands.push(word);
  }
  return { flags, operands };
}

/** The value of an option: `-n 5`, `-n5`, `--lines=5`, `--lines 5`. */
export function optionOf(argv: readonly string[], ...names: readonly string[]): string | undefined {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    for (const name of names) {
      if (word === name) return argv[i + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (!name.startsWith('--') && name.length === 2 && word.startsWith(name))
        return word.slice(2);
    }
  }
  return undefined;
}

/** A duration as `sleep` and `timeout` read it: `5`, `0.5`, `2m`; undefined for `infinity`. */
export function parseDuration(text: string): Micros | undefined | 'invalid' {
  if (/^(inf|infinity)$/i.test(text)) return undefined;
  const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  if (match === null) return 'invalid';
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
  return Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? 1) * 1_000_000);
}

/** Whether the tools are busybox's, which word their complaints differently. */
export function isBusybox(call: Invocation): boolean {
  return call.profile.userland === 'busybox' || call.profile.userland === 'alpine';
}
