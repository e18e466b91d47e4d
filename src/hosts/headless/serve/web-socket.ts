import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The server's side of a WebSocket (RFC 6455), as far as programs here need it: whole messages of text or bytes both ways,
 * pings answered, an orderly end. Node itself brings only the client's side.
 */
export interface WebSocketConnection {
  /**
   * A text message for a string, a binary one for bytes. What is sent after the end is dropped; a client that does not read
   * is cut off when `BACKLOG_BYTES_MAX` wait for it.
   */
  send(data: string | Uint8Array): void;
  /** Says why, and ends. Codes from 4000 on are the program's own. */
  close(code?: number, reason?: string): void;
  /** Resolves when the client has taken nearly everything, or is gone. */
  drained(): Promise<void>;
  onMessage: ((data: string | Buffer) => void) | undefined;
  /** Called once, whoever ended it. */
  onClose: (() => void) | undefined;
}

/** A client that is so far behind does not read: nobody keeps for it what it will never see. */
const BACKLOG_BYTES_MAX = 64 * 1024 * 1024;
/** A longer message ends the connection. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const closeCode = { normal: 1000, protocol: 1002, tooBig: 1009 } as const;

/** The protocols that a client offers, in its order. */
export function offeredProtocols({ headers }: IncomingMessage): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Whether a request that wants to upgrade wants this, in the version that everybody speaks. */
export function wantsWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    headers['sec-websocket-key'] !== undefined
  );
}

/** Completes the handshake of a request for which `wantsWebSocket` holds. `protocol` is one of those offered, or none. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  { head, protocol }: { readonly head: Buffer; readonly protocol: string | undefined },
): WebSocketConnection {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return connectionOn(socket, head);
}

function connectionOn(socket: Duplex, head: Buffer): WebSocketConnection {
  let received = head;
  /** The pieces of a message that is not whole yet. */
  let pieces: Buffer[] = [];
  let piecesBytes = 0;
  let isText = false;
  let isOver = false;

  function end(): void {
    if (isOver) return;
    isOver = true;
    connection.onClose?.();
  }

  function take(chunk: Buffer): void {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (!isOver) {
      const frame = readFrame(received);
      if (frame === undefined) return;
      if (frame === 'bad') {
        connection.close(closeCode.protocol, 'a frame that cannot be read');
        return;
      }
      if (frame === 'too big') {
        connection.close(closeCode.tooBig, 'the message is too long');
        return;
      }
      received = received.subarray(frame.size);
      handle(frame);
    }
  }

  function handle({ code, isFinal, payload }: Frame): void {
    switch (code) {
      case opcode.ping:
        socket.write(frameOf(opcode.pong, payload));
        return;
      case opcode.pong:
        return;
      case opcode.close:
        connection.close(closeCode.normal);
        return;
      default:
        if (code !== opcode.continuation) isText = code === opcode.text;
        pieces.push(payload);
        piecesBytes += payload.length;
        if (piecesBytes > MESSAGE_BYTES_MAX) {
          connection.close(closeCode.tooBig, 'the message is too long');
          return;
        }
        if (!isFinal) return;
    }
    const [only] = pieces;
    const whole = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    pieces = [];
    piecesBytes = 0;
    connection.onMessage?.(isText ? whole.toString('utf8') : whole);
  }

  const connection: WebSocketConnection = {
    onMessage: undefined,
    onClose: undefined,
    send(data) {
      if (isOver) return;
      if (typeof data === 'string') socket.write(frameOf(opcode.text, Buffer.from(data, 'utf8')));
      else socket.write(frameOf(opcode.binary, data));
      if (socket.writableLength > BACKLOG_BYTES_MAX) socket.destroy();
    },
    drained() {
      if (isOver || !socket.writableNeedDrain) return Promise.resolve();
      return new Promise((resolve) => {
        const go = (): void => {
          socket.off('drain', go);
          socket.off('close', go);
          resolve();
        };
        socket.once('drain', go);
        socket.once('close', go);
      });
    },
    close(code = closeCode.normal, reason = '') {
      if (isOver) return;
      const said = Buffer.alloc(2 + Buffer.byteLength(reason));
      said.writeUInt16BE(code, 0);
      said.write(reason, 2);
      socket.end(frameOf(opcode.close, said));
      end();
    },
  };
  socket.on('data', take);
  socket.on('error', () => socket.destroy());
  socket.once('end', () => connection.close(closeCode.normal));
  socket.once('close', end);
  if (head.length > 0) {
    // Whoever accepts it has not said yet who listens.
    received = Buffer.alloc(0);
    queueMicrotask(() => take(head));
  }
  return connection;
}

interface Frame {
  readonly code: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
  /** All bytes of it, header included. */
  readonly size: number;
}

/** The first frame of what was received; undefined until it is whole. Frames of a client are masked, or wrong. */
function readFrame(bytes: Buffer): Frame | undefined | 'bad' | 'too big' {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return 'bad';
  let size = second & 0x7f;
  let at = 2;
  if (size === 126) {
    if (bytes.length < 4) return undefined;
    size = bytes.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    if (bytes.length < 10) return undefined;
    size = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (size > MESSAGE_BYTES_MAX) return 'too big';
  if (bytes.length < at + 4 + size) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + size));
  for (let i = 0; i < size; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return { code: first & 0x0f, isFinal: (first & 0x80) !== 0, payload, size: at + 4 + size };
}

/** One whole frame of the server's, which is not masked. */
function frameOf(code: number, payload: Uint8Array): Buffer {
  const size = payload.length;
  const header = Buffer.alloc(size < 126 ? 2 : size < 0x1_0000 ? 4 : 10);
  header[0] = 0x80 | code;
  if (size < 126) header[1] = size;
  else if (size < 0x1_0000) {
    header[1] = 126;
    header.writeUInt16BE(size, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([header, payload]);
}
