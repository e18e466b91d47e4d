import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AttachedCluster } from '../../../bridge/attach.ts';
import {
  ALIVE,
  BRIDGE_PATH,
  BRIDGE_PROTOCOL,
  TOKEN_PROTOCOL,
  closedBecause,
} from '../../../bridge/attach.ts';
import type { EngineMessage, PageMessage } from '../../../bridge/protocol.ts';
import { createPageDesk, type PageDesk } from '../../page-desk.ts';
import type { Pacer } from '../../pacer.ts';
import { faultCatalogue, type Session } from '../../session.ts';
import type { Guard } from './guard.ts';
import {
  acceptWebSocket,
  offeredProtocols,
  wantsWebSocket,
  type WebSocketConnection,
} from './web-socket.ts';

/**
 * The bridge between pages and the served cluster: what a page's worker says over messages, over a WebSocket. A page that is
 * attached sees everything move, may break and mend, and shares the clock with everybody.
 */
export interface Bridge {
  /** Takes a request to upgrade when it is for the bridge; false: it is somebody else's. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** To be called after each slice of time. */
  tick(): void;
  close(): void;
}

export interface BridgeOptions {
  readonly session: Session;
  readonly pacer: Pacer;
  readonly guard: Guard;
  /** Somebody waits for an answer. */
  hurry(): void;
}

export function createBridge({ session, pacer, guard, hurry }: BridgeOptions): Bridge {
  const pages = new Map<WebSocketConnection, PageDesk>();
  const sessionOf = sharedObservations(session);

  /** A bug of ours ends this page's connection, which it opens anew; the cluster and the others go on. */
  function guarded(connection: WebSocketConnection, act: () => void): void {
    try {
      act();
    } catch (error) {
      console.error(error);
      connection.close(closedBecause.bug, 'a bug of Kubarium');
    }
  }

  function attach(connection: WebSocketConnection): void {
    const own = sessionOf();
    const post = (message: EngineMessage): void => {
      connection.send(JSON.stringify(message));
    };
    const open = (): void => {
      pages.get(connection)?.close();
      const clock = (): number => performance.now();
      pages.set(connection, createPageDesk({ session: own.session, pacer, clock, post }));
      const attached: AttachedCluster = { kind: 'served', address: '', refusals: {} };
      post({
        type: 'ready',
        seed: session.world.seed,
        origin: 'resumed',
        notice: undefined,
        faultCatalogue,
        attached,
      });
    };
    connection.onMessage = (data) => {
      if (data === ALIVE.question) {
        connection.send(ALIVE.answer);
        return;
      }
      const message = readMessage(data);
      if (message === undefined) connection.close(closedBecause.misunderstood, 'not a message');
      else if (message.type === 'open') open();
      else guarded(connection, () => pages.get(connection)?.receive(message));
      hurry();
    };
    connection.onClose = () => {
      pages.get(connection)?.close();
      pages.delete(connection);
      own.leave();
    };
  }

  return {
    upgrade(request, socket, head) {
      if (pathOf(request) !== BRIDGE_PATH) return false;
      const offered = offeredProtocols(request);
      const { headers } = request;
      const isFromOurs = guard.refusalOf({ path: '/healthz', headers }) === undefined;
      if (!wantsWebSocket(request) || !isFromOurs || !offered.includes(BRIDGE_PROTOCOL)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return true;
      }
      const connection = acceptWebSocket(request, socket, { head, protocol: BRIDGE_PROTOCOL });
      const authorization = tokenOf(offered) ?? headers.authorization ?? '';
      if (!guard.isAdmin({ ...headers, authorization })) {
        // A browser tells a page nothing of a handshake that failed, but this it does.
        connection.close(closedBecause.unauthorized, 'the token is not the one of the kubeconfig');
      } else attach(connection);
      return true;
    },
    tick() {
      for (const [connection, desk] of pages) guarded(connection, () => desk.tick());
    },
    close() {
      for (const connection of pages.keys()) connection.close();
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}

/** Browsers set no headers on a WebSocket: the token comes as upstream's API server takes it there, as a protocol. */
function tokenOf(offered: readonly string[]): string | undefined {
  const encoded = offered.find((each) => each.startsWith(TOKEN_PROTOCOL));
  if (encoded === undefined) return undefined;
  const token = Buffer.from(encoded.slice(TOKEN_PROTOCOL.length), 'base64url').toString('utf8');
  return `Bearer ${token}`;
}

function readMessage(data: string | Buffer): PageMessage | undefined {
  try {
    const value: unknown = JSON.parse(data.toString());
    const isMessage = typeof value === 'object' && value !== null && 'type' in value;
    // Only who has the token comes this far, and what a desk does not know it leaves alone.
    return isMessage ? (value as PageMessage) : undefined;
  } catch {
    return undefined;
  }
}

/** A session has one listener for answered requests; each page gets a session that has its own. */
function sharedObservations(session: Session): () => {
  readonly session: Session;
  leave(): void;
} {
  const listening = new Set<Session>();
  session.onRequestObserved = (...observed) => {
    for (const each of listening) each.onRequestObserved?.(...observed);
  };
  return () => {
    // Everything else is the shared one's.
    const own = Object.create(session, {
      onRequestObserved: { value: undefined, writable: true },
    }) as Session;
    listening.add(own);
    return { session: own, leave: () => listening.delete(own) };
  };
}
