import type { Micros } from '../../kernel/time.ts';
import type { Backoff } from './state.ts';

/** The first delay of restarts and of pulls, and the longest (Kubernetes documentation: "Pod Lifecycle"). */
export const BACKOFF_FIRST: Micros = 10_000_000;
export const BACKOFF_MAX: Micros = 300_000_000;

/** A delay is forgotten when nothing has gone wrong for twice the longest one: ten minutes. */
const FORGOTTEN_AFTER: Micros = 2 * BACKOFF_MAX;

/** The instant until which something that failed at `failedAt` must wait; in the past when it need not. */
export function heldUntil(backoff: Backoff | undefined, failedAt: Micros): Micros {
  if (backoff === undefined || failedAt - backoff.since > FORGOTTEN_AFTER) return 0;
  return failedAt + backoff.delay;
}

/** The delay for the next failure: ten seconds, doubled each time, forgotten after ten quiet minutes. */
export function nextBackoff(backoff: Backoff | undefined, failedAt: Micros, now: Micros): Backoff {
  const fresh = backoff === undefined || failedAt - backoff.since > FORGOTTEN_AFTER;
  return { delay: fresh ? BACKOFF_FIRST : Math.min(backoff.delay * 2, BACKOFF_MAX), since: now };
}

/** A delay as Go prints it: `10s`, `1m20s`, `5m0s`. */
export function delayText(delay: Micros): string {
  const seconds = Math.round(delay / 1_000_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
