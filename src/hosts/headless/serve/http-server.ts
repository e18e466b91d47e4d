import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { BRIDGE_PATH } from '../../../bridge/attach.ts';
import { internalError, requestEntityTooLargeError } from '../../../api/status-error.ts';
import { BODY_BYTES_MAX, jsonResponse, type FetchHandler } from '../../fetch-adapter.ts';
import type { ServerCertificate } from './certificate.ts';
import type { Bridge } from './bridge.ts';
import type { Guard } from './guard.ts';
import type { PageFiles } from './page-files.ts';
import { upgradeWatch } from './watch-socket.ts';

const HEADER_BYTES_MAX = 32 * 1024;
/** Clients keep connections for a minute and more. */
const KEEP_ALIVE_MILLIS = 120_000;

export interface HttpServerOptions extends ServerCertificate {
  readonly guard: Guard;
  readonly bridge: Bridge;
  /** The built page, where there is one. */
  readonly page: PageFiles | undefined;
  /** Takes a request to upgrade when it is for a stream into a container; false: it is somebody else's. */
  upgradeStream(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** Node's HTTP before a fetch-style handler: limits, the guard, and bodies streamed both ways. */
export function createHttpServers(
  handler: FetchHandler,
  { guard, bridge, page, key, certificate, upgradeStream }: HttpServerOptions,
): { readonly plain: Server; readonly secure: Server } {
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(incoming, outgoing, { handler, guard, page }).catch((error: unknown) => {
      // A bug of ours; the client learns of it as it would of one upstream.
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else sendStatus(outgoing, 500, internalError('the request handler failed'));
    });
  };
  const options = { maxHeaderSize: HEADER_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_MILLIS };
  const plain = createServer(options, listener);
  const secure = createSecureServer({ ...options, key, cert: certificate }, listener);
  for (const server of [plain, secure]) {
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (bridge.upgrade(incoming, socket, head)) return;
      if (upgradeStream(incoming, socket, head)) return;
      if (upgradeWatch(incoming, { socket, head }, { handler, guard })) return;
      socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  }
  return { plain, secure };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  {
    handler,
    guard,
    page,
  }: {
    readonly handler: FetchHandler;
    readonly guard: Guard;
    readonly page: PageFiles | undefined;
  },
): Promise<void> {
  const path = incoming.url ?? '/';
  const refused = guard.refusalOf({ path, headers: incoming.headers });
  if (refused !== undefined) {
    sendStatus(outgoing, refused.code, refused);
    return;
  }
  if (path.split('?')[0] === BRIDGE_PATH) {
    // Whoever asks plainly learns that there is a bridge.
    outgoing.writeHead(426, { Upgrade: 'websocket', 'Content-Type': 'text/plain' });
    outgoing.end('the bridge of Kubarium speaks WebSocket\n');
    return;
  }
  if (page !== undefined && (await page.answer(incoming, outgoing))) return;
  const body = await readBody(incoming);
  if (body === 'too large') {
    const status = requestEntityTooLargeError(`limit is ${BODY_BYTES_MAX}`);
    outgoing.setHeader('Connection', 'close');
    sendStatus(outgoing, status.code, status);
    return;
  }
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { user, token } = guard.userOf(incoming.headers);
  const request = requestOf(incoming, { path, body, signal: gone.signal });
  const response = await handler(request, user, token);
  await send(response, outgoing);
}

/** The whole body; kinds of the API are read as one. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too large' | undefined> {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return undefined;
  if (Number(incoming.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too large';
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = chunk as Buffer; // No encoding is set, so chunks are buffers.
    size += bytes.length;
    if (size > BODY_BYTES_MAX) return 'too large';
    chunks.push(bytes);
  }
  return size === 0 ? undefined : Buffer.concat(chunks);
}

function requestOf(
  incoming: IncomingMessage,
  {
    path,
    body,
    signal,
  }: {
    readonly path: string;
    readonly body: Buffer | undefined;
    readonly signal: AbortSignal;
  },
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // A path that begins with two slashes must not be read as another server's name.
  const url = `http://kubernetes${path.replace(/^\/+/, '/')}`;
  return new Request(url, {
    method: incoming.method ?? 'GET',
    headers,
    signal,
    ...(body === undefined ? undefined : { body: new Uint8Array(body) }),
  });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  if (response.type === 'error') {
    // Nobody listens there: the connection ends without an answer.
    outgoing.destroy();
    return;
  }
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  const reader = response.body?.getReader();
  if (reader === undefined) {
    outgoing.end();
    return;
  }
  const stop = (): void => {
    reader.cancel().catch(() => undefined);
  };
  if (outgoing.destroyed) {
    stop();
    return;
  }
  outgoing.once('close', stop);
  // A client that does not read is waited for below, and would be for ever: who gave it up ends its connection.
  reader.closed.catch(() => outgoing.destroy());
  // A watch says that it is open before anything has happened.
  outgoing.flushHeaders();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || outgoing.destroyed) break;
      if (!outgoing.write(value)) await drained(outgoing);
    }
  } catch {
    // The stream was given up on our side: the client sees a connection that breaks.
    outgoing.destroy();
    return;
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go);
      outgoing.off('close', go);
      resolve();
    };
    outgoing.once('drain', go);
    outgoing.once('close', go);
  });
}

function sendStatus(
  outgoing: ServerResponse,
  code: number,
  status: Parameters<typeof jsonResponse>[0],
): void {
  outgoing.writeHead(code, { 'Content-Type': 'application/json' });
  outgoing.end(`${JSON.stringify(status)}\n`);
}
