import type { Micros } from '../../../kernel/time.ts';
import type { Exchange } from '../exchange.ts';
import { NEVER } from '../patience.ts';
import type { FlowConfiguration } from './configuration.ts';

/** What the server keeps of its load: who holds seats, who waits for one, and how far its processors are behind. */
export interface FlowControl {
  /** Undefined until the first request. Frozen. */
  configuration: FlowConfiguration | undefined;
  /** Below 0: what the configuration was made of has changed, and it is made anew. */
  configurationStamp: number;
  readonly levels: Map<string, LevelState>;
  /** Requests in the queues of all levels. */
  waiting: number;
  /** When the processors will have done all that has been begun. */
  busyUntil: Micros;
  /** Requests that have seats and wait for a processor, oldest first. */
  readonly running: Exchange[];
  runArmed: boolean;
  /** When the next look is taken at those who wait too long; NEVER for none. */
  sweepAt: Micros;
  /** When seats were last lent between levels. */
  lentAt: Micros;
  /** Requests under way that read, and those that write. */
  inflight: { readOnly: number; mutating: number };
}

/** One priority level at work. */
export interface LevelState {
  readonly name: string;
  /** Seats held by requests that run. */
  inUse: number;
  /** Those of them that came from a queue. */
  fairInUse: number;
  /** Requests that run. */
  executing: number;
  waiting: number;
  seatsWaiting: number;
  /** The seats it has at present, with what it lends and borrows. */
  limit: number;
  /** The most seats that were wanted at once since seats were last lent. */
  wanted: number;
  /** How far every queue with something to do has been served, in seat-microseconds. */
  progress: number;
  progressAt: Micros;
  /** Queues that hold or run something, by their number. */
  readonly queues: Map<number, FairQueue>;
  dispatched: number;
  /** Refusals by reason. */
  readonly rejected: Map<RejectReason, number>;
  /** The newest times spent in a queue, in microseconds; a ring. */
  readonly waits: Micros[];
  waited: number;
}

export type RejectReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** Requests of the flows that were led to one queue. */
export interface FairQueue {
  readonly number: number;
  /** The level's progress at which its next request is due. */
  nextStart: number;
  seatsInUse: number;
  seatsWaiting: number;
  readonly requests: Waiting[];
}

/** A request in a queue. Frozen. */
export interface Waiting {
  readonly exchange: Exchange;
  readonly width: number;
  readonly since: Micros;
  readonly until: Micros;
}

/** What a request under way holds until it is answered. Frozen; shared by all requests that were never queued. */
export interface Seat {
  readonly level: string;
  /** How many seats it fills. */
  readonly width: number;
  readonly mutating: boolean;
  /** The queue that it came from; -1 for none. */
  readonly queue: number;
  readonly since: Micros;
}

export function noFlowControl(): FlowControl {
  return {
    configuration: undefined,
    configurationStamp: -1,
    levels: new Map(),
    waiting: 0,
    busyUntil: 0,
    running: [],
    runArmed: false,
    sweepAt: NEVER,
    lentAt: 0,
    inflight: { readOnly: 0, mutating: 0 },
  };
}

export function newLevel(name: string, limit: number): LevelState {
  return {
    name,
    inUse: 0,
    fairInUse: 0,
    executing: 0,
    waiting: 0,
    seatsWaiting: 0,
    limit,
    wanted: 0,
    progress: 0,
    progressAt: 0,
    queues: new Map(),
    dispatched: 0,
    rejected: new Map(),
    waits: [],
    waited: 0,
  };
}
