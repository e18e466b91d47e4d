import type { Env } from '../../kernel/process.ts';
import type { Handshakes } from './serving-certificate.ts';
import type { ConnectionLost, Disturbed } from '../../kernel/kernel.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { KubernetesObject } from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import type {
  ApiCancel,
  ApiData,
  ApiInput,
  ApiRequest,
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  EtcdRequest,
  EtcdResponse,
  EtcdWatchEvents,
  HealthAnswer,
  HealthCheck,
  HealthNews,
  StreamMessage,
} from '../messages.ts';
import type { ApiServerConfig } from './config.ts';
import type { AuthorizationState } from './authorization/state.ts';
import type { CustomState } from './custom/state.ts';
import type { Commit, Exchange, Reply } from './exchange.ts';
import type { FlowControl } from './flow-control/state.ts';
import type { HealthState } from './health/state.ts';
import type { ApiServerMetrics } from './metrics.ts';
import type { OwnState } from './own/state.ts';
import type { Consultation } from './reads/consult.ts';
import type { ServiceNumbers } from './services/allocate.ts';
import type { ResourceCache } from './storage/resource-cache.ts';
import type { ServedWatches } from './storage/served-watches.ts';
import type { NetAnswer, NetConnect } from '../network/packets.ts';
import type { ServedStreams } from './streams/state.ts';
import type { VerbStep } from './verb.ts';

export type ApiServerMessage =
  | ApiRequest
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | ApiCancel
  | ApiData
  | ApiInput
  | StreamMessage
  | NetConnect
  | NetAnswer
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | HealthCheck
  | HealthAnswer
  | HealthNews
  | Disturbed
  | ApiServerTimer
  | ConnectionLost;

export type ApiServerTimer =
  /** Requests may have waited too long for etcd. */
  | { readonly type: 'apiserver/sweep' }
  | { readonly type: 'apiserver/bookmarks' }
  | {
      readonly type: 'apiserver/watch-timeout';
      readonly watch: number;
      readonly client: string;
      readonly request: number;
    }
  /** Try etcd again. */
  | { readonly type: 'apiserver/reconnect' }
  | { readonly type: 'apiserver/compact' }
  /** The processors are free again. */
  | { readonly type: 'apiserver/run' }
  /** Requests may have waited too long for a seat. */
  | { readonly type: 'apiserver/flow-sweep' }
  /** etcd may not have answered the check of its health. */
  | { readonly type: 'apiserver/health-overdue'; readonly question: number }
  /** etcd is asked once more for its revision. */
  | { readonly type: 'apiserver/consult'; readonly question: number }
  /** A kubelet may not have answered. */
  | { readonly type: 'apiserver/stream-overdue'; readonly stream: number }
  /** The next round of who serves. */
  | { readonly type: 'apiserver/reconcile' }
  /** SIGTERM: the server ends in good order. */
  | { readonly type: 'apiserver/terminate' }
  /** A request that was put off is looked at again. */
  | { readonly type: 'apiserver/again'; readonly request: number }
  /** Objects of the server's own may be missing. */
  | { readonly type: 'apiserver/tend' }
  /** Addresses of Services may be out of step with the objects that hold them. */
  | { readonly type: 'apiserver/repair-addresses' };

/** All that a running API server remembers. Lost with a crash and rebuilt from etcd. */
export interface ApiServerMemory {
  nextCall: number;
  nextGroup: number;
  /** The connection to etcd is believed to stand. */
  etcdUp: boolean;
  /** Attempts since it was lost. */
  etcdFailures: number;
  reconnectArmed: boolean;
  /** Every cache holds every change up to this revision of the whole store. */
  revision: number;
  /** The revision when compaction was last asked for: what the next one compacts to. */
  compactTo: number;
  /** The revision of the key by which servers take turns; 0: it is not there. */
  compactKey: number;
  /** The revision that etcd was last asked to compact to. */
  compacted: number;
  /** By storage folder. */
  readonly caches: Map<string, ResourceCache>;
  /** Questions that etcd has not answered, by their number. */
  readonly calls: Map<number, EtcdCall>;
  /** When the next look is taken at requests that wait for etcd too long; NEVER for none. */
  sweepAt: Micros;
  /** Requests that were put off, by their number. Frozen entries. */
  readonly later: Map<number, PutOff>;
  /** Requests that are answered when all their parts are. */
  readonly groups: Map<number, RequestGroup>;
  readonly watches: ServedWatches;
  readonly streams: ServedStreams;
  /** One of what a step ends with may be due (`runErrands`): most steps need not look at each. */
  hasErrands: boolean;
  /** Something has changed that the availability of other servers may hang on. */
  aggregationIsDue: boolean;
  readonly services: ServiceNumbers;
  readonly custom: CustomState;
  readonly authorization: AuthorizationState;
  readonly own: OwnState;
  readonly consultation: Consultation;
  readonly health: HealthState;
  readonly handshakes: Handshakes;
  readonly flow: FlowControl;
  readonly metrics: ApiServerMetrics;
}

/** A request that is run again a little later. */
export interface PutOff {
  readonly exchange: Exchange;
  readonly at: VerbStep;
}

/** A request whose parts are under way. */
export interface RequestGroup {
  readonly exchange: Exchange;
  /** What the parts are about. Frozen. */
  readonly objects: readonly KubernetesObject[];
  waiting: number;
  /** The first part that was refused. */
  refused: Reply | undefined;
}

/** What etcd was asked, when, and what for. Frozen. */
export type EtcdCall = EtcdQuestion & { readonly askedAt?: Micros };

type EtcdQuestion =
  | { readonly kind: 'list'; readonly storage: string }
  | { readonly kind: 'feed'; readonly storage: string }
  | { readonly kind: 'compact' }
  | { readonly kind: 'compact-turn' }
  | { readonly kind: 'health' }
  | { readonly kind: 'consult' }
  | { readonly kind: 'own'; readonly what: 'renewed' | 'who serves' }
  | {
      readonly kind: 'read';
      readonly exchange: Exchange;
      readonly deadline: Micros;
    }
  | {
      readonly kind: 'write';
      readonly exchange: Exchange;
      /** What was to be written. Frozen. */
      readonly commit: Commit;
      readonly step: number;
      /** How often the write has met a newer object. */
      readonly attempt: number;
      readonly deadline: Micros;
    };

/** What every function of the server is handed; valid only during a step. */
export interface Server {
  readonly config: ApiServerConfig;
  readonly memory: ApiServerMemory;
  readonly env: Env<ApiServerMessage>;
}

/** The calendar time by the machine's clock, in milliseconds since 1970. */
export function calendarMillis(server: Server): number {
  return Math.floor(calendarMicros(server) / 1000);
}

/** The same in microseconds. */
export function calendarMicros({ config, env }: Server): number {
  return config.epochMillis * 1000 + env.now + env.clockSkewMicros();
}

/** The calendar time as objects carry it. */
export function timestamp({ config, env }: Server): string {
  const at = env.now + env.clockSkewMicros();
  if (config !== second.of || at < second.from || at >= second.to) second = secondOf(config, at);
  return second.text;
}

/** The second that was last written out: the next request, too, is mostly of it. In the world's time, whose numbers are small. */
let second = { of: undefined as ApiServerConfig | undefined, from: 0, to: 0, text: '' };

function secondOf(config: ApiServerConfig, at: Micros): typeof second {
  const micros = config.epochMillis * 1000 + at;
  const from = at - (micros - Math.floor(micros / SECOND) * SECOND);
  return { of: config, from, to: from + SECOND, text: formatTime(micros / 1000) };
}

/** The copy of a storage folder. Every kind that is served has one. */
export function cacheOf(server: Server, storage: string): ResourceCache {
  return server.memory.caches.get(storage) as ResourceCache; // Created for all kinds at the start.
}

/** Asks etcd; the answer comes back to the call. */
export function askEtcd(
  server: Server,
  call: EtcdCall & { askedAt?: Micros },
  ask: (id: number) => EtcdRequest,
): number {
  const { memory, env, config } = server;
  const id = memory.nextCall++;
  call.askedAt = env.now;
  memory.calls.set(id, Object.freeze(call));
  env.send(config.etcd, ask(id));
  return id;
}
