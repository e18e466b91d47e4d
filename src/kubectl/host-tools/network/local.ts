import { createResponseReader, requestText, type HttpResponseHead } from '../../http-message.ts';
import type { ProgramContext, ProgramIo } from '../../program.ts';

/** Names of the machine itself. */
const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|::1)$/;

/** What came of a request to a port of the machine itself. */
export type LocalAnswer =
  | { readonly kind: 'refused' }
  /** The connection was closed before anything was answered. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'answered'; readonly head: HttpResponseHead; readonly body: string };

/**
 * Asks a port of this machine on which another program of the user's listens (`kubectl port-forward`, `kubectl proxy`).
 * Undefined: the request is not about such ports. What comes without a length may come for ever, and is handed on.
 */
export async function askLocal(
  { ports, machine }: ProgramContext,
  { signal }: Pick<ProgramIo, 'signal'>,
  request: {
    readonly host: string;
    readonly port: number;
    readonly method: string;
    readonly path: string;
    readonly headers: ReadonlyMap<string, string>;
    readonly body: string;
    onBody?(text: string, head: HttpResponseHead): void;
  },
): Promise<LocalAnswer | undefined> {
  if (ports === undefined || !LOCAL.test(request.host)) return undefined;
  const answer = ports.serving(request.port);
  // Machines of the cluster have components that listen as well.
  if (answer === undefined) return machine === 'laptop' ? { kind: 'refused' } : undefined;
  const reader = createResponseReader();
  let body = '';
  await answer(
    requestText(request, `${request.host}:${request.port}`),
    (text) => {
      const piece = reader.take(text);
      const head = reader.head();
      body += piece;
      if (head !== undefined && piece !== '') request.onBody?.(piece, head);
    },
    signal,
  );
  const head = reader.head();
  return head === undefined ? { kind: 'empty' } : { kind: 'answered', head, body };
}
