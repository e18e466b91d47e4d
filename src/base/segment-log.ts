/**
 * A list that grows at its end and loses its front, in segments. A full segment is frozen, so that checkpoints
 * share it: copying a long history costs its newest few items and one reference for each segment.
 */
export interface SegmentLog<T> {
  /** The number of the oldest item kept. */
  first: number;
  /** The number that the next item gets. */
  next: number;
  /** The number of the first item of the first segment, at most `first`. */
  base: number;
  readonly segments: (readonly T[])[];
  tail: T[];
}

const SEGMENT_BITS = 8;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;

/** A log without items whose first item will have the number `first`. */
export function createSegmentLog<T>(first: number): SegmentLog<T> {
  return { first, next: first, base: first, segments: [], tail: [] };
}

/** Adds an item, which must be immutable. O(1). */
export function appendToLog<T>(log: SegmentLog<T>, item: T): void {
  if (log.tail.length === SEGMENT_SIZE) closeSegment(log);
  log.tail.push(item);
  log.next += 1;
}

/** The tail is full. By itself, as it is rare: what was compiled before it first happened could not go on. */
function closeSegment<T>(log: SegmentLog<T>): void {
  log.segments.push(Object.freeze(log.tail));
  log.tail = [];
}

/** The item of that number; undefined where the log has none. O(1). */
export function logItem<T>(log: SegmentLog<T>, number: number): T | undefined {
  if (number < log.first || number >= log.next) return undefined;
  const offset = number - log.base;
  const segment = log.segments[offset >> SEGMENT_BITS] ?? log.tail;
  return segment[offset & (SEGMENT_SIZE - 1)];
}

/** The newest item; undefined where the log has none. O(1). */
export function lastItem<T>(log: SegmentLog<T>): T | undefined {
  const { first, next, tail } = log;
  // After a full segment was taken back the tail may be empty.
  return first < next && tail.length > 0 ? tail[tail.length - 1] : logItem(log, next - 1);
}

/** Forgets everything before `number`. Memory is given back a segment at a time. */
export function dropLogBefore<T>(log: SegmentLog<T>, number: number): void {
  if (number <= log.first) return;
  log.first = Math.min(number, log.next);
  let full = 0;
  while (full < log.segments.length && log.base + (full + 1) * SEGMENT_SIZE <= log.first) full += 1;
  if (full === 0) return;
  log.segments.splice(0, full);
  log.base += full * SEGMENT_SIZE;
}

/** Takes back every item from `number` on, so that `number` is the next one's. */
export function truncateLog<T>(log: SegmentLog<T>, number: number): void {
  if (number >= log.next) return;
  const to = Math.max(number, log.first);
  let offset = to - log.base;
  const segment = offset >> SEGMENT_BITS;
  offset &= SEGMENT_SIZE - 1;
  const kept = log.segments[segment] ?? log.tail;
  // A full segment is frozen, perhaps shared: what is left of it is copied.
  log.tail = kept.slice(0, offset);
  if (segment < log.segments.length) log.segments.splice(segment);
  log.next = to;
}
