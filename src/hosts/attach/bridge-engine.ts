import {
  ALIVE,
  BRIDGE_PATH,
  BRIDGE_PROTOCOL,
  closedBecause,
  TOKEN_PROTOCOL,
  type AttachedCluster,
  type AttachProblem,
} from '../../bridge/attach.ts';
import type { EngineMessage, PageMessage } from '../../bridge/protocol.ts';
import type { ClusterAddress } from './address.ts';
import { answerWithout, type AttachedEngine, type Post } from './engine.ts';

/**
 * A cluster of `npm run serve` over its bridge: everything the page says goes there, and everything it is told comes from
 * there. A connection that is lost is opened anew.
 */
export function createBridgeEngine({
  address: { base },
  written,
  token,
  post,
  onNever,
}: {
  readonly address: ClusterAddress;
  /** The address as the person wrote it. */
  readonly written: string;
  readonly token: string;
  readonly post: Post;
  /** There is no bridge: called once, and nothing more is done here. */
  readonly onNever: () => void;
}): AttachedEngine {
  const url = new URL(BRIDGE_PATH.slice(1), base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = [BRIDGE_PROTOCOL, ...(token === '' ? [] : [TOKEN_PROTOCOL + base64Url(token)])];
  /** Questions under way, by the key of their answer. */
  const waiting = new Map<string, PageMessage>();
  let socket: WebSocket | undefined;
  let wasOpen = false;
  let isClosed = false;
  let heardAt = 0;
  let isSilent = false;

  function connect(): void {
    if (isClosed) return;
    const opened = new WebSocket(url, protocols);
    socket = opened;
    opened.addEventListener('open', () => {
      wasOpen = true;
      heardAt = Date.now();
      opened.send(JSON.stringify({ type: 'open', session: { kind: 'resume' } }));
    });
    opened.addEventListener('message', ({ data }: MessageEvent<string>) => {
      heard();
      if (data === ALIVE.answer) return;
      // The bridge speaks the protocol's own messages.
      receive(JSON.parse(data) as EngineMessage);
    });
    opened.addEventListener('close', ({ code }) => lost(code));
  }

  function receive(message: EngineMessage): void {
    if (message.type === 'ready') {
      const attached: AttachedCluster = { kind: 'served', address: written, refusals: SERVED };
      post({ ...message, attached });
      return;
    }
    waiting.delete(keyOf(message) ?? '');
    post(message);
  }

  function heard(): void {
    heardAt = Date.now();
    if (isSilent) post({ type: 'attach-problem', problem: undefined });
    isSilent = false;
  }

  /** A server may be there and not answer: it is held, or so busy that nobody would wait for it. */
  function look(): void {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const silence = Date.now() - heardAt;
    // Its connection may be dead as well, which no browser would notice for minutes.
    if (silence > GIVEN_UP_MILLIS) socket.close();
    else if (silence > SILENT_MILLIS && !isSilent) {
      isSilent = true;
      post({ type: 'attach-problem', problem: silent(written) });
    } else socket.send(ALIVE.question);
  }
  const looking = setInterval(look, LOOK_EVERY_MILLIS);

  function lost(code: number): void {
    if (isClosed) return;
    isSilent = false;
    for (const message of waiting.values()) {
      const answer = answerWithout(message, 'the connection to the served cluster was lost');
      if (answer !== undefined) post(answer);
    }
    waiting.clear();
    if (code === closedBecause.unauthorized) {
      isClosed = true;
      post({ type: 'attach-problem', problem: unauthorized(written, token) });
      return;
    }
    if (!wasOpen) {
      isClosed = true;
      onNever();
      return;
    }
    post({
      type: 'attach-problem',
      problem: {
        kind: 'unreachable',
        address: written,
        what: 'The connection to the served cluster was lost.',
        remedy:
          'Is “npm run serve” still running? Started again with the same port, it is found by itself, with a new cluster.',
        isRetried: true,
      },
    });
    setTimeout(connect, AGAIN_MILLIS);
  }

  connect();
  return {
    receive(message) {
      // A served cluster is saved and opened where it is served.
      if (message.type === 'open' || message.type === 'shown' || message.type === 'save') return;
      if (socket?.readyState !== WebSocket.OPEN) {
        const answer = answerWithout(message, 'there is no connection to the served cluster');
        if (answer !== undefined) post(answer);
        return;
      }
      if (message.type === 'api-stream-cancel') waiting.delete(`stream ${message.stream}`);
      else {
        const key = keyOf(message);
        if (key !== undefined) waiting.set(key, message);
      }
      socket.send(JSON.stringify(message));
    },
    close() {
      isClosed = true;
      clearInterval(looking);
      socket?.close();
    },
  };
}

const AGAIN_MILLIS = 2000;
const LOOK_EVERY_MILLIS = 2000;
/** A server that has said nothing for so long, though it was asked, is told to be silent; later it is given up. */
const SILENT_MILLIS = 6000;
const GIVEN_UP_MILLIS = 30_000;

function silent(address: string): AttachProblem {
  return {
    kind: 'unreachable',
    address,
    what: 'The served cluster does not answer.',
    remedy:
      '“npm run serve” is there, but busy or held. What you see is the last that it has told.',
    isRetried: true,
  };
}

const SERVED: AttachedCluster['refusals'] = {
  'new-cluster':
    'This cluster runs in “npm run serve”, for everybody who is attached: start that anew with other flags for another cluster.',
};

/** Questions and answers have the same; of a stream, only its end is one. */
function keyOf(message: PageMessage | EngineMessage): string | undefined {
  if ('id' in message) return `id ${message.id}`;
  const isQuestion = message.type === 'api-stream' && 'request' in message;
  return isQuestion || message.type === 'api-stream-ended' ? `stream ${message.stream}` : undefined;
}

export function unauthorized(address: string, token: string): AttachProblem {
  return {
    kind: 'unauthorized',
    address,
    what: token === '' ? 'This cluster wants a token.' : 'This cluster does not take the token.',
    remedy:
      'The token stands in the kubeconfig that “npm run serve” has written, and behind “#token=” in the address that it prints.',
    isRetried: false,
  };
}

function base64Url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
