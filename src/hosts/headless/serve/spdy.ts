import { constants, inflateSync } from 'node:zlib';

/**
 * The server's side of a SPDY/3.1 connection, as far as `kubectl port-forward` speaks it: streams that the client opens
 * with headers, data both ways, ends and resets. Windows are not kept, as the clients do not keep them either.
 */
export interface SpdyConnection {
  /** Bytes from the client. */
  feed(bytes: Buffer): void;
  /** Tells the streams that there is nothing more to come. */
  end(): void;
}

export interface SpdyStream {
  readonly headers: ReadonlyMap<string, string>;
  write(data: Uint8Array): void;
  /** Nothing more is written. */
  end(): void;
  reset(): void;
  onData: (data: Buffer) => void;
  /** The client writes no more, or has reset the stream. */
  onEnd: () => void;
}

const type = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const FIN = 1;
const CANCEL = 5;

export function createSpdyConnection(
  write: (bytes: Buffer) => void,
  onStream: (stream: SpdyStream) => void,
): SpdyConnection {
  const streams = new Map<number, SpdyStream>();
  const headers = createHeaderReader();
  let waiting = Buffer.alloc(0);
  let replied = false;

  function control(kind: number, payload: Buffer, flags = 0): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(kind, 2);
    head.writeUInt32BE((flags << 24) | payload.length, 4);
    write(Buffer.concat([head, payload]));
  }

  function data(stream: number, bytes: Uint8Array, flags: number): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(stream, 0);
    head.writeUInt32BE(((flags << 24) | bytes.length) >>> 0, 4);
    write(Buffer.concat([head, bytes]));
  }

  function open(payload: Buffer): void {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const stream: SpdyStream = {
      headers: headers.read(payload.subarray(10)),
      write: (bytes) => data(id, bytes, 0),
      end: () => data(id, new Uint8Array(0), FIN),
      reset() {
        const rst = Buffer.alloc(8);
        rst.writeUInt32BE(id, 0);
        rst.writeUInt32BE(CANCEL, 4);
        control(type.rstStream, rst);
      },
      onData: () => undefined,
      onEnd: () => undefined,
    };
    streams.set(id, stream);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id, 0);
    control(type.synReply, Buffer.concat([reply, noHeaders(!replied)]));
    replied = true;
    onStream(stream);
  }

  function takeControl(kind: number, payload: Buffer): void {
    switch (kind) {
      case type.synStream:
        open(payload);
        return;
      case type.rstStream: {
        const id = payload.readUInt32BE(0);
        streams.get(id)?.onEnd();
        streams.delete(id);
        return;
      }
      case type.ping:
        control(type.ping, payload);
        return;
      case type.goAway:
        end();
        return;
      default:
    }
  }

  function end(): void {
    for (const stream of streams.values()) stream.onEnd();
    streams.clear();
  }

  return {
    feed(bytes) {
      waiting = waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([waiting, bytes]);
      while (waiting.length >= 8) {
        const size = waiting.readUInt32BE(4) & 0xffffff;
        if (waiting.length < 8 + size) return;
        const first = waiting.readUInt32BE(0);
        const flags = waiting[4] ?? 0;
        const payload = waiting.subarray(8, 8 + size);
        waiting = waiting.subarray(8 + size);
        if (first >>> 31 === 1) takeControl(first & 0xffff, payload);
        else {
          const stream = streams.get(first);
          if (size > 0) stream?.onData(Buffer.from(payload));
          if ((flags & FIN) !== 0) stream?.onEnd();
        }
      }
    },
    end,
  };
}

/** A block without headers, as a compressed stream begins or goes on: stored, which needs no compressor. */
function noHeaders(isFirst: boolean): Buffer {
  const zlibHeader = isFirst ? [0x78, 0x01] : [];
  // One stored block of four bytes, the number of headers; an empty one after it lets the reader have them at once.
  const stored = [0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0];
  return Buffer.from([...zlibHeader, ...stored, 0x00, 0x00, 0x00, 0xff, 0xff]);
}

/** The client compresses all its headers as one stream. They are few, so the whole is read again each time. */
function createHeaderReader(): { read(block: Buffer): ReadonlyMap<string, string> } {
  let compressed = Buffer.alloc(0);
  let known = 0;
  return {
    read(block) {
      compressed = Buffer.concat([compressed, block]);
      const whole = inflateSync(compressed, {
        dictionary: DICTIONARY,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      const fresh = whole.subarray(known);
      known = whole.length;
      return readHeaders(fresh);
    },
  };
}

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const size = bytes.readUInt32BE(at);
    at += 4 + size;
    return bytes.toString('utf8', at - size, at);
  };
  for (let left = bytes.readUInt32BE(0); left > 0; left--) {
    const name = text();
    found.set(name, text());
  }
  return found;
}

/** What both sides assume to have been said before: words with their lengths, then a text (SPDY/3, section 2.6.10.1). */
const WORDS =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow ' +
  'authorization cache-control connection content-base content-encoding content-language content-length ' +
  'content-location content-md5 content-range content-type date etag expect expires from host if-match ' +
  'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma ' +
  'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade ' +
  'user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie ' +
  'keep-alive origin';
const TEXT =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized' +
  '403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,' +
  'text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

export const DICTIONARY = Buffer.concat([
  ...WORDS.split(' ').map((word) => {
    const bytes = Buffer.from(word.replace('_', ' '));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length, 0);
    return Buffer.concat([size, bytes]);
  }),
  Buffer.from(TEXT),
]);
