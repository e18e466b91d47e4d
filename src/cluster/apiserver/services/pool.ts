import { below, type RandomStream } from '../../../kernel/random.ts';
import { MINUTE, type Micros } from '../../../kernel/time.ts';

/**
 * Numbers that are given out once each: addresses of Services, ports of nodes. What stored Services hold is copied from
 * the watch cache; what a write under way has been given is held for a while beside it.
 */
export interface Pool {
  /** Number → key of the Service that has it. */
  readonly taken: Map<number, string>;
  /** Number → who was given it by a write that is under way. */
  readonly promised: Map<number, Promised>;
}

interface Promised {
  readonly key: string;
  readonly until: Micros;
}

const PROMISE_HOLDS: Micros = MINUTE;

export function emptyPool(): Pool {
  return { taken: new Map(), promised: new Map() };
}

/** Whether `key` may have a number. */
export function isFree(
  pool: Pool,
  number: number,
  { key, now }: { key: string; now: Micros },
): boolean {
  const owner = pool.taken.get(number);
  if (owner !== undefined && owner !== key) return false;
  const promise = pool.promised.get(number);
  return promise === undefined || promise.key === key || promise.until <= now;
}

/** Holds a number for a write. */
export function promise(
  pool: Pool,
  number: number,
  { key, now }: { key: string; now: Micros },
): void {
  pool.promised.set(number, Object.freeze({ key, until: now + PROMISE_HOLDS }));
}

/** A Service has come to hold a number. */
export function take(pool: Pool, number: number, key: string): void {
  pool.taken.set(number, key);
  pool.promised.delete(number);
}

/** A Service has given a number up. */
export function release(pool: Pool, number: number, key: string): void {
  if (pool.taken.get(number) === key) pool.taken.delete(number);
}

/**
 * Draws a free number of a range. As upstream's allocators, it prefers the upper part, so that the lower one stays for
 * those who choose a number themselves. Undefined when all are taken.
 */
export function draw(
  pool: Pool,
  range: { readonly first: number; readonly size: number; readonly lowerPart: number },
  {
    key,
    now,
    stream,
  }: { readonly key: string; readonly now: Micros; readonly stream: RandomStream },
): number | undefined {
  const upper = range.first + range.lowerPart;
  return (
    drawFrom(pool, { first: upper, size: range.size - range.lowerPart }, { key, now, stream }) ??
    drawFrom(pool, { first: range.first, size: range.lowerPart }, { key, now, stream })
  );
}

function drawFrom(
  pool: Pool,
  { first, size }: { readonly first: number; readonly size: number },
  {
    key,
    now,
    stream,
  }: { readonly key: string; readonly now: Micros; readonly stream: RandomStream },
): number | undefined {
  if (size <= 0) return undefined;
  const begin = below(stream, size);
  for (let step = 0; step < size; step++) {
    const number = first + ((begin + step) % size);
    if (!isFree(pool, number, { key, now })) continue;
    promise(pool, number, { key, now });
    return number;
  }
  return undefined;
}
