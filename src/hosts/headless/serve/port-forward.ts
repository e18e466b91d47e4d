import type { RequestHandlers, Session } from '../../session.ts';
import { createSpdyConnection, type SpdyStream } from './spdy.ts';

/** What forwarding needs of the connection that it is spoken over. */
export interface ForwardSurroundings {
  readonly session: Session;
  send(bytes: Uint8Array): void;
  /** Opens a connection to a port of the Pod; answers the request's number. */
  open(port: number, handlers: RequestHandlers): number;
}

export interface Forwarding {
  /** The client's connection stands. */
  begin(): void;
  onMessage(data: Buffer): void;
  onGone(): void;
}

/** `kubectl port-forward`: SPDY within WebSocket. A local connection is two streams: one for data, one for errors. */
export function forwardOverSpdy({ session, send, open }: ForwardSurroundings): Forwarding {
  const pairs = new Map<string, { error?: SpdyStream; data?: SpdyStream }>();
  const requests = new Set<number>();
  const spdy = createSpdyConnection(send, (stream) => {
    const id = stream.headers.get('requestid') ?? '';
    const pair = pairs.get(id) ?? {};
    pairs.set(id, pair);
    if (stream.headers.get('streamtype') === 'error') pair.error = stream;
    else pair.data = stream;
    if (pair.error === undefined || pair.data === undefined) return;
    pairs.delete(id);
    connect(pair.error, pair.data, Number(stream.headers.get('port')));
  });

  function connect(error: SpdyStream, data: SpdyStream, port: number): void {
    // What the client says before the connection stands is kept for it.
    let early: { channel: number; data: string; last?: true }[] | undefined = [];
    const say = (piece: { channel: number; data: string; last?: true }): void => {
      if (early === undefined) session.input(id, piece);
      else early.push(piece);
    };
    const id = open(port, {
      onData(channel, text) {
        const kept = early;
        early = undefined;
        for (const piece of kept ?? []) session.input(id, piece);
        if (channel === 1 && text !== '') data.write(Buffer.from(text));
        else if (channel !== 1 && text !== '') error.write(Buffer.from(text));
      },
      onResponse({ code, body }) {
        requests.delete(id);
        const { message = '' } = (body ?? {}) as { readonly message?: string };
        // A refusal is the runtime's own words here, not the server's.
        if (code !== 200)
          error.write(Buffer.from(message.replace(/^Internal error occurred: /, '')));
        data.end();
        error.end();
      },
    });
    requests.add(id);
    data.onData = (bytes) => say({ channel: 0, data: bytes.toString('utf8') });
    data.onEnd = () => say({ channel: 0, data: '', last: true });
  }

  return {
    begin: () => undefined,
    onMessage: (bytes) => spdy.feed(bytes),
    onGone() {
      spdy.end();
      for (const id of requests) session.cancel(id);
    },
  };
}

/** The older way, of client libraries: two channels a port (data, errors), each begun by the port's number. */
export function forwardOverChannels(
  { session, send, open }: ForwardSurroundings,
  ports: readonly number[],
): Forwarding {
  const requests: number[] = [];
  /** By the port's place: what was said before its connection stood; undefined once it stands. */
  const early: (string[] | undefined)[] = ports.map(() => []);
  const say = (channel: number, bytes: Uint8Array): void =>
    send(Buffer.concat([Buffer.from([channel]), bytes]));
  const pass = (index: number, data: string): void => {
    const id = requests[index];
    if (id !== undefined) session.input(id, { channel: 0, data });
  };
  return {
    begin() {
      for (const [index, port] of ports.entries()) {
        const number = Buffer.from([port & 0xff, port >> 8]);
        say(2 * index, number);
        say(2 * index + 1, number);
        requests[index] = open(port, {
          onData(channel, text) {
            const kept = early[index] ?? [];
            early[index] = undefined;
            for (const data of kept) pass(index, data);
            if (text !== '') say(2 * index + (channel === 1 ? 0 : 1), Buffer.from(text));
          },
          onResponse({ code, body }) {
            const { message = '' } = (body ?? {}) as { readonly message?: string };
            if (code !== 200) say(2 * index + 1, Buffer.from(message));
          },
        });
      }
    },
    onMessage(bytes) {
      const channel = bytes[0];
      if (channel === undefined || bytes.length < 2) return;
      const index = channel >> 1;
      const data = bytes.toString('utf8', 1);
      const kept = early[index];
      if (kept === undefined) pass(index, data);
      else kept.push(data);
    },
    onGone() {
      for (const id of requests) session.cancel(id);
    },
  };
}
