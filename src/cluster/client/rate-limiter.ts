import type { Micros } from '../../kernel/time.ts';

/** client-go's token bucket: `qps` tokens a second, at most `burst` saved up. Plain data. */
export interface RateLimiter {
  readonly qps: number;
  readonly burst: number;
  /** When the bucket would be empty if it were filled from then on: one number says it all. */
  emptyAt: Micros;
}

/** A full bucket. `qps` 0 means no limit. */
export function createRateLimiter(qps: number, burst: number): RateLimiter {
  return { qps, burst, emptyAt: Number.MIN_SAFE_INTEGER };
}

/** Takes a token and says how long its holder must wait for it, in microseconds (0: not at all). */
export function reserveToken(limiter: RateLimiter, now: Micros): Micros {
  if (limiter.qps <= 0) return 0;
  const perToken = 1_000_000 / limiter.qps;
  const fullSince = now - limiter.burst * perToken;
  if (limiter.emptyAt < fullSince) limiter.emptyAt = fullSince;
  limiter.emptyAt = Math.round(limiter.emptyAt + perToken);
  return Math.max(0, limiter.emptyAt - now);
}
