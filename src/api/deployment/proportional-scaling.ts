import { maxSurge, type RolloutDeployment, type RolloutReplicaSet } from './fenceposts.ts';
import { byCreation, bySizeNewer, bySizeOlder, totalReplicas } from './order.ts';

/** New sizes by name of ReplicaSet; those not named stay as they are. */
export type Sizes = ReadonlyMap<string, number>;

/**
 * How a change of the Deployment's size, or a paused Deployment's, is shared by its ReplicaSets: in the middle of a
 * rollout each gets its proportion, so that a large share of untried Pods is not created at once (Kubernetes
 * documentation: "Deployments", proportional scaling).
 */
export function proportionalSizes(
  deployment: RolloutDeployment,
  newReplicaSet: RolloutReplicaSet | undefined,
  oldReplicaSets: readonly RolloutReplicaSet[],
): Sizes {
  const only = activeOrLatest(newReplicaSet, oldReplicaSets);
  if (only !== undefined) return changes([[only, deployment.replicas]]);
  const oldActive = oldReplicaSets.filter(isActive);
  if (newReplicaSet !== undefined && isSaturated(deployment, newReplicaSet)) {
    return changes(oldActive.map((each) => [each, 0]));
  }
  if (deployment.strategy !== 'RollingUpdate') return new Map();
  const newActive = newReplicaSet !== undefined && isActive(newReplicaSet) ? [newReplicaSet] : [];
  return shares(deployment, [...oldActive, ...newActive]);
}

/** The one ReplicaSet that alone is to have all Pods; undefined when several have some. */
export function activeOrLatest(
  newReplicaSet: RolloutReplicaSet | undefined,
  oldReplicaSets: readonly RolloutReplicaSet[],
): RolloutReplicaSet | undefined {
  const all = newReplicaSet === undefined ? oldReplicaSets : [...oldReplicaSets, newReplicaSet];
  const active = all.filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? newReplicaSet ?? oldReplicaSets.toSorted(byCreation).at(-1);
}

/** Whether the ReplicaSet has all the Pods that the Deployment wants, and they are available. */
export function isSaturated(
  { replicas }: RolloutDeployment,
  replicaSet: RolloutReplicaSet,
): boolean {
  return (
    replicaSet.replicas === replicas &&
    replicaSet.desiredReplicas === replicas &&
    replicaSet.availableReplicas === replicas
  );
}

function isActive(replicaSet: RolloutReplicaSet): boolean {
  return replicaSet.replicas > 0;
}

function shares(deployment: RolloutDeployment, active: readonly RolloutReplicaSet[]): Sizes {
  const allowed = deployment.replicas > 0 ? deployment.replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - totalReplicas(active);
  if (toAdd === 0) return new Map();
  // The largest is served first. Of equals, growth favours the newer and shrinking the older.
  const ordered = active.toSorted(toAdd > 0 ? bySizeNewer : bySizeOlder);
  let added = 0;
  const sizes = ordered.map((replicaSet): [RolloutReplicaSet, number] => {
    const part = proportion(deployment, replicaSet, toAdd, added);
    added += part;
    return [replicaSet, replicaSet.replicas + part];
  });
  // What rounding left over goes to the largest.
  const largest = sizes[0];
  if (largest !== undefined) largest[1] = Math.max(0, largest[1] + toAdd - added);
  return changes(sizes);
}

function proportion(
  deployment: RolloutDeployment,
  replicaSet: RolloutReplicaSet,
  toAdd: number,
  added: number,
): number {
  if (toAdd === added) return 0;
  const fraction = fractionOf(deployment, replicaSet);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

/** By how much the ReplicaSet would grow or shrink if it kept its share of the Deployment's greatest size. */
function fractionOf(deployment: RolloutDeployment, replicaSet: RolloutReplicaSet): number {
  if (deployment.replicas === 0) return -replicaSet.replicas;
  const maxNow = deployment.replicas + maxSurge(deployment);
  const maxBefore = replicaSet.maxReplicas || deployment.statusReplicas;
  if (maxBefore === 0) return 0;
  const size = (replicaSet.replicas * maxNow) / maxBefore;
  return Math.trunc(size < 0 ? size - 0.5 : size + 0.5) - replicaSet.replicas;
}

function changes(sizes: readonly (readonly [RolloutReplicaSet, number])[]): Sizes {
  return new Map(
    sizes
      .filter(([replicaSet, size]) => replicaSet.replicas !== size)
      .map(([replicaSet, size]) => [replicaSet.name, size]),
  );
}
