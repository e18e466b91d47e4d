import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiClient, ApiClientTimer } from '../client/api-client.ts';
import type { AccessThen } from '../client/delegated-access.ts';
import type { EventRecorder, EventThen } from '../client/event-recorder.ts';
import type { Informer, InformerTimer } from '../client/informer.ts';
import type {
  LeaderElection,
  LeaderElectionThen,
  LeaderElectionTimer,
} from '../client/leader-election.ts';
import type { WorkQueue } from '../client/work-queue.ts';
import type { WireMessage } from '../messages.ts';
import type { ComponentFlags } from '../set-up.ts';
import type { Derived } from './derived.ts';
import type { Failure, Memo, Pace, Removal, Write } from './plan.ts';

/** What the process is started with. */
export interface ControllerManagerConfig {
  /** The API server's process. */
  readonly apiServer: string;
  readonly epochMillis: number;
  readonly flags: ComponentFlags;
  /** Host and port of the API server, as its metrics call it. */
  readonly apiServerHost?: string;
}

/** The process's memory: a candidate for leadership and, while it leads, everything that runs. */
export interface ControllerManagerMemory {
  readonly election: LeaderElection;
  readonly electionClient: ApiClient<LeaderElectionThen | AccessThen>;
  /** Counts the times it has led; timers of an earlier term are stale. */
  term: number;
  running: Running | undefined;
}

/** What exists only while the process leads. */
export interface Running {
  readonly term: number;
  readonly epochMillis: number;
  readonly flags: ComponentFlags;
  readonly informerClient: ApiClient<never>;
  readonly informers: Map<string, Informer>;
  /** True once every informer has its first list: no loop looks at half a cluster. */
  synced: boolean;
  readonly derived: Derived;
  /** Parallel to the list of controllers. */
  readonly loops: readonly Loop[];
  /** The indexes of loops that have waiting keys, in order. */
  readonly awake: number[];
  /** Works whose writes were answered but are not in the cache yet. */
  readonly settling: Map<string, Settling>;
}

/** A work that waits for the cache, and since when. */
export interface Settling {
  readonly loop: number;
  readonly key: string;
  readonly since: Micros;
}

/** One controller's own part of the memory. */
export interface Loop {
  readonly client: ApiClient<Then>;
  readonly recorder: EventRecorder;
  readonly queue: WorkQueue;
  /** Since when a waiting key waits. */
  readonly arrivals: Map<string, Micros>;
  /** Workers in use. */
  busy: number;
  readonly works: Map<string, Work>;
  readonly memos: Map<string, Memo>;
  reconciles: number;
  retries: number;
  requests: number;
}

/** A key that is worked on, from its plan to the moment its writes are in the cache. */
export interface Work {
  readonly key: string;
  /** The cause that everything for this plan is filed under. */
  cause: Cause | undefined;
  phase: 'writing' | 'concluding' | 'settling';
  writes: readonly Write[];
  pace: Pace;
  readonly concludes: boolean;
  /** Come back even if nothing was refused. */
  readonly retry: boolean;
  /** Index of the next write to send. */
  next: number;
  outstanding: number;
  /** Size of the next wave of a slow start. */
  wave: number;
  failure: Failure | undefined;
  /** What a reading has brought; undefined: no answer. */
  read?: unknown;
  /** Resource → the revision up to which the cache must be true. */
  readonly revisions: Map<string, number>;
  /** Deletions that the cache must show. */
  readonly removals: Removal[];
}

/** What a controller's requests wait for. */
export type Then =
  | { readonly type: 'write'; readonly key: string; readonly index: number }
  | EventThen;

/** Timers the process sets itself. */
export type ControllerManagerTimer =
  | {
      /** A timer of one of the process's clients, which do not know of one another. */
      readonly type: 'controllers/client';
      readonly term: number;
      /** 1: the election's; from 2 on the controllers'. */
      readonly client: number;
      readonly timer: ApiClientTimer;
    }
  | {
      readonly type: 'controllers/due';
      readonly term: number;
      readonly loop: number;
      readonly key: string;
    };

export type ControllerManagerMessage =
  | WireMessage
  | ControllerManagerTimer
  | ApiClientTimer
  | InformerTimer
  | LeaderElectionTimer;

/** The clients by the numbers that their requests take (see client/request-numbers.ts): room for every loop's. */
export const CLIENTS_MAX = 64;
export const INFORMER_CLIENT = 0;
export const ELECTION_CLIENT = 1;
export const FIRST_LOOP_CLIENT = 2;

/** Below which all request numbers of a term lie, so that late answers find nobody in the next one. */
export function numbersTaken(
  running: Pick<Running, 'informerClient' | 'loops'> | undefined,
): number {
  if (running === undefined) return 0;
  const clients = [running.informerClient, ...running.loops.map((loop) => loop.client)];
  return Math.max(...clients.map((client) => client.nextId));
}
