import type { Checkpoint } from '../../kernel/checkpoint.ts';
import type { Micros } from '../../kernel/time.ts';

/** A checkpoint on the way, and how many acts had been recorded before it. */
export interface Moment {
  readonly checkpoint: Checkpoint;
  readonly acts: number;
}

/** Where a world stands: between two appointments, or between an appointment and the next. */
export interface Position {
  /** Appointments kept so far. */
  readonly steps: number;
  readonly now: Micros;
}

/** Whether a position lies at or before another. Steps decide first: several are taken at one instant. */
export function isBy(position: Position, other: Position): boolean {
  if (position.steps !== other.steps) return position.steps < other.steps;
  return position.now <= other.now;
}

/**
 * Leaves out one of too many moments: the one whose neighbours are closest together as seen from the last. So recent time has
 * many and old time few, and to go back takes about the same share of the way everywhere. The first stays: without it time
 * would have no beginning.
 */
export function thin(moments: Moment[]): void {
  const last = moments.at(-1);
  if (last === undefined) return;
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 1; at + 1 < moments.length; at++) {
    const before = moments[at - 1];
    const after = moments[at + 1];
    if (before === undefined || after === undefined) continue;
    const gap = after.checkpoint.now - before.checkpoint.now;
    const age = last.checkpoint.now - before.checkpoint.now;
    const share = gap / Math.max(age, 1);
    if (share < least) {
      least = share;
      best = at;
    }
  }
  moments.splice(best, 1);
}

/** The last moment by a position; the first of all where there is none. */
export function lastBy(moments: readonly Moment[], target: Position): Moment | undefined {
  let found = moments[0];
  for (const moment of moments) {
    if (!isBy(moment.checkpoint, target)) break;
    found = moment;
  }
  return found;
}
