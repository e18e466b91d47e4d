import { LANES, type History, type Lane, type Span } from './history.ts';

/** The arithmetic of the timeline: which stretch of time is shown, and where a span lies in it. */

export interface TimeWindow {
  /** Microseconds since the world began. */
  readonly from: number;
  readonly to: number;
}

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Lengths that a window may have: what people say, not what a division gives. */
const LENGTHS: readonly number[] = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  12 * HOUR,
  24 * HOUR,
  96 * HOUR,
];

/** A wall-clock minute and a half should fit, at whatever speed. */
const WALL_MICROS = 90 * SECOND;
/** Where the playhead stands once the window is full: the rest is the future's. */
export const PLAYHEAD_SHARE = 0.9;

export function windowLength(speed: number): number {
  const wanted = Math.max(speed, 1) * WALL_MICROS;
  return LENGTHS.find((length) => length >= wanted) ?? LENGTHS[LENGTHS.length - 1] ?? HOUR;
}

export function windowAt(now: number, length: number): TimeWindow {
  const from = Math.max(0, now - length * PLAYHEAD_SHARE);
  return { from, to: from + length };
}

/** The same while the clock is set back: the present stays where it was as long as the playhead can be seen too. */
export function windowAround(
  { now, present }: { readonly now: number; readonly present: number },
  length: number,
): TimeWindow {
  const window = windowAt(present, length);
  if (now >= window.from) return window;
  const from = Math.max(0, now - length * (1 - PLAYHEAD_SHARE));
  return { from, to: from + length };
}

const STEPS: readonly number[] = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  24 * HOUR,
];

/** Round moments in a window, at most `most` of them. */
export function ticksOf({ from, to }: TimeWindow, most: number): readonly number[] {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? 24 * HOUR;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** A span with its place: rows of one lane never overlap. */
export interface PlacedSpan {
  readonly span: Span;
  readonly lane: number;
  readonly row: number;
  readonly rows: number;
}

/** More rows than this in a lane would be too thin to see; later ones share the last. */
const ROWS_MAX = 3;

/** The spans that touch the window, each in the first row of its lane that is free. */
export function placeSpans(
  history: History,
  window: TimeWindow,
  now: number,
): readonly PlacedSpan[] {
  return LANES.flatMap((lane, at) => placeLane(history, lane, at, window, now));
}

function placeLane(
  history: History,
  lane: Lane,
  at: number,
  window: TimeWindow,
  now: number,
): readonly PlacedSpan[] {
  const ends: number[] = [];
  const placed: { span: Span; row: number }[] = [];
  for (const span of history.spans(lane)) {
    const to = span.to ?? now;
    if (to < window.from || span.from > window.to) continue;
    let row = ends.findIndex((end) => end <= span.from);
    if (row < 0) row = Math.min(ends.length, ROWS_MAX - 1);
    ends[row] = Math.max(ends[row] ?? 0, to);
    placed.push({ span, row });
  }
  return placed.map((each) => ({ ...each, lane: at, rows: Math.max(ends.length, 1) }));
}
