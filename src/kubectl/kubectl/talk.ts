import { fail, Failure, failVerbatim } from './failure.ts';
import { textAt, type ApiObject } from './objects.ts';
import type { Session } from './session.ts';

const IN = 0;
const OUT = 1;
const STATUS = 3;
/** As many in a row, and nothing in between, let go of a container that does not answer. */
const INTERRUPTS_TO_LEAVE = 3;

/** A command in a container, or the container itself (no command), and what goes in and comes out. */
export interface Talk {
  readonly pod: ApiObject;
  readonly container: string;
  readonly command: readonly string[] | undefined;
  readonly stdin: boolean;
  readonly tty: boolean;
  out(text: string): void;
  err(text: string): void;
  /** The next piece of input; undefined at its end. */
  read(): Promise<string | undefined>;
}

/** The streams of the program itself, for a command that a person runs. */
export function ownStreams({ io }: Session): Pick<Talk, 'out' | 'err' | 'read'> {
  return { out: (text) => io.out(text), err: (text) => io.err(text), read: () => io.read() };
}

/** Whether there can be a terminal in the container; says why not (upstream: StreamOptions.SetupTTY). */
export function terminalOf(
  session: Session,
  {
    stdin,
    tty,
    quiet,
  }: { readonly stdin: boolean; readonly tty: boolean; readonly quiet: boolean },
): boolean {
  if (!stdin || !tty) return false;
  if (session.io.stdinIsTerminal) return true;
  if (!quiet)
    session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

/**
 * Runs a command inside a container, or attaches to it, over a stream of the API; answers the exit code. The line that a
 * person types is shown by their own terminal, so the far one is told not to.
 */
export async function talk(session: Session, asked: Talk): Promise<number> {
  const { io, context } = session;
  const { stdin, tty } = asked;
  let status = '';
  let isOpen = false;
  let interrupts = 0;
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const stream = context.kube.stream(
    { ...session.identity, method: 'GET', path: pathOf(asked), upgrade: true },
    {
      onData(channel, data) {
        isOpen = true;
        opened();
        if (channel === STATUS) status += data;
        else if (data !== '') {
          interrupts = 0;
          const text = tty ? data.replaceAll('\r\n', '\n') : data;
          if (channel === OUT) asked.out(text);
          else asked.err(text);
        }
      },
    },
  );
  const { send } = stream;
  if (send === undefined) {
    stream.close();
    return fail('this client cannot hold a stream into a container open');
  }
  const stop = (): void => {
    stream.close();
    release?.();
  };
  io.signal.addEventListener('abort', stop, { once: true });
  // With a terminal in the container Ctrl-C is for what runs there.
  const release: (() => void) | undefined = tty
    ? io.interrupts?.(() => {
        interrupts += 1;
        if (interrupts >= INTERRUPTS_TO_LEAVE) return false;
        send(IN, '\u0003');
        return true;
      })
    : undefined;
  void stream.done.then(opened);
  await open;
  if (stdin && isOpen) void feed(asked, io.stdinIsTerminal, send, stream.done);
  const { code, body } = await stream.done;
  release?.();
  io.signal.removeEventListener('abort', stop);
  if (io.signal.aborted) return 130;
  if (status === '') {
    if (code === 200) return 0;
    if (code === 502) return fail('unexpected EOF');
    throw new Failure(textAt(body, 'message') || `HTTP ${code}`, {
      status: { ...(body as object), code },
    });
  }
  return exitCodeOf(status);
}

function pathOf({ pod, container, command, stdin, tty }: Talk): string {
  const query = new URLSearchParams();
  for (const word of command ?? []) query.append('command', word);
  query.set('container', container);
  if (stdin) query.set('stdin', 'true');
  query.set('stdout', 'true');
  if (tty) query.set('tty', 'true');
  else query.set('stderr', 'true');
  if (tty) query.set('silent', 'true');
  const { namespace = '', name = '' } = pod.metadata;
  const verb = command === undefined ? 'attach' : 'exec';
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/${verb}?${query.toString()}`;
}

/** Hands on what is typed or piped in until it ends, or the command does. */
async function feed(
  { read, tty }: Talk,
  isTyped: boolean,
  send: (channel: number, data: string, last?: true) => void,
  done: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  void done.then(() => {
    isOver = true;
  });
  for (;;) {
    const piece = await read();
    if (isOver) return;
    if (piece === undefined) {
      send(IN, tty && isTyped ? '\u0004' : '', true);
      return;
    }
    send(IN, piece);
  }
}

interface ExitStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { reason?: string; message?: string }[] };
}

/** The exit code that a Status tells; the failure of the stream itself is thrown. */
function exitCodeOf(text: string): number {
  // The server's own Status.
  const { status, reason, message = '', details } = JSON.parse(text) as ExitStatus;
  if (status === 'Success') return 0;
  if (reason !== 'NonZeroExitCode') return fail(message);
  const cause = details?.causes?.find((each) => each.reason === 'ExitCode');
  const code = Number(cause?.message ?? 1);
  return failVerbatim(`command terminated with exit code ${code}`, code);
}
