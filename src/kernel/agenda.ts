import { heapPop, heapPush } from '../base/heap.ts';
import type { Cause } from './cause.ts';
import type { Micros } from './time.ts';

/**
 * Something that will happen: a message reaches a process. Plain and immutable, so that checkpoints
 * share it.
 */
export interface Appointment {
  readonly at: Micros;
  /** Breaks ties: of two appointments at one instant the one made first is kept first. */
  readonly seq: number;
  /** The process it is for. */
  readonly to: string;
  /** The sender of a packet; undefined for a process's own timer or disk. */
  readonly from: string | undefined;
  /** The incarnation of `to` it is meant for: timers and open connections die with a crash. 0: any. */
  readonly incarnation: number;
  readonly message: KernelMessage;
  readonly cause: Cause | undefined;
}

/** What every message has; the cluster's own union narrows it. */
export interface KernelMessage {
  readonly type: string;
}

/** A binary heap of appointments, earliest first, ordered by (at, seq). */
export interface Agenda {
  readonly heap: Appointment[];
}

export function createAgenda(): Agenda {
  return { heap: [] };
}

function before(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

/** Adds an appointment. O(log n). */
export function schedule(agenda: Agenda, appointment: Appointment): void {
  heapPush(agenda.heap, appointment, before);
}

/** The earliest appointment, left where it is. */
export function earliest(agenda: Agenda): Appointment | undefined {
  return agenda.heap[0];
}

/** Takes the earliest appointment off. O(log n). */
export function popEarliest(agenda: Agenda): Appointment | undefined {
  return heapPop(agenda.heap, before);
}
