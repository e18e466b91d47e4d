import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';

/**
 * client-go's rate-limited work queue as plain data: a key waits at most once, is never worked on twice
 * at the same time, and a key added while it is worked on waits again afterwards.
 */
export interface WorkQueue {
  /** Keys that wait, in order, with the cause that woke each first. */
  readonly waiting: Map<string, Cause | undefined>;
  /** Keys that are worked on for longer than one look. */
  readonly processing: Set<string>;
  /** Added again while being worked on. */
  readonly again: Map<string, Cause | undefined>;
  /** Consecutive failures by key. */
  readonly failures: Map<string, number>;
  /** When a delayed key is due; the timer for any other instant is stale. */
  readonly dueAt: Map<string, Micros>;
}

export function createWorkQueue(): WorkQueue {
  return {
    waiting: new Map(),
    processing: new Set(),
    again: new Map(),
    failures: new Map(),
    dueAt: new Map(),
  };
}

/** Adds a key; one that waits already keeps its place. */
export function enqueue(queue: WorkQueue, key: string, cause: Cause | undefined): void {
  if (queue.processing.has(key)) {
    if (!queue.again.has(key)) queue.again.set(key, cause);
  } else if (!queue.waiting.has(key)) queue.waiting.set(key, cause);
}

/** Takes the next key to look at, with the cause that woke it. */
export function takeKey(
  queue: WorkQueue,
): { readonly key: string; readonly cause: Cause | undefined } | undefined {
  const { waiting } = queue;
  if (waiting.size === 0) return undefined;
  const key: string = waiting.keys().next().value as string; // There is one.
  const cause = waiting.get(key);
  waiting.delete(key);
  return { key, cause };
}

/** Begins work on a key that outlasts the look at it. */
export function holdKey(queue: WorkQueue, key: string): void {
  queue.processing.add(key);
}

/** Ends the work on a key. */
export function finishKey(queue: WorkQueue, key: string): void {
  const { again } = queue;
  queue.processing.delete(key);
  if (again.size === 0 || !again.has(key)) return;
  queue.waiting.set(key, again.get(key));
  again.delete(key);
}

/** Forgets a key's failures. */
export function forgetFailures(queue: WorkQueue, key: string): void {
  if (queue.failures.size > 0) queue.failures.delete(key);
}

/** Counts a failure and says how long to wait: 5 ms doubling to 1,000 s, as client-go's default limiter. */
export function backOff(queue: WorkQueue, key: string): Micros {
  const failures = queue.failures.get(key) ?? 0;
  queue.failures.set(key, failures + 1);
  return Math.min(5_000 * 2 ** Math.min(failures, 30), 1_000_000_000);
}

/** Notes that a key is due at `at`. True when the caller must set a timer: an earlier one does not exist. */
export function delayKey(queue: WorkQueue, key: string, at: Micros): boolean {
  const earlier = queue.dueAt.get(key);
  if (earlier !== undefined && earlier <= at) return false;
  queue.dueAt.set(key, at);
  return true;
}

/** A timer for a delayed key rang. True when the key is now due and was not meanwhile moved. */
export function keyIsDue(queue: WorkQueue, key: string, now: Micros): boolean {
  const at = queue.dueAt.get(key);
  if (at === undefined || at > now) return false;
  queue.dueAt.delete(key);
  return true;
}
