import { SECOND, type Micros } from '../../kernel/time.ts';
import type { ApiRequest } from '../messages.ts';

/** How long the server lets a request take (upstream: the deadline that a request's context gets). */

/** An instant that does not come: a world holds no infinite numbers. */
export const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** `--request-timeout`. */
const REQUEST_TIMEOUT: Micros = 60 * SECOND;
/** What upstream's handlers give a request that changes something. */
const WRITE_TIMEOUT: Micros = 34 * SECOND;

const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy;
const UNITS: Readonly<Record<string, Micros>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** How long a request may take in all: `?timeout=` where it is shorter than the server's own. */
export function requestPatience({ query, method }: ApiRequest): Micros {
  const own = method === 'GET' ? REQUEST_TIMEOUT : WRITE_TIMEOUT;
  const text = query['timeout'];
  if (text === undefined || text === '') return own;
  const asked = durationOf(text);
  return asked === undefined || asked <= 0 ? own : Math.min(asked, own);
}

/** A duration as Go writes it (`34s`, `1m30s`); undefined for anything else. */
export function durationOf(text: string): Micros | undefined {
  if (text === '0') return 0;
  let total = 0;
  DURATION_PART.lastIndex = 0;
  while (DURATION_PART.lastIndex < text.length) {
    const part = DURATION_PART.exec(text);
    if (part === null) return undefined;
    total += Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0);
  }
  return text === '' ? undefined : Math.round(total);
}
