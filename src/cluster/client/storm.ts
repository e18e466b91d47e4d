import { defineBehaviour } from '../../kernel/process.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { ApiRequest, WireMessage } from '../messages.ts';

/** What a storm asks for, over and over. */
export const STORM_KINDS: Readonly<Record<string, StormRequest>> = Object.freeze({
  'list pods': { method: 'GET', path: '/api/v1/pods' },
  'list everything': { method: 'GET', path: '/api/v1/events' },
  'get a node': { method: 'GET', path: '/api/v1/nodes/node-1' },
  'create config maps': { method: 'POST', path: '/api/v1/namespaces/default/configmaps' },
});

interface StormRequest {
  readonly method: ApiRequest['method'];
  readonly path: string;
}

/** A client without a rate limit of its own. Frozen. */
export interface ClientStormConfig {
  readonly server: string;
  /** A key of `STORM_KINDS`. */
  readonly kind: string;
  readonly ratePerSecond: number;
  /** It waits when so many have not been answered. */
  readonly inFlightMax: number;
}

interface ClientStormMemory {
  nextId: number;
  inFlight: number;
  /** A request's share that the last beat left over, in millionths. */
  left: number;
  /** Answers by status code. */
  readonly answers: Map<number, number>;
}

interface Beat {
  readonly type: 'storm/beat';
}

const BEAT: Micros = 10_000;

/**
 * A runaway program: it sends requests at a steady rate whatever comes back, as a badly written controller or a loop of
 * `kubectl` does. What it creates is small, and named so that it can be found and removed.
 */
export const clientStorm = defineBehaviour<
  ClientStormConfig,
  null,
  ClientStormMemory,
  WireMessage | Beat
>({
  kind: 'client-storm',
  initialDisk: () => null,
  start(_disk, env) {
    env.after(BEAT, { type: 'storm/beat' });
    return { nextId: 1, inFlight: 0, left: 0, answers: new Map() };
  },
  step({ memory, config }, message, env) {
    switch (message.type) {
      case 'storm/beat': {
        env.resumeCause(undefined);
        env.after(BEAT, message);
        memory.left += config.ratePerSecond * BEAT;
        while (memory.left >= SECOND && memory.inFlight < config.inFlightMax) {
          memory.left -= SECOND;
          memory.inFlight += 1;
          env.send(config.server, requestOf(config, memory.nextId++));
        }
        memory.left = Math.min(memory.left, SECOND);
        return;
      }
      case 'api/response':
        memory.inFlight -= 1;
        memory.answers.set(message.code, (memory.answers.get(message.code) ?? 0) + 1);
        return;
      case 'kernel/connection-lost':
        memory.inFlight = 0;
        return;
      default:
        return;
    }
  },
});

function requestOf(config: ClientStormConfig, id: number): ApiRequest {
  const { method, path } = STORM_KINDS[config.kind] ?? { method: 'GET' as const, path: '/api' };
  return {
    type: 'api/request',
    id,
    method,
    path,
    query: NO_QUERY,
    user: 'kubernetes-admin',
    userAgent: 'storm/v1',
    ...(method === 'POST' ? { body: configMap(id) } : undefined),
  };
}

const NO_QUERY: ApiRequest['query'] = Object.freeze({});

function configMap(id: number): object {
  const metadata = { generateName: 'storm-', namespace: 'default', labels: { app: 'storm' } };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { number: String(id) } };
}
