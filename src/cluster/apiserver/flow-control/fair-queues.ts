import type { Micros } from '../../../kernel/time.ts';
import type { FairQueue, LevelState, Waiting } from './state.ts';

/**
 * Fair queuing in one priority level (upstream: fairqueuing/queueset). Every queue with something to do is owed the
 * same share of the seats. A common measure of progress grows while time passes; a queue's next request is due when
 * the measure reaches the end of what the queue has had, so whoever asks little is served at once, however long the
 * queue of another is.
 */

/** What a request is taken to cost before it is known: upstream's first estimate. */
const ESTIMATE: Micros = 3000;

/** Moves the measure on to now. Call before anything changes. */
export function advance(level: LevelState, now: Micros): void {
  const passed = now - level.progressAt;
  level.progressAt = now;
  const active = level.queues.size;
  if (active === 0 || passed === 0) return;
  // Seats of requests that were never queued are nobody's share.
  level.progress += (passed * level.fairInUse) / active;
}

/** The queue of a hand that has the least to do; the first of equals. */
export function shortest(level: LevelState, hand: readonly number[]): number {
  let best = hand[0] ?? 0;
  let least = Infinity;
  for (const number of hand) {
    const queue = level.queues.get(number);
    const seats = queue === undefined ? 0 : queue.seatsWaiting + queue.seatsInUse;
    if (seats >= least) continue;
    best = number;
    least = seats;
  }
  return best;
}

/** Puts a request at the end of a queue. */
export function enqueue(level: LevelState, number: number, waiting: Waiting): void {
  let queue = level.queues.get(number);
  if (queue === undefined) {
    queue = { number, nextStart: level.progress, seatsInUse: 0, seatsWaiting: 0, requests: [] };
    level.queues.set(number, queue);
  }
  queue.requests.push(Object.freeze(waiting));
  queue.seatsWaiting += waiting.width;
  level.waiting += 1;
  level.seatsWaiting += waiting.width;
}

/** Takes the request that is due first; undefined when none waits or its seats are not free. */
export function dequeue(
  level: LevelState,
): { readonly waiting: Waiting; readonly queue: number } | undefined {
  let chosen: FairQueue | undefined;
  let earliest = Infinity;
  for (const queue of level.queues.values()) {
    const head = queue.requests[0];
    if (head === undefined) continue;
    const end = queue.nextStart + head.width * ESTIMATE;
    if (
      end > earliest ||
      (end === earliest && chosen !== undefined && queue.number > chosen.number)
    )
      continue;
    earliest = end;
    chosen = queue;
  }
  const waiting = chosen?.requests[0];
  if (chosen === undefined || waiting === undefined) return undefined;
  // One that is wider than the level ever is runs alone.
  if (level.inUse > 0 && level.inUse + waiting.width > level.limit) return undefined;
  chosen.requests.shift();
  forget(level, chosen, waiting);
  chosen.seatsInUse += waiting.width;
  level.fairInUse += waiting.width;
  chosen.nextStart += waiting.width * ESTIMATE;
  return { waiting, queue: chosen.number };
}

/** A request that came from a queue has been answered: what it really took is charged to the queue. */
export function finish(
  level: LevelState,
  done: { readonly queue: number; readonly width: number; readonly took: Micros },
): void {
  const queue = level.queues.get(done.queue);
  if (queue === undefined) return;
  queue.seatsInUse -= done.width;
  level.fairInUse -= done.width;
  queue.nextStart += done.width * (done.took - ESTIMATE);
  dropIfIdle(level, queue);
}

/** Takes out of all queues what is no longer to be run. */
export function takeOut(
  level: LevelState,
  isOver: (waiting: Waiting) => boolean,
): readonly Waiting[] {
  const out: Waiting[] = [];
  for (const queue of level.queues.values()) {
    for (let at = queue.requests.length - 1; at >= 0; at--) {
      const waiting = queue.requests[at];
      if (waiting === undefined || !isOver(waiting)) continue;
      queue.requests.splice(at, 1);
      forget(level, queue, waiting);
      out.push(waiting);
    }
    dropIfIdle(level, queue);
  }
  return out.reverse();
}

function forget(level: LevelState, queue: FairQueue, { width }: Waiting): void {
  queue.seatsWaiting -= width;
  level.waiting -= 1;
  level.seatsWaiting -= width;
}

function dropIfIdle(level: LevelState, queue: FairQueue): void {
  if (queue.requests.length === 0 && queue.seatsInUse === 0) level.queues.delete(queue.number);
}
