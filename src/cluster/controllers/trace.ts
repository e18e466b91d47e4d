import type { Micros } from '../../kernel/time.ts';
import type { Running } from './state.ts';

/** How many keys' last reasoning is kept: enough for what a person can have on screen. */
const TRACE_MAX = 1000;

/** Keeps a plan's reasoning for panels. A plan that repeats the last one is not news. */
export function tracePlan(
  running: Running,
  controller: string,
  key: string,
  why: string,
  writes: number,
  now: Micros,
): void {
  const { trace } = running;
  const id = `${controller}/${key}`;
  const last = trace.get(id);
  if (last !== undefined && last.why === why && writes === 0 && last.writes === 0) return;
  if (last === undefined && trace.size >= TRACE_MAX) {
    for (const oldest of trace.keys()) {
      trace.delete(oldest);
      break;
    }
  }
  trace.set(id, Object.freeze({ at: now, why, writes }));
}
