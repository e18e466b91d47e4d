import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FetchHandler } from '../../fetch-adapter.ts';
import type { Guard } from './guard.ts';
import {
  acceptWebSocket,
  offeredProtocols,
  wantsWebSocket,
  type WebSocketConnection,
} from './web-socket.ts';

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
      const reader = response.body.getReader();
      // Who gave a client up that does not read ends its connection, which is waited for below.
      reader.closed.catch(() => socket.destroy());
      await sendLines(reader, connection);
      connection.close();
    })
    .catch(() => socket.destroy());
  return true;
}

function plainHeaders({ headers }: IncomingMessage): Headers {
  const plain = new Headers();
  for (const name of ['accept', 'authorization', 'user-agent']) {
    const value = headers[name];
    if (typeof value === 'string') plain.set(name, value);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('impersonate-') || value === undefined) continue;
    plain.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return plain;
}

/** A message for each line, as fast as the client reads. */
async function sendLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  connection: WebSocketConnection,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') connection.send(line);
    await connection.drained();
  }
}
