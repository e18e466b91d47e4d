import type { Micros } from '../../kernel/time.ts';

/** What an image is and does: facts of well-known images, and one answer for all others. Frozen. */
export interface ImageProfile {
  /** Bytes to download. */
  readonly sizeBytes: number;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
  /** Whose tools it holds: decides which commands exist and how they word their complaints. */
  readonly userland: Userland;
  /** Programs beyond the userland's. */
  readonly programs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * `busybox`, `alpine` (busybox with apk), `debian`, `redhat`: known sets of commands. `none`: no shell at
 * all. `unknown`: an image we know nothing of, in which every plausible command exists.
 */
export type Userland = 'busybox' | 'alpine' | 'debian' | 'redhat' | 'none' | 'unknown';

/** How a server answers HTTP. */
export type HttpStyle =
  /** Every path is fine. */
  | 'any'
  /** Files below a root, 404 for what is not there. */
  | 'files'
  /** agnhost's and the documentation's liveness server: fine for ten seconds, then 500. */
  | 'ten-seconds'
  /** The routes of podinfo. */
  | 'podinfo'
  /** It listens but speaks another protocol. */
  | 'none';

/** A program that runs: what it listens on, how long, what it costs, how it takes SIGTERM. Frozen. */
export interface Running {
  readonly name: string;
  /** Ports it listens on; `any`: whichever is asked for, as nothing is known of the program. */
  readonly ports: readonly number[] | 'any';
  readonly http: HttpStyle;
  /** Those of its ports on which it speaks gRPC. */
  readonly grpcPorts?: readonly number[];
  readonly root: string;
  /** From its start until it listens. */
  readonly readyAfter: Micros;
  /** From its start until it ends by itself; undefined: it does not. */
  readonly lasts: Micros | undefined;
  readonly exitCode: number;
  /** Lines written when it starts, and when it ends by itself. */
  readonly log: string;
  readonly endLog: string;
  /** SIGTERM: the exit code and the time to it; undefined: as process 1 it does not hear it. */
  readonly onTerm: { readonly code: number; readonly after: Micros } | undefined;
  readonly load: Load;
}

/** What a program uses. Memory rises to its height over `rampMicros`. */
export interface Load {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly rampMicros: Micros;
  /** It asks for its memory whatever the limit, and is killed for it; others keep within their means. */
  readonly insistent: boolean;
}

export const MEBIBYTE = 1_048_576;

const DEFAULTS: Running = {
  name: '',
  ports: [],
  http: 'none',
  root: '/',
  readyAfter: 200_000,
  lasts: undefined,
  exitCode: 0,
  log: '',
  endLog: '',
  onTerm: { code: 0, after: 20_000 },
  load: { cpuMilli: 1, memoryBytes: 12 * MEBIBYTE, rampMicros: 2_000_000, insistent: false },
};

/** A running program from what is special about it. */
export function running(name: string, special: Partial<Running>): Running {
  return Object.freeze({ ...DEFAULTS, name, ...special });
}

/** A load in the units people use. */
export function load(cpuMilli: number, memoryMebibytes: number, rampSeconds = 2): Load {
  return Object.freeze({
    cpuMilli,
    memoryBytes: memoryMebibytes * MEBIBYTE,
    rampMicros: rampSeconds * 1_000_000,
    insistent: false,
  });
}

/** A load that takes `memoryBytes` within `rampMicros`, limit or no limit. */
export function insistentLoad(cpuMilli: number, memoryBytes: number, rampMicros: Micros): Load {
  return Object.freeze({ cpuMilli, memoryBytes, rampMicros, insistent: true });
}
