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
  /** The sender of a packet; undefined for a process's own timer or disk; `KERNEL`. */
  readonly from: string | undefined;
  /** The life of `to` that it is meant for: timers and open connections die with a crash. 0: any. */
  readonly life: number;
  readonly message: KernelMessage;
  readonly cause: Cause | undefined;
}

/** What every message has; the cluster's own union narrows it. */
export interface KernelMessage {
  readonly type: string;
}

/**
 * Whom the kernel's own appointments come from, of which processes know nothing: no process has this name. Those that
 * are also addressed to it are kept by the layer above.
 */
export const KERNEL = '';

/**
 * Appointments, earliest first, ordered by (at, seq). What comes before the horizon is a short list in order: packets
 * and flushes arrive within moments, are most of what happens, and come nearly in the order in which they are sent.
 * What lies beyond is a binary heap: timers wait for seconds, and are most of what is there.
 */
export interface Agenda {
  /** From the horizon on. */
  readonly heap: Appointment[];
  /** Before the horizon, in ascending order: all of it comes before all of the heap. */
  readonly near: Appointment[];
  horizon: Micros;
}

/** How far ahead is near: longer than packets and most flushes take. */
const NEAR: Micros = 10_000;

/**
 * What stands in a heap's new place until it is filled. It has no time: an engine that has met nothing but numbers in a
 * field, and some of them large, copies each into an object of its own when it is read and when it is written.
 */
const EMPTY_PLACE: Appointment = {
  at: undefined as unknown as Micros, // Never looked at.
  seq: 0,
  to: '',
  from: undefined,
  life: 0,
  message: { type: '' },
  cause: undefined,
};

export function createAgenda(): Agenda {
  return { heap: [], near: [], horizon: 0 };
}

/** The same appointments, to be kept apart from now on. */
export function copyAgenda({ heap, near, horizon }: Agenda): Agenda {
  return { heap: heap.slice(), near: near.slice(), horizon };
}

/**
 * Adds an appointment, whose `seq` is greater than that of every other one there. Near ones go behind those of the
 * same instant and before the few that are later; far ones cost O(log n).
 */
export function schedule(agenda: Agenda, appointment: Appointment): void {
  const { at } = appointment;
  if (at >= agenda.horizon) {
    const { heap } = agenda;
    heap.push(EMPTY_PLACE);
    climb(heap, heap.length - 1, appointment);
    return;
  }
  const { near } = agenda;
  let index = near.length;
  near.push(appointment);
  if (index > LOOK_BACK && (near[index - LOOK_BACK] as Appointment).at > at) {
    near.pop();
    near.splice(placeOf(near, at), 0, appointment);
    return;
  }
  // All indices are in range: 0 <= index - 1 < length.
  let earlier = index > 0 ? (near[index - 1] as Appointment) : appointment;
  if (earlier.at <= at) return;
  do {
    near[index] = earlier;
    index -= 1;
    if (index === 0) break;
    earlier = near[index - 1] as Appointment;
  } while (earlier.at > at);
  near[index] = appointment;
}

/** Where more than so many are later, the place is looked for from the middle: a thousand may watch one object. */
const LOOK_BACK = 32;

/** The place behind everything up to and including an instant. O(log n). */
function placeOf(near: readonly Appointment[], at: Micros): number {
  let low = 0;
  let high = near.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((near[middle] as Appointment).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The earliest appointment, left where it is. */
export function earliest({ near, heap }: Agenda): Appointment | undefined {
  return near.length > 0 ? near[0] : heap[0];
}

/**
 * Fills the near part, which is empty, unless nothing is due up to and including `until`; whether it has. The kernel
 * takes what is due off the front of the near part by itself, as it does so at every step.
 */
export function fillNear(agenda: Agenda, until: Micros): boolean {
  const { near, heap } = agenda;
  const far = heap[0];
  if (far === undefined || far.at > until) return false;
  const horizon = far.at + NEAR;
  agenda.horizon = horizon;
  for (let next: Appointment | undefined = far; next !== undefined && next.at < horizon; ) {
    near.push(next);
    sink(heap);
    next = heap[0];
  }
  return true;
}

/**
 * Puts an appointment into the empty place of a heap, or above it. The heap is the one of `base/heap.ts`, written out
 * here and below: an order that is handed in as a function cannot be compiled into the loop.
 */
function climb(heap: Appointment[], from: number, appointment: Appointment): void {
  const { at, seq } = appointment;
  let index = from;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as Appointment; // In range: 0 <= parentIndex < index.
    const ahead = parent.at - at;
    if (ahead < 0 || (ahead === 0 && parent.seq < seq)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = appointment;
}

/**
 * Takes the first appointment out of a heap that has one. The earlier child goes up all the way, and the last
 * appointment, which is rarely early, climbs from there.
 */
function sink(heap: Appointment[]): void {
  const last = heap.pop();
  const { length } = heap;
  if (length === 0 || last === undefined) return;
  let index = 0;
  for (let childIndex = 1; childIndex < length; childIndex = 2 * index + 1) {
    let child = heap[childIndex] as Appointment; // In range, as is the next by its own check.
    if (childIndex + 1 < length) {
      const right = heap[childIndex + 1] as Appointment;
      const ahead = right.at - child.at;
      if (ahead < 0 || (ahead === 0 && right.seq < child.seq)) {
        child = right;
        childIndex += 1;
      }
    }
    heap[index] = child;
    index = childIndex;
  }
  climb(heap, index, last);
}
