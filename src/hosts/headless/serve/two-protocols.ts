import { createServer, type Server, type Socket } from 'node:net';

/** The first byte of a TLS connection: a handshake record. */
const TLS_HANDSHAKE = 0x16;
/** Who connects and says nothing is not waited for. */
const SILENCE_MILLIS = 30_000;

/** A port on which HTTP and HTTPS are both spoken: browsers and curl come without, kubectl with TLS. */
export interface TwoProtocols {
  readonly server: Server;
  /** Ends all connections and listens no more. */
  close(): Promise<void>;
}

/** Hands each connection to the one of two servers whose language its first byte is. */
export function twoProtocols(plain: Server, secure: Server): TwoProtocols {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A broken connection is noticed by whoever reads or writes it.
    socket.on('error', () => socket.destroy());
    const giveUp = (): void => {
      socket.destroy();
    };
    socket.setTimeout(SILENCE_MILLIS, giveUp);
    socket.once('data', (first: Buffer) => {
      socket.off('timeout', giveUp);
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    server,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
