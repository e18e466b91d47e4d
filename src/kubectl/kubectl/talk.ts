import { fail, Failure, failVerbatim } from './failure.ts';
import { textAt, type ApiObject } from './objects.ts';
import type { Session } from './session.ts';

const IN = 0;
const OUT = 1;
const STATUS = 3;

/**
 * Runs a command inside a container, or attaches to it (no command), over a stream of the API; answers the exit code. The
 * line that a person types is shown by their own terminal, so the far one is told not to.
 */
export async function talk(
  session: Session,
  {
    pod,
    container,
    command,
  }: {
    readonly pod: ApiObject;
    readonly container: string;
    readonly command: readonly string[] | undefined;
  },
): Promise<number> {
  const { flags, io, context } = session;
  const stdin = flags.bool('stdin');
  const wantsTty = flags.bool('tty');
  const tty = wantsTty && stdin && io.stdinIsTerminal;
  if (wantsTty && !tty && stdin) {
    session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  }
  const query = new URLSearchParams();
  for (const word of command ?? []) query.append('command', word);
  query.set('container', container);
  if (stdin) query.set('stdin', 'true');
  query.set('stdout', 'true');
  if (tty) query.set('tty', 'true');
  else query.set('stderr', 'true');
  if (tty) query.set('silent', 'true');
  const { namespace = '', name = '' } = pod.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/${command === undefined ? 'attach' : 'exec'}?${query.toString()}`;
  let status = '';
  let isOpen = false;
  let opened: () => void = () => undefined;
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const stream = context.kube.stream(
    { method: 'GET', path, upgrade: true },
    {
      onData(channel, data) {
        isOpen = true;
        opened();
        if (channel === STATUS) status += data;
        else if (data !== '') {
          const text = tty ? data.replaceAll('\r\n', '\n') : data;
          if (channel === OUT) session.out(text);
          else session.err(text);
        }
      },
    },
  );
  const { send } = stream;
  if (send === undefined) {
    stream.close();
    return fail('this client cannot hold a stream into a container open');
  }
  const stop = (): void => stream.close();
  io.signal.addEventListener('abort', stop, { once: true });
  void stream.done.then(opened);
  await open;
  if (stdin && isOpen) void feed(session, send, stream.done);
  const { code, body } = await stream.done;
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

/** Hands on what is typed or piped in until it ends, or the command does. */
async function feed(
  { io }: Session,
  send: (channel: number, data: string, last?: true) => void,
  done: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  void done.then(() => {
    isOver = true;
  });
  for (;;) {
    const piece = await io.read();
    if (isOver) return;
    if (piece === undefined) {
      send(IN, io.stdinIsTerminal ? '\u0004' : '', true);
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
