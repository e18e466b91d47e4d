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

/**
 * Appointments, earliest first, ordered by (at, seq): two binary heaps. Packets and flushes arrive within moments, and
 * are most of what happens; timers wait for seconds, and are most of what is there. In one heap every packet would have
 * to climb past all the timers and sink below them again.
 */
export interface Agenda {
  /** What lay beyond the horizon when it was put there. */
  readonly heap: Appointment[];
  /** What lay before it. */
  readonly near: Appointment[];
  /** Where a new appointment belongs. Only the cost depends on it, never the order. */
  horizon: Micros;
}

/** How far ahead is near: longer than packets and most flushes take. */
const NEAR: Micros = 10_000;

export function createAgenda(): Agenda {
  return { heap: [], near: [], horizon: 0 };
}

/** The same appointments, to be kept apart from now on. */
export function copyAgenda({ heap, near, horizon }: Agenda): Agenda {
  return { heap: heap.slice(), near: near.slice(), horizon };
}

function before(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

/**
 * Adds an appointment. O(log n). The heap is the one of `base/heap.ts`, written out here: every step goes through it,
 * and an order that is handed in as a function cannot be compiled into the loop.
 */
export function schedule(agenda: Agenda, appointment: Appointment): void {
  const { at, seq } = appointment;
  const heap = at < agenda.horizon ? agenda.near : agenda.heap;
  let index = heap.length;
  heap.push(appointment);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as Appointment; // In range: 0 <= parentIndex < index.
    if (parent.at < at || (parent.at === at && parent.seq < seq)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = appointment;
}

/** The earliest appointment, left where it is. */
export function earliest(agenda: Agenda): Appointment | undefined {
  const near = agenda.near[0];
  const far = agenda.heap[0];
  return near === undefined || (far !== undefined && before(far, near)) ? far : near;
}

/** Takes the earliest appointment off. O(log n). */
export function popEarliest(agenda: Agenda): Appointment | undefined {
  return popDue(agenda, Number.POSITIVE_INFINITY);
}

/** Takes the earliest appointment off, unless it lies after `until`: then it stays. O(log n). */
export function popDue(agenda: Agenda, until: Micros): Appointment | undefined {
  const near = agenda.near[0];
  const far = agenda.heap[0];
  if (near !== undefined && (far === undefined || before(near, far)))
    return near.at > until ? undefined : popFrom(agenda.near);
  if (far === undefined || far.at > until) return undefined;
  agenda.horizon = far.at + NEAR;
  return popFrom(agenda.heap);
}

function popFrom(heap: Appointment[]): Appointment | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return first;
  const { at, seq } = last;
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
    if (child.at > at || (child.at === at && child.seq > seq)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return first;
}
