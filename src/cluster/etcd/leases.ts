import { SECOND, type Micros } from '../../kernel/time.ts';
import { submit } from './propose.ts';
import type { Member } from './member.ts';
import type { EtcdStore } from './store.ts';

/** The time of a lease may be up. */
export interface LeaseTimer {
  readonly type: 'etcd/lease-timer';
  readonly at: Micros;
}

/**
 * Keys whose time is up within the same minute share a lease, as the API server's lease manager has them share one:
 * a timer a minute at most, however many Events there are.
 */
const SHARED_FOR: Micros = 60 * SECOND;

/** How often a lessor looks for leases that are due. */
const RETRY_AFTER: Micros = SECOND / 2;

/** The lease of a key that is to live for `ttlSeconds`: the instant at which it vanishes. Undefined without a time to live. */
export function leaseFor(ttlSeconds: number | undefined, now: Micros): Micros | undefined {
  if (ttlSeconds === undefined || ttlSeconds <= 0) return undefined;
  // The lease manager shares a lease for 5 % of its time at most.
  const shared = Math.min(SHARED_FOR, Math.max(ttlSeconds * SECOND * 0.05, 1));
  return Math.ceil((now + ttlSeconds * SECOND) / shared) * shared;
}

/**
 * When a leader ends a lease. Only the leader counts, and what its predecessor had counted is lost with it: a lease
 * granted before this leader's time is granted once more in full, and an election timeout on top.
 */
export function leaseDue({ disk, memory }: Member, lease: Micros): Micros {
  const ttl = (disk.leaseTtls.get(lease) ?? 0) * SECOND;
  const { promotedAt, raft } = memory;
  if (lease - ttl >= promotedAt) return lease;
  return Math.max(lease, promotedAt + raft.settings.electionMicros + ttl);
}

/** Arms the timer of a leader for a lease that may be due before the one it is armed for. */
export function armForLease(member: Member, lease: Micros): void {
  if (member.raft.role === 'leader') arm(member, leaseDue(member, lease));
}

function arm({ memory, env }: Member, due: Micros): void {
  if (memory.leaseTimer !== undefined && memory.leaseTimer <= due) return;
  const { cause } = env;
  env.resumeCause(undefined);
  const at = Math.max(due, env.now);
  env.after(at - env.now, { type: 'etcd/lease-timer', at });
  env.resumeCause(cause);
  memory.leaseTimer = at;
}

/** A new leader begins to count. */
export function promoteLessor(member: Member): void {
  const { memory, env } = member;
  memory.promotedAt = env.now;
  memory.leaseTimer = undefined;
  armNext(member, member.disk);
}

/** A leader that is none any more stops counting. */
export function demoteLessor({ memory }: Member): void {
  memory.leaseTimer = undefined;
}

function armNext(member: Member, store: EtcdStore): void {
  let next: Micros | undefined;
  for (const lease of store.leases.keys()) {
    if (lease <= 0) continue;
    // What is being revoked is looked at again: the proposal may get lost.
    const due = Math.max(leaseDue(member, lease), member.env.now + RETRY_AFTER);
    if (next === undefined || due < next) next = due;
  }
  if (next !== undefined) arm(member, next);
}

/** Proposes the end of the leases that are due. */
export function revokeDueLeases(member: Member, timer: LeaseTimer): void {
  const { disk, memory, env } = member;
  if (memory.raft.role !== 'leader' || memory.leaseTimer !== timer.at) return;
  memory.leaseTimer = undefined;
  for (const [lease, keys] of disk.leases) {
    if (leaseDue(member, lease) > env.now) continue;
    env.resumeCause(undefined);
    env.note(`the lease of ${keys.size} ${keys.size === 1 ? 'key' : 'keys'} has expired`);
    submit(member, { kind: 'revoke', lease }, undefined);
  }
  armNext(member, disk);
}
