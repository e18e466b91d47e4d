import type { Micros } from './time.ts';

/** A computer that processes run on. What it stores survives in its processes' `disk`. */
export interface Machine {
  readonly name: string;
  power: 'on' | 'off';
  /** How often it has been switched on; undefined until it is switched on again. */
  boots?: number;
  /** When it was last switched on; undefined: at the beginning. */
  bootedAt?: Micros;
  /** Latencies of a flushed write, in microseconds; one is drawn per flush. */
  fsyncMicros: readonly number[];
  /** No write fits on its disk any more (ENOSPC). */
  diskFull?: boolean;
  /** Which share of a resource (`memory`, `disk`, `pids`) something takes that is none of its processes: 0 to 1. Frozen. */
  taken?: Readonly<Record<string, number>>;
  /** How far its clock is ahead of the true calendar; negative: behind. */
  clockSkewMicros?: Micros;
}

/** A solid-state disk: most flushes near one millisecond, the slowest of sixteen near four. */
export const SSD_FSYNC_MICROS: readonly Micros[] = [
  620, 680, 720, 760, 800, 830, 870, 910, 960, 1010, 1080, 1160, 1280, 1480, 1900, 3600,
];

/**
 * Latencies of a disk of which one flush in a hundred takes `p99Micros`: the same shape at every speed, half of the
 * flushes within a quarter of it. A hundred entries, of which each is drawn equally often.
 */
export function fsyncLatencies(p99Micros: Micros): readonly Micros[] {
  const latencies: Micros[] = [];
  for (let percent = 1; percent <= 100; percent++) {
    // From a tenth of the slowest, rising slowly at first and steeply at the end.
    const share = percent >= 99 ? 1 : 0.1 + 0.9 * (percent / 100) ** 4 + 0.1 * (percent / 100);
    latencies.push(Math.round(p99Micros * Math.min(share, 1)));
  }
  // Beyond the 99th the tail goes on: one flush in a hundred takes longer still.
  latencies[99] = 3 * p99Micros;
  return Object.freeze(latencies);
}
