import {
  badRequestError,
  internalError,
  statusError,
  type StatusError,
} from '../../../api/status-error.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ApiInput, KubeletOpen, StreamData, StreamEnd } from '../../messages.ts';
import { CHANNEL } from '../../stream-messages.ts';
import { report, sendReply } from '../answers.ts';
import { refuse, type Exchange } from '../exchange.ts';
import type { Server } from '../server.ts';
import type { KubeletLocation } from './location.ts';
import type { ServedStream, ServedStreams } from './state.ts';

/** How long a connection to a kubelet may take to come about (Go's dialer). */
const DIAL_PATIENCE: Micros = 30 * SECOND;

/** Opens a stream at a kubelet for a client. A command's stream stands at once, and hears of failures itself. */
export function openServed(
  server: Server,
  exchange: Exchange,
  given: {
    readonly kubelet: KubeletLocation;
    readonly path: string;
    readonly open: Omit<KubeletOpen, 'type' | 'id'>;
  },
): void {
  const { memory, env } = server;
  const { kubelet, path, open } = given;
  const number = memory.nextCall++;
  const stream: ServedStream = {
    exchange,
    peer: kubelet.peer,
    call: open.call,
    url: `https://${kubelet.address}${path}`,
    address: kubelet.address,
    opened: false,
  };
  memory.streams.open.set(number, stream);
  memory.streams.numbers.set(keyOf(exchange.client ?? '', exchange.request.id), number);
  env.send(kubelet.peer, { type: 'kubelet/open', id: number, ...open });
  env.after(DIAL_PATIENCE, { type: 'apiserver/stream-overdue', stream: number });
  if (isCommand(stream)) announce(server, stream);
}

function keyOf(client: string, id: number): string {
  return `${client} ${id}`;
}

/** The server translates a command's streams: it has accepted the client's before it asks the kubelet. */
function isCommand({ call }: ServedStream): boolean {
  return call.kind === 'exec' || call.kind === 'attach';
}

function announce(server: Server, stream: ServedStream): void {
  report(server, stream.exchange, 200);
  sendData(server, stream, CHANNEL.out, '');
}

function sendData(
  { env }: Server,
  { exchange }: ServedStream,
  channel: number,
  data: string,
): void {
  const { client, request } = exchange;
  if (client !== undefined) env.send(client, { type: 'api/data', id: request.id, channel, data });
}

/** The stream is over for its client. `code` 200: in good order; 502: the connection broke. */
function sendEnd({ env }: Server, { exchange }: ServedStream, code: 200 | 502): void {
  const { client, request } = exchange;
  if (client === undefined) return;
  env.send(client, { type: 'api/response', id: request.id, code, body: undefined });
}

function take(streams: ServedStreams, number: number): ServedStream | undefined {
  const stream = streams.open.get(number);
  if (stream === undefined) return undefined;
  streams.open.delete(number);
  streams.numbers.delete(keyOf(stream.exchange.client ?? '', stream.exchange.request.id));
  return stream;
}

/** A piece from the kubelet. */
export function relayData(server: Server, { id, channel, data }: StreamData): void {
  const stream = server.memory.streams.open.get(id);
  if (stream === undefined) return;
  if (!stream.opened) {
    stream.opened = true;
    if (!isCommand(stream)) {
      announce(server, stream);
      if (data === '') return;
    }
  }
  if (data !== '') sendData(server, stream, channel, data);
}

/** The kubelet has ended a stream. */
export function relayEnd(server: Server, end: StreamEnd): void {
  const stream = take(server.memory.streams, end.id);
  if (stream === undefined) return;
  const { code, message, exitCode } = end;
  server.env.resumeCause(stream.exchange.cause);
  if (isCommand(stream)) {
    const status =
      code === 200
        ? commandStatus(exitCode ?? 0)
        : // What the runtime says over the stream it has opened comes wrapped once more.
          internalError(code === 299 ? internalError(message).message : message);
    sendData(server, stream, CHANNEL.status, JSON.stringify(status));
    sendEnd(server, stream, 200);
    return;
  }
  if (stream.opened) {
    if (code !== 200 && message !== '') sendData(server, stream, CHANNEL.status, message);
    sendEnd(server, stream, 200);
    return;
  }
  sendReply(
    server,
    stream.exchange,
    code >= 200 && code <= 206
      ? { kind: 'reply', code, body: message, contentType: 'text/plain' }
      : refuse(answerError(stream, code, message)),
  );
}

/** What a command's end is called on its channel for errors. */
function commandStatus(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** A kubelet's refusal as the server's own (upstream: GenericHttpResponseChecker). */
function answerError(stream: ServedStream, code: number, message: string): StatusError {
  const { call, exchange } = stream;
  if (call.kind === 'node') return statusError(code, '', message);
  switch (code) {
    case 500:
      return internalError(message);
    case 400:
      return badRequestError(message);
    case 404: {
      const name = exchange.request.path.split('/').at(-2) ?? '';
      return statusError(
        404,
        'NotFound',
        `the server could not find the requested resource ( pods/log ${name})`,
        { name, kind: 'pods/log', causes: [{ reason: 'UnexpectedServerResponse', message }] },
      );
    }
    default:
      return statusError(code, '', message);
  }
}

/** A piece from a client. */
export function relayInput(server: Server, message: ApiInput): void {
  const { memory, env } = server;
  const number = memory.streams.numbers.get(keyOf(env.from ?? '', message.id));
  const stream = number === undefined ? undefined : memory.streams.open.get(number);
  if (number === undefined || stream === undefined) return;
  const { channel, data, last } = message;
  env.send(stream.peer, {
    type: 'stream/input',
    id: number,
    channel,
    data,
    ...(last === undefined ? undefined : { last }),
  });
}

/** A client closes its stream. */
export function cancelServed(server: Server, client: string, id: number): void {
  const { memory, env } = server;
  const number = memory.streams.numbers.get(keyOf(client, id));
  const stream = number === undefined ? undefined : take(memory.streams, number);
  if (number === undefined || stream === undefined) return;
  if (!stream.opened && !isCommand(stream)) report(server, stream.exchange, 499);
  env.send(stream.peer, { type: 'stream/cancel', id: number });
}

/** A peer is gone: a client with all its streams, or a kubelet with those that lead to it. */
export function loseServed(server: Server, peer: string): void {
  const { memory, env } = server;
  if (memory.streams.open.size === 0) return;
  for (const [number, stream] of memory.streams.open) {
    if (stream.exchange.client === peer) {
      take(memory.streams, number);
      if (!stream.opened && !isCommand(stream)) report(server, stream.exchange, 499);
      env.send(stream.peer, { type: 'stream/cancel', id: number });
    } else if (stream.peer === peer) {
      // After a silence it is the machine that is gone, or the way there.
      const isAtOnce = env.now - stream.exchange.receivedAt < SECOND;
      const why = isAtOnce ? 'connect: connection refused' : 'i/o timeout';
      fail(server, number, `dial tcp ${stream.address}: ${why}`);
    }
  }
}

/** A kubelet has not been heard of. */
export function streamOverdue(server: Server, number: number): void {
  const stream = server.memory.streams.open.get(number);
  if (stream === undefined || stream.opened) return;
  fail(server, number, `dial tcp ${stream.address}: i/o timeout`);
}

/** The connection to a kubelet could not be made, or broke. */
function fail(server: Server, number: number, why: string): void {
  const stream = take(server.memory.streams, number);
  if (stream === undefined) return;
  server.env.resumeCause(stream.exchange.cause);
  if (stream.opened) {
    sendEnd(server, stream, 502);
    return;
  }
  switch (stream.call.kind) {
    case 'exec':
    case 'attach': {
      const status = internalError(`error sending request: Post "${stream.url}": ${why}`);
      sendData(server, stream, CHANNEL.status, JSON.stringify(status));
      sendEnd(server, stream, 200);
      return;
    }
    case 'port-forward':
      sendReply(
        server,
        stream.exchange,
        refuse(statusError(500, '', `error dialing backend: ${why}`)),
      );
      return;
    case 'node':
      sendReply(
        server,
        stream.exchange,
        refuse(statusError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`)),
      );
      return;
    default:
      sendReply(
        server,
        stream.exchange,
        refuse(statusError(500, '', `Get "${stream.url}": ${why}`)),
      );
  }
}
