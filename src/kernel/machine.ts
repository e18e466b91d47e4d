import type { Micros } from './time.ts';

/** A computer that processes run on. What it stores survives in its processes' `disk`. */
export interface Machine {
  readonly name: string;
  power: 'on' | 'off';
  /** How often it has been switched on; undefined until it is switched on again. */
  boots?: number;
  /** Latencies of a flushed write, in microseconds; one is drawn per flush. */
  fsyncMicros: readonly number[];
}

/** A solid-state disk: most flushes near one millisecond, the slowest of sixteen near four. */
export const SSD_FSYNC_MICROS: readonly Micros[] = [
  620, 680, 720, 760, 800, 830, 870, 910, 960, 1010, 1080, 1160, 1280, 1480, 1900, 3600,
];
