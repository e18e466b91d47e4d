import { sha256 } from '../../../base/sha256.ts';
import type { ProgramContext, ProgramIo } from '../../program.ts';
import { askProcess, OVERDUE } from '../asking.ts';

/** What the container runtime of this machine tells, as far as crictl prints it. */
export interface Container {
  readonly id: string;
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  readonly imageId: string;
  readonly state: 'running' | 'exited';
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly process?: string;
}

export interface Sandbox {
  readonly podUid: string;
  readonly podNamespace: string;
  readonly podName: string;
  readonly hostNetwork: boolean;
  readonly ip: string;
  readonly state: 'ready' | 'notready';
  readonly createdAt: number;
}

export interface Image {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

export interface Listing {
  readonly network: string;
  readonly containers: readonly Container[];
  readonly sandboxes: readonly Sandbox[];
  readonly images: readonly Image[];
}

/** One run of crictl. */
export interface Crictl {
  readonly context: ProgramContext;
  readonly io: ProgramIo;
  readonly timeoutMillis: number;
  /** The world's clock at the beginning of the run, in microseconds since it began. */
  readonly nowMicros: number;
}

const SOCKET = 'unix:///run/containerd/containerd.sock';

/** Asks the runtime; prints what crictl says when it does not answer, and answers undefined. */
export async function askRuntime<T>(
  run: Crictl,
  message: { readonly type: string } & Readonly<Record<string, unknown>>,
): Promise<T | undefined> {
  const { context, io, timeoutMillis } = run;
  const process = `containerd-${context.machine}`;
  const answer = await askProcess(context, io, { process, message }, timeoutMillis);
  if (answer === OVERDUE) {
    fatal(
      run,
      `validate service connection: validate CRI v1 runtime API for endpoint "${SOCKET}": rpc error: code = DeadlineExceeded desc = context deadline exceeded`,
    );
    return undefined;
  }
  if (answer.kind !== 'answered') {
    fatal(
      run,
      `validate service connection: validate CRI v1 runtime API for endpoint "${SOCKET}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"`,
    );
    return undefined;
  }
  // containerd's answer to what it was asked.
  const reply = answer.message as {
    readonly type: string;
    readonly result?: T;
    readonly message?: string;
  };
  if (reply.type === 'cri/failed') {
    fatal(run, reply.message ?? 'unknown');
    return undefined;
  }
  return reply.result;
}

export function fatal({ io }: Pick<Crictl, 'io'>, message: string): number {
  io.err(`FATA[0000] ${message}\n`);
  return 1;
}

export function list(run: Crictl): Promise<Listing | undefined> {
  return askRuntime<Listing>(run, { type: 'cri/list' });
}

/** Without the scheme that Kubernetes puts before it. */
export function plainId(id: string): string {
  return id.replace(/^.*\/\//, '');
}

export function shortId(id: string): string {
  return plainId(id)
    .replace(/^.*sha256:/, '')
    .slice(0, 13);
}

/** A sandbox has an id of its own; here it is made of the Pod's. */
export function sandboxId({ podUid, createdAt }: Sandbox): string {
  const bytes = sha256(`${podUid} ${createdAt}`);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `docker/go-units`' words for an age. */
export function ago(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  if (seconds < 1) return 'Less than a second ago';
  if (seconds === 1) return '1 second ago';
  if (seconds < 60) return `${seconds} seconds ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute ago';
  if (minutes < 60) return `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60 + 0.5);
  if (hours === 1) return 'About an hour ago';
  if (hours < 48) return `${hours} hours ago`;
  const days = Math.floor(hours / 24);
  if (days < 14) return `${days} days ago`;
  return `${Math.floor(days / 7)} weeks ago`;
}

/** Three digits in powers of a thousand: `56.9MB`. */
export function imageSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))}${units[unit] ?? ''}`;
}
