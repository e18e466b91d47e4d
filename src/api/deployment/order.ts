import { compareNumbers, compareStrings } from '../../base/compare.ts';
import type { RolloutReplicaSet } from './fenceposts.ts';

/** Oldest first, those of one second by name. */
export function byCreation(a: RolloutReplicaSet, b: RolloutReplicaSet): number {
  // RFC 3339 in UTC with whole seconds sorts as text, and no time at all comes first.
  const byTime = compareStrings(a.creationTimestamp ?? '', b.creationTimestamp ?? '');
  return byTime !== 0 ? byTime : compareStrings(a.name, b.name);
}

/** Largest first, of equals the newer. */
export function bySizeNewer(a: RolloutReplicaSet, b: RolloutReplicaSet): number {
  return compareNumbers(b.replicas, a.replicas) || byCreation(b, a);
}

/** Largest first, of equals the older. */
export function bySizeOlder(a: RolloutReplicaSet, b: RolloutReplicaSet): number {
  return compareNumbers(b.replicas, a.replicas) || byCreation(a, b);
}

export function totalReplicas(replicaSets: readonly RolloutReplicaSet[]): number {
  return replicaSets.reduce((sum, each) => sum + each.replicas, 0);
}

export function totalAvailable(replicaSets: readonly RolloutReplicaSet[]): number {
  return replicaSets.reduce((sum, each) => sum + each.availableReplicas, 0);
}
