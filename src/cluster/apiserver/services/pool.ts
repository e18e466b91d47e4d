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

/** Frozen. */
export interface Promised {
  readonly key: string;
  readonly until: Micros;
  /** With several servers: whether the number is known to be nobody else's. */
  readonly claim: 'none' | 'asked' | 'held';
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
  const before = pool.promised.get(number);
  const claim = before?.key === key && before.until > now ? before.claim : 'none';
  pool.promised.set(number, Object.freeze({ key, until: now + PROMISE_HOLDS, claim }));
}

/** The numbers that a write under way has been given. */
export function promisedTo(
  pool: Pool,
  { key, now }: { readonly key: string; readonly now: Micros },
): readonly number[] {
  const numbers: number[] = [];
  for (const [number, promise] of pool.promised) {
    if (promise.key === key && promise.until > now) numbers.push(number);
  }
  return numbers;
}

/** Notes how far the claim on a promised number is. */
export function setClaim(pool: Pool, number: number, claim: Promised['claim']): void {
  const promise = pool.promised.get(number);
  if (promise !== undefined) pool.promised.set(number, Object.freeze({ ...promise, claim }));
}

/** Another server has given a number to somebody whose Service is not here yet. */
export function loseTo(pool: Pool, number: number, now: Micros): void {
  const until = now + PROMISE_HOLDS;
  pool.promised.set(number, Object.freeze({ key: ELSEWHERE, until, claim: 'none' }));
}

/** No Service has this key. */
const ELSEWHERE = '';

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
    except,
  }: {
    readonly key: string;
    readonly now: Micros;
    readonly stream: RandomStream;
    /** What the same write has been given for something else. */
    readonly except?: ReadonlySet<number>;
  },
): number | undefined {
  // A write that is decided once more keeps what it was given.
  for (const number of promisedTo(pool, { key, now })) {
    const isInside = number >= range.first && number < range.first + range.size;
    if (isInside && except?.has(number) !== true) return number;
  }
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
