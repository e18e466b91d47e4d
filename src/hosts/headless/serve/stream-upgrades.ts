import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequestError } from '../../../api/status-error.ts';
import { bytesOf, createTextReader } from '../../../base/byte-text.ts';
import { CHANNEL } from '../../../cluster/stream-messages.ts';
import { impersonation } from '../../fetch-adapter.ts';
import type { Session, SessionRequest, SessionResponse } from '../../session.ts';
import type { Guard } from './guard.ts';
import { forwardOverChannels, forwardOverSpdy } from './port-forward.ts';
import {
  acceptWebSocket,
  offeredProtocols,
  wantsWebSocket,
  type WebSocketConnection,
} from './web-socket.ts';

/**
 * Requests that become connections in both directions: exec and attach over WebSocket, port-forward over WebSocket or
 * over SPDY within it. A refusal is an ordinary answer, before the protocol is changed.
 */

/** Protocols for commands, newest first. All carry the channel's number in the first byte of a message. */
const COMMAND_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];
const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';
/** Since version 5 a message on this channel says which other one is closed. */
const CLOSE_CHANNEL = 255;

/** What upgrading needs of the server around it. */
export interface UpgradeSurroundings {
  readonly session: Session;
  readonly guard: Guard;
  /** Called when something has been put on the wire. */
  onRequest(): void;
}

const STREAM_PATH = /\/(?:exec|attach|portforward)(?:\?|$)/;

/** Takes requests to upgrade that are for a stream into a container; answers false for all others. */
export function createStreamUpgrades(
  around: UpgradeSurroundings,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean {
  return (request, socket, head) => {
    if (!STREAM_PATH.test(request.url ?? '')) return false;
    const refused = around.guard.refusalOf({ path: request.url ?? '/', headers: request.headers });
    if (refused !== undefined) refuse(socket, refused.code, refused);
    else if (wantsWebSocket(request)) upgrade(request, socket, head, around);
    else refuseSpdy(request, socket, around);
    return true;
  };
}

/**
 * The way of old clients: today's try it again this way when WebSocket has failed, and should then hear what was wrong.
 */
function refuseSpdy(incoming: IncomingMessage, socket: Duplex, around: UpgradeSurroundings): void {
  const { session } = around;
  const path = (incoming.url ?? '/').replace(/^\/+/, '/');
  const id = session.request(
    { ...requestOf(incoming, path, around), method: incoming.method === 'GET' ? 'GET' : 'POST' },
    {
      onData() {
        session.cancel(id);
        const status = badRequestError('unable to upgrade: WebSocket is served here, SPDY is not');
        refuse(socket, status.code, status);
      },
      onResponse: ({ code, body }) => refuse(socket, code, body),
    },
  );
  around.onRequest();
}

function upgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  around: UpgradeSurroundings,
): void {
  const { session } = around;
  const path = (incoming.url ?? '/').replace(/^\/+/, '/');
  const isForward = /\/portforward(?:\?|$)/.test(path);
  const offered = offeredProtocols(incoming);
  const known = isForward ? [TUNNEL_PROTOCOL, ...COMMAND_PROTOCOLS] : COMMAND_PROTOCOLS;
  const protocol = offered.find((each) => known.includes(each));
  if (offered.length > 0 && protocol === undefined) {
    const status = badRequestError(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`,
    );
    refuse(socket, status.code, status);
    return;
  }
  const request = requestOf(incoming, path, around);
  const ports = isForward && protocol !== TUNNEL_PROTOCOL ? portsOf(path) : [];
  let connection: WebSocketConnection | undefined;
  let onMessage: (data: Buffer) => void = () => undefined;
  let onGone: () => void = () => undefined;
  const accept = (): WebSocketConnection => {
    const opened = acceptWebSocket(incoming, socket, { head, protocol });
    opened.onMessage = (data) => {
      onMessage(Buffer.from(data));
      around.onRequest();
    };
    opened.onClose = () => {
      onGone();
      session.cancel(id);
      around.onRequest();
    };
    connection = opened;
    return opened;
  };
  const id = session.request(
    // A forward is looked at as a whole first; each connection is a request of its own.
    isForward ? { ...request, path: withoutPorts(path) } : request,
    {
      onData(channel, data) {
        if (connection === undefined) {
          // Handlers are set before bytes that came with the request are read.
          if (isForward) {
            const forward = {
              send: (bytes: Uint8Array) => connection?.send(bytes),
              open: (port: number, handlers: Parameters<Session['request']>[1]) =>
                openPort(around, request, path, port, handlers),
              session,
            };
            const talk =
              protocol === TUNNEL_PROTOCOL
                ? forwardOverSpdy(forward)
                : forwardOverChannels(forward, ports);
            onMessage = talk.onMessage;
            onGone = talk.onGone;
            accept();
            talk.begin();
          } else {
            const reader = createTextReader();
            onMessage = (message) => commandMessage(session, id, message, reader);
            accept();
          }
          return;
        }
        if (data !== '') connection.send(Buffer.concat([Buffer.from([channel]), bytesOf(data)]));
      },
      onResponse(response) {
        if (connection === undefined) refuse(socket, response.code, response.body);
        else if (response.code === 200) connection.close();
        else socket.destroy();
      },
    },
  );
  socket.once('close', () => session.cancel(id));
  around.onRequest();
}

function requestOf(
  incoming: IncomingMessage,
  path: string,
  { guard }: UpgradeSurroundings,
): SessionRequest {
  const { user, token } = guard.userOf(incoming.headers);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name.startsWith('impersonate-') && value !== undefined)
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return {
    method: 'GET',
    path,
    user,
    userAgent: incoming.headers['user-agent'] ?? '',
    upgrade: true,
    ...(token === undefined ? undefined : { token }),
    ...impersonation(headers),
  };
}

/** Standard input, a terminal's size, or the end of a channel. */
function commandMessage(
  session: Session,
  id: number,
  message: Buffer,
  reader: ReturnType<typeof createTextReader>,
): void {
  const channel = message[0];
  if (channel === undefined) return;
  if (channel === CLOSE_CHANNEL) {
    if (message[1] === CHANNEL.in)
      session.input(id, { channel: CHANNEL.in, data: reader.end(), last: true });
    return;
  }
  if (message.length <= 1) return;
  const bytes = message.subarray(1);
  const data = channel === CHANNEL.in ? reader.read(bytes) : bytes.toString('utf8');
  if (data !== '') session.input(id, { channel, data });
}

function openPort(
  { session, onRequest }: UpgradeSurroundings,
  request: SessionRequest,
  path: string,
  port: number,
  handlers: Parameters<Session['request']>[1],
): number {
  const id = session.request({ ...request, path: `${withoutPorts(path)}?ports=${port}` }, handlers);
  onRequest();
  return id;
}

function withoutPorts(path: string): string {
  return path.replace(/\?.*$/, '');
}

function portsOf(path: string): readonly number[] {
  const { searchParams } = new URL(path, 'http://kubernetes');
  return searchParams.getAll('ports').flatMap((each) => each.split(',').map(Number));
}

/** An ordinary answer in place of the upgrade. */
function refuse(socket: Duplex, code: number, body: SessionResponse['body']): void {
  if (code === 0) {
    socket.destroy();
    return;
  }
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  socket.end(
    [
      `HTTP/1.1 ${code} ${REASONS[code] ?? 'Error'}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
