import type { Env } from '../../kernel/process.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { EtcdDisk } from './store.ts';

/** The time of a lease may be up. */
export interface LeaseTimer {
  readonly type: 'etcd/lease-timer';
  readonly lease: Micros;
}

/**
 * Keys whose time is up within the same minute share a lease, as the API server's lease manager has them share one:
 * a timer a minute at most, however many Events there are.
 */
const SHARED_FOR: Micros = 60 * SECOND;

/** The lease of a key that is to live for `ttlSeconds`: the instant at which it vanishes. 0 without a time to live. */
export function leaseFor(ttlSeconds: number | undefined, now: Micros): Micros {
  if (ttlSeconds === undefined || ttlSeconds <= 0) return 0;
  return Math.ceil((now + ttlSeconds * SECOND) / SHARED_FOR) * SHARED_FOR;
}

/** Arms a timer for a lease that is due before the one armed for; answers for when a timer is armed now. */
export function armForLease(
  lease: Micros,
  armedFor: Micros | undefined,
  env: Env<LeaseTimer>,
): Micros | undefined {
  if (armedFor !== undefined && armedFor <= lease) return armedFor;
  env.resumeCause(undefined);
  env.after(Math.max(0, lease - env.now), { type: 'etcd/lease-timer', lease });
  return lease;
}

/** The earliest lease due after an instant; undefined where there is none. */
export function nextLease(disk: EtcdDisk, after: Micros): Micros | undefined {
  let earliest: Micros | undefined;
  for (const lease of disk.leases.keys()) {
    if (lease > after && (earliest === undefined || lease < earliest)) earliest = lease;
  }
  return earliest;
}
