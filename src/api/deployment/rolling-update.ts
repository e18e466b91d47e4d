import { type Result, success } from '../../base/result.ts';
import { scaledIntOrPercent } from '../int-or-string.ts';
import { maxUnavailable, type RolloutDeployment, type RolloutReplicaSet } from './fenceposts.ts';
import { byCreation, totalAvailable, totalReplicas } from './order.ts';
import type { Sizes } from './proportional-scaling.ts';

/**
 * The steps of a rollout: the new ReplicaSet grows as far as the surge allows, then the old ones shrink as far as
 * availability allows, and so on with every sync.
 */

/** The size of the new ReplicaSet after this sync, or an error when the surge is no number. */
export function newReplicaSetSize(
  deployment: RolloutDeployment,
  allReplicas: number,
  newReplicas: number,
): Result<number, string> {
  if (deployment.strategy === 'Recreate') return success(deployment.replicas);
  const surge = scaledIntOrPercent(deployment.maxSurge ?? 0, deployment.replicas, 'up');
  if (!surge.ok) return surge;
  const room = deployment.replicas + surge.value - allReplicas;
  if (room <= 0) return success(newReplicas);
  return success(newReplicas + Math.min(room, deployment.replicas - newReplicas));
}

/** One sync's scaling of the new ReplicaSet: its size, or undefined when it stays. */
export function reconcileNewReplicaSet(
  deployment: RolloutDeployment,
  newReplicaSet: RolloutReplicaSet,
  oldReplicaSets: readonly RolloutReplicaSet[],
): number | undefined {
  const { replicas } = newReplicaSet;
  if (replicas === deployment.replicas) return undefined;
  if (replicas > deployment.replicas) return deployment.replicas;
  const all = totalReplicas(oldReplicaSets) + replicas;
  const size = newReplicaSetSize(deployment, all, replicas);
  return size.ok && size.value !== replicas ? size.value : undefined;
}

/**
 * One sync's scaling of the old ReplicaSets. Pods that are not available go first, or they would block the rollout;
 * then as many available ones as may be missing. Older ReplicaSets come before newer.
 */
export function reconcileOldReplicaSets(
  deployment: RolloutDeployment,
  newReplicaSet: RolloutReplicaSet,
  oldReplicaSets: readonly RolloutReplicaSet[],
): Sizes {
  const oldCount = totalReplicas(oldReplicaSets);
  if (oldCount === 0) return new Map();
  const available = deployment.replicas - maxUnavailable(deployment);
  const newUnavailable = newReplicaSet.replicas - newReplicaSet.availableReplicas;
  const removable = oldCount + newReplicaSet.replicas - available - newUnavailable;
  if (removable <= 0) return new Map();

  const sizes = new Map<string, number>();
  const oldestFirst = oldReplicaSets.toSorted(byCreation);
  let left = removable;
  for (const { name, replicas, availableReplicas } of oldestFirst) {
    const unhealthy = Math.min(left, replicas - availableReplicas);
    if (left <= 0 || replicas === 0 || unhealthy <= 0) continue;
    sizes.set(name, replicas - unhealthy);
    left -= unhealthy;
  }
  let spare = totalAvailable([...oldReplicaSets, newReplicaSet]) - available;
  for (const { name, replicas } of oldestFirst) {
    const size = sizes.get(name) ?? replicas;
    const fewer = Math.min(size, spare);
    if (fewer <= 0) continue;
    sizes.set(name, size - fewer);
    spare -= fewer;
  }
  return sizes;
}
