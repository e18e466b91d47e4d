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

/**
 * Adds an appointment. O(log n). The heap is the one of `base/heap.ts`, written out here: every step goes through it,
 * and an order that is handed in as a function cannot be compiled into the loop.
 */
export function schedule({ heap }: Agenda, appointment: Appointment): void {
  let index = heap.length;
  heap.push(appointment);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as Appointment; // In range: 0 <= parentIndex < index.
    if (!before(appointment, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = appointment;
}

/** The earliest appointment, left where it is. */
export function earliest(agenda: Agenda): Appointment | undefined {
  return agenda.heap[0];
}

/** Takes the earliest appointment off. O(log n). */
export function popEarliest({ heap }: Agenda): Appointment | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return first;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    if (childIndex >= heap.length) break;
    let child = heap[childIndex] as Appointment; // In range by the check above.
    const right = heap[childIndex + 1];
    if (right !== undefined && before(right, child)) {
      child = right;
      childIndex += 1;
    }
    if (!before(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return first;
}
