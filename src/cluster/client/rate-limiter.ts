import type { Micros } from '../../kernel/time.ts';

/** client-go's token bucket: so many tokens a second, at most a burst of them saved up. Plain data. */
export interface RateLimiter {
  /** How long a token takes to come; 0: there is no limit. */
  readonly perToken: Micros;
  /** How long an empty bucket takes to be full. */
  readonly fill: Micros;
  /** When the bucket is full again: one number says it all. */
  fullAt: Micros;
}

/** A full bucket for `qps` tokens a second. `qps` 0 means no limit. */
export function createRateLimiter(qps: number, burst: number): RateLimiter {
  const perToken = qps <= 0 ? 0 : 1_000_000 / qps;
  return { perToken, fill: Math.round(burst * perToken), fullAt: 0 };
}

/** Takes a token and says how long its holder must wait for it, in microseconds (0: not at all). */
export function reserveToken(limiter: RateLimiter, now: Micros): Micros {
  const { perToken, fill, fullAt } = limiter;
  if (perToken === 0) return 0;
  const next = Math.round((fullAt < now ? now : fullAt) + perToken);
  limiter.fullAt = next;
  return next - now > fill ? next - now - fill : 0;
}
