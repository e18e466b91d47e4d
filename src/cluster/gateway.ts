import { defineBehaviour } from '../kernel/process.ts';
import type {
  ApiData,
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  WireMessage,
} from './messages.ts';
import type { NetAnswer } from './network/packets.ts';

/**
 * The computer of the person outside: where `kubectl` runs. Its requests are injected into the wire
 * from here, and what comes back is handed to the world's observers. It remembers nothing.
 */
export const gateway = defineBehaviour<GatewayConfig, null, GatewayMemory, WireMessage>({
  kind: 'gateway',
  initialDisk: () => null,
  start: () => Object.freeze({}),
  step(_process, message, env) {
    switch (message.type) {
      case 'api/response':
      case 'api/watch':
      case 'api/watch-ended':
      case 'api/data':
        env.emit({ kind: 'gateway', message } satisfies GatewayObservation);
        return;
      case 'net/answer':
        env.emit({ kind: 'gateway-net', message } satisfies GatewayObservation);
        return;
      case 'kernel/connection-lost':
        // A node that was called is gone: nothing to do with requests to the API.
        if (message.peer.startsWith('containerd-')) return;
        env.emit({ kind: 'gateway-lost', peer: message.peer } satisfies GatewayObservation);
        return;
      default:
        // What an operator has asked a component itself (etcdctl, crictl): the answer is theirs to understand.
        if (env.from !== undefined) {
          env.emit({
            kind: 'gateway-answer',
            from: env.from,
            message,
          } satisfies GatewayObservation);
        }
        return;
    }
  },
});

export interface GatewayConfig {
  readonly program: string;
}

export type GatewayMemory = Readonly<Record<string, never>>;

/** What the gateway tells whoever drives the world. */
export type GatewayObservation =
  | {
      readonly kind: 'gateway';
      readonly message: ApiResponse | ApiWatchEvents | ApiWatchEnded | ApiData;
    }
  | { readonly kind: 'gateway-net'; readonly message: NetAnswer }
  | { readonly kind: 'gateway-answer'; readonly from: string; readonly message: WireMessage }
  | { readonly kind: 'gateway-lost'; readonly peer: string };
