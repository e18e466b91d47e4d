import type { StatusClass } from '../bridge/cards.ts';
import { createPulse, type KeptPulse, type Pulse } from './pulse.ts';

/** The lanes of the timeline, top to bottom. */
export type Lane = 'you' | 'workloads' | 'scheduler' | 'nodes' | 'control-plane';

export const LANES: readonly Lane[] = ['you', 'workloads', 'scheduler', 'nodes', 'control-plane'];

/** A stretch of virtual time in which something held. `to` is undefined while it still holds. */
export interface Span {
  readonly key: string;
  readonly lane: Lane;
  readonly from: number;
  readonly to: number | undefined;
  readonly statusClass: StatusClass;
  readonly label: string;
  /** What to select when it is clicked: an object's uid or `component:…`; empty for nothing. */
  readonly about: string;
}

/** What holds now, as somebody would draw it; the history finds out when it began and ends. */
export interface SpanState {
  readonly lane: Lane;
  readonly statusClass: StatusClass;
  readonly label: string;
  readonly about: string;
}

/** Something that happened at one moment: a person's act. */
export interface Mark {
  readonly at: number;
  readonly label: string;
  readonly failed: boolean;
  /** How many acts had been recorded before it; undefined: nothing is recorded. */
  readonly acts?: number | undefined;
}

/** A history as it was, to be had back. */
export interface KeptHistory {
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  readonly pulse: KeptPulse;
}

/** What the timeline draws. Times are microseconds since the world began. */
export interface History {
  spans(lane: Lane): readonly Span[];
  marks(): readonly Mark[];
  readonly pulse: Pulse;
  /** The span of a key that still holds, or undefined. */
  open(key: string): Span | undefined;
  /** When what held under a key at a moment had begun. */
  since(key: string, now: number): number | undefined;
}

export interface WritableHistory extends History {
  /** Level-triggered: states what holds under `key` now, or that nothing does (`undefined`). */
  state(key: string, state: SpanState | undefined, now: number): void;
  /** How a span ends that was good in the end: its colour changes when it closes. */
  close(key: string, statusClass: StatusClass, now: number): void;
  mark(mark: Mark): void;
  clear(): void;
  keep(): KeptHistory;
  /** Takes a history that was kept in the place of this one. */
  take(kept: KeptHistory): void;
  /** Forgets what began at a moment or later, and every act but the first so many: what held before holds still. */
  cut(now: number, acts: number): void;
}

/** Bounds of what is remembered: beyond them the oldest go. */
const SPANS_PER_LANE_MAX = 400;
const MARKS_MAX = 400;
/** What stops and goes on within this time did not stop: a queue that is empty between two Pods. */
const BREATH_MICROS = 1_500_000;

export function createHistory(): WritableHistory {
  const spansByLane = new Map<Lane, Span[]>(LANES.map((lane) => [lane, []]));
  const open = new Map<string, Span>();
  let marks: Mark[] = [];
  const pulse = createPulse();

  function replace(old: Span, next: Span): void {
    const list = spansByLane.get(old.lane) ?? [];
    const index = list.lastIndexOf(old);
    if (index >= 0) list[index] = next;
  }

  function begin(key: string, state: SpanState, now: number): void {
    const list = spansByLane.get(state.lane) ?? [];
    const last = list.findLast((each) => each.key === key);
    if (last?.to !== undefined && now - last.to < BREATH_MICROS && last.label === state.label) {
      const again: Span = { ...last, ...state, to: undefined };
      replace(last, again);
      open.set(key, again);
      return;
    }
    const span: Span = { key, ...state, from: now, to: undefined };
    list.push(span);
    if (list.length > SPANS_PER_LANE_MAX) {
      const gone = list.shift();
      if (gone !== undefined && open.get(gone.key) === gone) open.delete(gone.key);
    }
    open.set(key, span);
  }

  function end(span: Span, statusClass: StatusClass, now: number): void {
    open.delete(span.key);
    replace(span, { ...span, to: now, statusClass });
  }

  function fill(spans: readonly Span[]): void {
    for (const list of spansByLane.values()) list.length = 0;
    open.clear();
    for (const span of spans) {
      spansByLane.get(span.lane)?.push(span);
      if (span.to === undefined) open.set(span.key, span);
    }
  }

  return {
    spans: (lane) => spansByLane.get(lane) ?? [],
    marks: () => marks,
    pulse,
    open: (key) => open.get(key),
    since(key, now) {
      const span = open.get(key);
      if (span !== undefined && span.from <= now) return span.from;
      // The clock may have been set back to when an earlier one held.
      for (const list of spansByLane.values()) {
        const found = list.findLast(
          (each) => each.key === key && each.from <= now && (each.to ?? now) >= now,
        );
        if (found !== undefined) return found.from;
      }
      return undefined;
    },
    state(key, state, now) {
      const span = open.get(key);
      if (state === undefined) {
        if (span !== undefined) end(span, span.statusClass, now);
      } else if (span === undefined) {
        begin(key, state, now);
      } else if (span.label !== state.label || span.statusClass !== state.statusClass) {
        const next: Span = { ...span, ...state };
        open.set(key, next);
        replace(span, next);
      }
    },
    close(key, statusClass, now) {
      const span = open.get(key);
      if (span !== undefined) end(span, statusClass, now);
    },
    mark(mark) {
      marks = [...marks.slice(-(MARKS_MAX - 1)), mark];
    },
    clear() {
      fill([]);
      marks = [];
      pulse.clear();
    },
    keep: () => ({ spans: [...spansByLane.values()].flat(), marks, pulse: pulse.keep() }),
    take(kept) {
      fill(kept.spans);
      marks = [...kept.marks];
      pulse.take(kept.pulse);
    },
    cut(now, acts) {
      const spans = [...spansByLane.values()].flat().filter(({ from }) => from < now);
      fill(spans.map((span) => ((span.to ?? 0) > now ? { ...span, to: undefined } : span)));
      marks = marks.filter((mark) => mark.at <= now && (mark.acts ?? 0) < acts);
      pulse.cut(now);
    },
  };
}
