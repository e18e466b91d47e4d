import type { Pod } from '../../api/generated/types.ts';
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
import type { Histogram } from '../client/metrics-page.ts';
import type { WireMessage } from '../messages.ts';
import type { SchedulerConfiguration } from './configuration/configuration.ts';
import type { Explanations } from './explanation/explanations.ts';
import type { Reservation } from './framework/plugin.ts';
import type { Preparation } from './prepare.ts';
import type { SchedulingQueue } from './queue/queue.ts';
import type { NodeOrder } from './snapshot/node-order.ts';

/** What the process is started with. */
export interface SchedulerConfig {
  /** The API server's process. */
  readonly apiServer: string;
  readonly epochMillis: number;
  /** Requests a second and burst of its client. */
  readonly qps: number;
  readonly burst: number;
  /** Host and port of the API server, as its metrics call it. */
  readonly apiServerHost?: string;
  /** Its configuration file; absent: upstream's defaults. Frozen. */
  readonly configuration?: SchedulerConfiguration;
  /** The same as it was written, comments and all, for whoever edits it next. */
  readonly configurationText?: string;
}

/** The process's memory. What can be derived from it (the snapshot) is kept beside it. */
export interface SchedulerMemory {
  /** Lists, watches, bindings and status updates. */
  readonly client: ApiClient<SchedulerThen>;
  /** Events and leases have clients of their own, so that they do not wait behind bindings. */
  readonly eventClient: ApiClient<EventThen>;
  readonly electionClient: ApiClient<LeaderElectionThen | AccessThen>;
  readonly election: LeaderElection;
  readonly recorder: EventRecorder;
  readonly informers: Map<string, Informer>;
  synced: boolean;
  readonly nodeOrder: NodeOrder;
  readonly queue: SchedulingQueue;
  /** Pods whose binding is under way, or done and not yet seen, by uid: they count as placed. */
  readonly assumed: Map<string, AssumedPod>;
  /** What assumed Pods have taken (volumes), as it will be; seen by all others, by the Pod's uid. */
  readonly reserved: Map<string, Reservation>;
  /** Grows with every change of `reserved`. */
  reservedSerial: number;
  /** Assumed Pods that cannot be bound yet. */
  readonly preparations: Map<string, Preparation>;
  /** Waiting Pods that preemption makes room for, by uid. */
  readonly nominations: Map<string, Nomination>;
  /** Pods whose victims are being deleted, by key, with the number of requests not answered. */
  readonly preempting: Map<string, number>;
  /** The Pod that is being tried now, and the number of the try: timers of others are stale. */
  trying: string | undefined;
  tryNumber: number;
  /** When that try began. */
  tryBegan: Micros;
  /** Where in the order of nodes the next search begins. */
  nextStart: number;
  /** When the timer for the end of a backoff, or of the longest wait, rings; undefined: none is set. */
  flushAt: Micros | undefined;
  readonly explanations: Explanations;
  readonly counters: SchedulerCounters;
}

export interface AssumedPod {
  /** The Pod as it was in the queue. */
  readonly pod: Pod;
  readonly nodeName: string;
  /** The API server has confirmed the binding. */
  isBound: boolean;
  readonly cause: Cause | undefined;
  /** When the try began that found the node. */
  readonly since: Micros;
}

export interface Nomination {
  readonly key: string;
  readonly uid: string;
  readonly nodeName: string;
}

/** Figures for the health panel. */
export interface SchedulerCounters {
  attempts: number;
  scheduled: number;
  unschedulable: number;
  errors: number;
  preemptions: number;
  /** How long tries took, by the name of the profile. */
  readonly attemptDurations: Map<string, AttemptDurations>;
}

/** From the beginning of a try to its result; one that found a node ends when the Pod is bound. */
export type AttemptDurations = Readonly<Record<AttemptResult, Histogram>>;
export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** What the scheduler's requests wait for. */
export type SchedulerThen =
  /** With the beginning of the try that chose the node: the Pod may have been seen there before the answer. */
  | { readonly type: 'bound'; readonly uid: string; readonly since: Micros }
  /** A write that had to precede the binding of a Pod. */
  | { readonly type: 'prepared'; readonly uid: string }
  | { readonly type: 'status-written'; readonly key: string }
  /** A step of making room for the Pod `key` was answered. */
  | { readonly type: 'victim-marked'; readonly key: string; readonly victim: VictimReference }
  | { readonly type: 'victim-deleted'; readonly key: string };

export interface VictimReference {
  readonly namespace: string;
  readonly name: string;
}

/** Timers the process sets itself. */
export type SchedulerTimer =
  | { readonly type: 'scheduler/try-over'; readonly tryNumber: number }
  | { readonly type: 'scheduler/flush'; readonly at: Micros }
  /** A Pod's binding has waited long enough. */
  | { readonly type: 'scheduler/prepared-until'; readonly uid: string }
  /** A timer of one of the clients, which do not know of one another. */
  | {
      readonly type: 'scheduler/client';
      readonly client: 'event' | 'election';
      readonly timer: ApiClientTimer;
    };

export type SchedulerMessage =
  | WireMessage
  | SchedulerTimer
  | ApiClientTimer
  | InformerTimer
  | LeaderElectionTimer;

/** The clients by the numbers that their requests take (see client/request-numbers.ts). */
export const MAIN_CLIENT = 0;
export const EVENT_CLIENT = 1;
export const ELECTION_CLIENT = 2;
export const CLIENTS = 3;
