import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FetchHandler } from '../../fetch-adapter.ts';
import type { Guard } from './guard.ts';
import { acceptWebSocket, offeredProtocols, wantsWebSocket } from './web-socket.ts';

/**
 * Watches over a WebSocket, as upstream's API server offers them beside chunked answers: a text message for each event.
 * Browsers need them, which hold but six plain connections to a server.
 */
export function upgradeWatch(
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  { handler, guard }: { readonly handler: FetchHandler; readonly guard: Guard },
): boolean {
  const path = request.url ?? '/';
  const url = new URL(`http://kubernetes${path.replace(/^\/+/, '/')}`);
  const watch = url.searchParams.get('watch');
  if ((watch !== 'true' && watch !== '1') || !wantsWebSocket(request)) return false;
  const refused = guard.refusalOf({ path, headers: request.headers });
  if (refused !== undefined) {
    socket.end(`HTTP/1.1 ${refused.code} ${refused.reason}\r\nConnection: close\r\n\r\n`);
    return true;
  }
  const gone = new AbortController();
  const { user, token } = guard.userOf(request.headers);
  const asked = new Request(url, { headers: plainHeaders(request), signal: gone.signal });
  void handler(asked, user, token)
    .then(async (response) => {
      if (!response.ok || response.body === null) {
        const code = response.status === 0 ? 503 : response.status;
        socket.end(`HTTP/1.1 ${code} Refused\r\nConnection: close\r\n\r\n`);
        return;
      }
      const [protocol] = offeredProtocols(request);
      const connection = acceptWebSocket(request, socket, { head, protocol });
      connection.onClose = () => gone.abort();
      for await (const line of linesOf(response.body)) connection.send(line);
      connection.close();
    })
    .catch(() => socket.destroy());
  return true;
}

function plainHeaders({ headers }: IncomingMessage): Headers {
  const plain = new Headers();
  for (const name of ['accept', 'authorization', 'user-agent', 'impersonate-user']) {
    const value = headers[name];
    if (typeof value === 'string') plain.set(name, value);
  }
  return plain;
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
