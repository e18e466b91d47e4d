/** How many API requests were answered over virtual time, in equal buckets of a width that adapts. */
export interface Pulse {
  /** Microseconds that a bucket covers. */
  readonly width: number;
  /** Counts from the beginning of the world. */
  counts(): readonly number[];
  add(at: number, count: number): void;
  clear(): void;
  keep(): KeptPulse;
  take(kept: KeptPulse): void;
  /** Forgets what is later. */
  cut(at: number): void;
}

/** Counts as they were, to be had back. */
export interface KeptPulse {
  readonly width: number;
  readonly counts: readonly number[];
}

const BUCKETS_MAX = 4096;
const FIRST_WIDTH = 250_000;

/**
 * Begins with buckets of a quarter second; when four thousand are full, neighbours are added up and the
 * width doubles. So an hour and a month cost the same.
 */
export function createPulse(): Pulse {
  let width = FIRST_WIDTH;
  let counts: number[] = [];

  function halve(): void {
    const merged: number[] = [];
    for (let index = 0; index < counts.length; index += 2) {
      merged.push((counts[index] ?? 0) + (counts[index + 1] ?? 0));
    }
    counts = merged;
    width *= 2;
  }

  return {
    get width() {
      return width;
    },
    counts: () => counts,
    add(at, count) {
      if (count === 0 || at < 0) return;
      while (at / width >= BUCKETS_MAX) halve();
      const bucket = Math.floor(at / width);
      while (counts.length <= bucket) counts.push(0);
      counts[bucket] = (counts[bucket] ?? 0) + count;
    },
    clear() {
      width = FIRST_WIDTH;
      counts = [];
    },
    keep: () => ({ width, counts: [...counts] }),
    take(kept) {
      width = kept.width;
      counts = [...kept.counts];
    },
    cut(at) {
      counts.length = Math.min(counts.length, Math.floor(at / width) + 1);
    },
  };
}
