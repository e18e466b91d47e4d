import { heapPop, heapPush } from '../../../base/heap.ts';
import type { Pod } from '../../../api/generated/types.ts';
import type { Cause } from '../../../kernel/cause.ts';
import type { Micros } from '../../../kernel/time.ts';

/**
 * The Pods that wait for a node, as plain data (kube-scheduler's scheduling queue): ready to be tried
 * (`active`), waiting for their backoff to end, or set aside until something changes that may help them.
 */
export interface SchedulingQueue {
  /** Every waiting Pod by `namespace/name`. */
  readonly entries: Map<string, QueuedEntry>;
  /** Tickets of Pods to be tried, best first. Stale ones are dropped when they come up. */
  readonly active: Ticket[];
  /** Tickets of Pods that back off, earliest end first: after a "no", and after a fault. */
  readonly backoff: Ticket[];
  readonly errorBackoff: Ticket[];
  /** Keys of Pods set aside, by the plugin that said no; under '' those that nobody turned down. */
  readonly setAside: Map<string, Set<string>>;
  activeCount: number;
  backoffCount: number;
  errorBackoffCount: number;
  setAsideCount: number;
  gatedCount: number;
  nextSerial: number;
  /** When the first of the Pods set aside may have waited too long; undefined: there are none. */
  lookAt: Micros | undefined;
  /** The world's microseconds at the last full second of the calendar differ by this much. */
  readonly secondOffset: Micros;
  readonly initialBackoff: Micros;
  readonly maxBackoff: Micros;
}

export type Place = 'active' | 'backoff' | 'errorBackoff' | 'setAside' | 'inCycle';

/** A waiting Pod. */
export interface QueuedEntry {
  readonly key: string;
  pod: Pod;
  place: Place;
  /** When it last came into the queue: its age among Pods of equal priority. */
  since: Micros;
  /** Tries so far. */
  attempts: number;
  /** Tries that found no node, and faults in a row: each lengthens the backoff. */
  refusals: number;
  faults: number;
  /** Plugins that said no, or wait for work of their own, at the last try. */
  rejectedBy: readonly string[];
  pendingOn: readonly string[];
  /** The plugin that keeps the Pod from being tried at all; empty: none. */
  gatedBy: string;
  /** The serial of its valid ticket. */
  ticket: number;
  /** Why it is tried next. */
  cause: Cause | undefined;
}

/** A place in a heap: what orders it, fixed when it was drawn. */
export interface Ticket {
  readonly key: string;
  readonly serial: number;
  /** Backoff: when it ends, in whole seconds of the calendar. Active: unused. */
  readonly until: Micros;
  readonly priority: number;
  readonly since: Micros;
}

const SECOND: Micros = 1_000_000;

/** A Pod set aside for so long is tried again whatever happened; looked for twice a minute. */
const SET_ASIDE_MAX: Micros = 300 * SECOND;
const LOOK_PERIOD: Micros = 30 * SECOND;

export function createQueue(options: {
  readonly epochMillis: number;
  readonly initialBackoff: Micros;
  readonly maxBackoff: Micros;
}): SchedulingQueue {
  return {
    entries: new Map(),
    active: [],
    backoff: [],
    errorBackoff: [],
    setAside: new Map(),
    activeCount: 0,
    backoffCount: 0,
    errorBackoffCount: 0,
    setAsideCount: 0,
    gatedCount: 0,
    nextSerial: 1,
    lookAt: undefined,
    secondOffset: (options.epochMillis % 1000) * 1000,
    initialBackoff: options.initialBackoff,
    maxBackoff: options.maxBackoff,
  };
}

/** A Pod, with its key, that has not been in the queue. It still needs a place. */
export function newEntry(
  queue: SchedulingQueue,
  key: string,
  pod: Pod,
  now: Micros,
  cause: Cause | undefined,
): QueuedEntry {
  const entry: QueuedEntry = {
    key,
    pod,
    place: 'inCycle',
    since: now,
    attempts: 0,
    refusals: 0,
    faults: 0,
    rejectedBy: NOBODY,
    pendingOn: NOBODY,
    gatedBy: '',
    ticket: 0,
    cause,
  };
  queue.entries.set(key, entry);
  return entry;
}

export const NOBODY: readonly string[] = Object.freeze([]);

/** Puts a Pod where it will be tried: priority decides, then age. */
export function makeActive(queue: SchedulingQueue, entry: QueuedEntry): void {
  if (entry.place !== 'inCycle') leavePlace(queue, entry);
  entry.place = 'active';
  queue.activeCount += 1;
  heapPush(queue.active, drawTicket(queue, entry, 0), goesFirst);
}

/** Lets a Pod wait until its backoff ends. */
export function makeBackOff(queue: SchedulingQueue, entry: QueuedEntry): void {
  const until = backoffEnd(queue, entry);
  leavePlace(queue, entry);
  if (entry.faults > 0) {
    entry.place = 'errorBackoff';
    queue.errorBackoffCount += 1;
    heapPush(queue.errorBackoff, drawTicket(queue, entry, until), endsFirst);
  } else {
    entry.place = 'backoff';
    queue.backoffCount += 1;
    heapPush(queue.backoff, drawTicket(queue, entry, until), endsFirst);
  }
}

/** Sets a Pod aside until something changes that may help it. */
export function setAside(queue: SchedulingQueue, entry: QueuedEntry): void {
  leavePlace(queue, entry);
  entry.place = 'setAside';
  queue.setAsideCount += 1;
  if (entry.gatedBy !== '') queue.gatedCount += 1;
  expectLook(queue, entry);
  for (const plugin of wakersOf(entry)) {
    let keys = queue.setAside.get(plugin);
    if (keys === undefined) {
      keys = new Set();
      queue.setAside.set(plugin, keys);
    }
    keys.add(entry.key);
  }
}

/**
 * Takes the next Pod to be tried. When none is ready, one that backs off after a "no" is taken early: the
 * scheduler has nothing better to do (v1.35, SchedulerPopFromBackoffQ).
 */
export function takeNext(queue: SchedulingQueue): QueuedEntry | undefined {
  const entry =
    takeFrom(queue, queue.active, 'active', goesFirst) ??
    takeFrom(queue, queue.backoff, 'backoff', endsFirst);
  if (entry === undefined) return undefined;
  leavePlace(queue, entry);
  entry.place = 'inCycle';
  entry.attempts += 1;
  entry.rejectedBy = NOBODY;
  entry.pendingOn = NOBODY;
  entry.gatedBy = '';
  return entry;
}

/** Forgets a Pod. */
export function dropEntry(queue: SchedulingQueue, key: string): QueuedEntry | undefined {
  const entry = queue.entries.get(key);
  if (entry === undefined) return undefined;
  if (entry.place !== 'inCycle') leavePlace(queue, entry);
  queue.entries.delete(key);
  return entry;
}

/** Makes every Pod active whose backoff has ended. */
export function endBackoffs(queue: SchedulingQueue, now: Micros): void {
  for (const heap of [queue.backoff, queue.errorBackoff]) {
    for (;;) {
      const ticket = heap[0];
      if (ticket === undefined) break;
      const entry = holderOf(queue, ticket);
      if (entry !== undefined && isWithin(queue, ticket.until, now)) break;
      heapPop(heap, endsFirst);
      if (entry !== undefined) makeActive(queue, entry);
    }
  }
}

/** The Pods that have been set aside for too long. Those behind scheduling gates cannot be tried in any case. */
export function overdueEntries(queue: SchedulingQueue, now: Micros): readonly QueuedEntry[] {
  if (queue.lookAt === undefined || queue.lookAt > now) return NO_ENTRIES;
  queue.lookAt = undefined;
  const overdue: QueuedEntry[] = [];
  for (const entry of queue.entries.values()) {
    if (entry.place !== 'setAside' || entry.gatedBy !== '') continue;
    if (now - entry.since > SET_ASIDE_MAX) overdue.push(entry);
    else expectLook(queue, entry);
  }
  return overdue;
}

/** When the queue must be looked at next; undefined when nobody waits for a time. */
export function nextFlush(queue: SchedulingQueue): Micros | undefined {
  const { lookAt, backoff, errorBackoff } = queue;
  // Asked after every step, and mostly nobody backs off.
  if (backoff.length === 0 && errorBackoff.length === 0) return lookAt;
  const ends = nextBackoffEnd(queue);
  if (lookAt === undefined || ends === undefined) return ends ?? lookAt;
  return Math.min(ends, lookAt);
}

const NO_ENTRIES: readonly QueuedEntry[] = Object.freeze([]);

function expectLook(queue: SchedulingQueue, entry: QueuedEntry): void {
  if (entry.gatedBy !== '') return;
  const overdueAt = entry.since + SET_ASIDE_MAX;
  const at = (Math.floor(overdueAt / LOOK_PERIOD) + 1) * LOOK_PERIOD;
  if (queue.lookAt === undefined || at < queue.lookAt) queue.lookAt = at;
}

function nextBackoffEnd(queue: SchedulingQueue): Micros | undefined {
  const { backoff, errorBackoff } = queue;
  const first = validHead(queue, backoff, endsFirst);
  const firstOfFaults = validHead(queue, errorBackoff, endsFirst);
  if (first === undefined)
    return firstOfFaults === undefined ? undefined : firstOfFaults.until + SECOND;
  if (firstOfFaults === undefined) return first.until + SECOND;
  return Math.min(first.until, firstOfFaults.until) + SECOND;
}

/** Whether the Pod's last try is too recent for another. */
export function isBackingOff(queue: SchedulingQueue, entry: QueuedEntry, now: Micros): boolean {
  return isWithin(queue, backoffEnd(queue, entry), now);
}

/** The plugins whose events concern a Pod that is set aside; '' when no plugin turned it down. */
export function wakersOf(entry: QueuedEntry): readonly string[] {
  if (entry.rejectedBy.length === 0 && entry.pendingOn.length === 0) return ANYTHING;
  if (entry.pendingOn.length === 0) return entry.rejectedBy;
  return [...new Set([...entry.rejectedBy, ...entry.pendingOn])];
}

const ANYTHING: readonly string[] = Object.freeze(['']);

/** One second after the first "no", doubling up to ten; faults count by themselves. */
function backoffEnd(queue: SchedulingQueue, entry: QueuedEntry): Micros {
  const count = entry.faults > 0 ? entry.faults : entry.refusals;
  const duration =
    count === 0
      ? 0
      : Math.min(queue.maxBackoff, queue.initialBackoff * 2 ** Math.min(count - 1, 30));
  return wholeSecond(queue, entry.since + duration);
}

/** Backoffs end by whole seconds of the calendar: Pods of one second are tried in order of priority. */
function wholeSecond(queue: SchedulingQueue, at: Micros): Micros {
  return Math.floor((at + queue.secondOffset) / SECOND) * SECOND - queue.secondOffset;
}

function isWithin(queue: SchedulingQueue, until: Micros, now: Micros): boolean {
  return wholeSecond(queue, now) <= until;
}

function drawTicket(queue: SchedulingQueue, entry: QueuedEntry, until: Micros): Ticket {
  const serial = queue.nextSerial++;
  entry.ticket = serial;
  const priority = entry.pod.spec.priority ?? 0;
  return Object.freeze({ key: entry.key, serial, until, priority, since: entry.since });
}

/** PrioritySort, with the order of arrival for full ties. */
function goesFirst(a: Ticket, b: Ticket): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.since !== b.since) return a.since < b.since;
  return a.serial < b.serial;
}

function endsFirst(a: Ticket, b: Ticket): boolean {
  return a.until === b.until ? goesFirst(a, b) : a.until < b.until;
}

function holderOf(queue: SchedulingQueue, ticket: Ticket): QueuedEntry | undefined {
  const entry = queue.entries.get(ticket.key);
  return entry?.ticket === ticket.serial ? entry : undefined;
}

function takeFrom(
  queue: SchedulingQueue,
  heap: Ticket[],
  place: Place,
  before: (a: Ticket, b: Ticket) => boolean,
): QueuedEntry | undefined {
  for (;;) {
    const ticket = heapPop(heap, before);
    if (ticket === undefined) return undefined;
    const entry = holderOf(queue, ticket);
    if (entry?.place === place) return entry;
  }
}

function validHead(
  queue: SchedulingQueue,
  heap: Ticket[],
  before: (a: Ticket, b: Ticket) => boolean,
): Ticket | undefined {
  for (;;) {
    const ticket = heap[0];
    if (ticket === undefined || holderOf(queue, ticket) !== undefined) return ticket;
    heapPop(heap, before);
  }
}

/** Takes a Pod out of its place, before what it was placed by is changed. */
export function leavePlace(queue: SchedulingQueue, entry: QueuedEntry): void {
  if (entry.place === 'inCycle') return;
  switch (entry.place) {
    case 'active':
      queue.activeCount -= 1;
      break;
    case 'backoff':
      queue.backoffCount -= 1;
      break;
    case 'errorBackoff':
      queue.errorBackoffCount -= 1;
      break;
    case 'setAside':
      queue.setAsideCount -= 1;
      if (entry.gatedBy !== '') queue.gatedCount -= 1;
      for (const plugin of wakersOf(entry)) {
        const keys = queue.setAside.get(plugin);
        keys?.delete(entry.key);
        if (keys?.size === 0) queue.setAside.delete(plugin);
      }
      break;
    default:
      break;
  }
  const { place } = entry;
  // Whatever ticket it held is void.
  entry.ticket = 0;
  entry.place = 'inCycle';
  if (place === 'active') dropVoid(queue, queue.active, queue.activeCount, goesFirst);
  else if (place === 'backoff') dropVoid(queue, queue.backoff, queue.backoffCount, endsFirst);
  else if (place === 'errorBackoff')
    dropVoid(queue, queue.errorBackoff, queue.errorBackoffCount, endsFirst);
}

/** So many void tickets are left lying in any case. */
const VOID_MAX = 64;

/**
 * Void tickets are dropped when they come up. Those of a scheduler that stands by never do: when most of a heap is void, it
 * is made anew. The order has no ties, so nobody is tried earlier or later for it.
 */
function dropVoid(
  queue: SchedulingQueue,
  heap: Ticket[],
  valid: number,
  before: (a: Ticket, b: Ticket) => boolean,
): void {
  if (heap.length <= 2 * valid + VOID_MAX) return;
  const left = heap.filter((ticket) => holderOf(queue, ticket) !== undefined);
  // An array in order is a heap.
  heap.splice(0, heap.length, ...left.sort((a, b) => (before(a, b) ? -1 : 1)));
}
