import type { Deployment, ReplicaSet } from '../../../api/generated/types.ts';
import {
  annotatedNumber,
  desiredReplicasAnnotation,
  rolloutDeployment,
  rolloutReplicaSet,
} from '../../../api/deployment/fenceposts.ts';
import { proportionalSizes, type Sizes } from '../../../api/deployment/proportional-scaling.ts';
import {
  reconcileNewReplicaSet,
  reconcileOldReplicaSets,
} from '../../../api/deployment/rolling-update.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { Write } from '../plan.ts';
import { update } from '../writes.ts';
import { sizeAnnotations } from './revision.ts';
import { allSets, sizeOf, type Rollout } from './rollout.ts';

const NO_WRITES: readonly Write[] = [];

/** Whether a set with pods was last sized for another size of the Deployment: it was scaled meanwhile. */
export function isScalingEvent(rollout: Rollout): boolean {
  const { deployment, newSet, oldSets } = rollout;
  const wanted = deployment.spec.replicas ?? 1;
  for (let index = 0; index < oldSets.length; index += 1)
    if (isSizedOtherwise(oldSets[index] as ReplicaSet, wanted)) return true; // In range.
  return newSet !== undefined && isSizedOtherwise(newSet, wanted);
}

function isSizedOtherwise(set: ReplicaSet, wanted: number): boolean {
  if (sizeOf(set) === 0) return false;
  const then = annotatedNumber(set.metadata.annotations?.[desiredReplicasAnnotation]);
  return then !== undefined && then !== wanted;
}

/** Shares a changed size out: to the only set with pods, or to each set its proportion. */
export function scalingWrites(rollout: Rollout): readonly Write[] {
  const { deployment, newSet, oldSets } = rollout;
  const sizes = proportionalSizes(
    rolloutDeployment(deployment),
    newSet === undefined ? undefined : rolloutReplicaSet(newSet),
    oldSets.map(rolloutReplicaSet),
  );
  // Sets that keep their size still learn the Deployment's, or it would look scaled for ever.
  return allSets(rollout)
    .filter((set) => sizeOf(set) > 0 || sizes.has(set.metadata.name ?? ''))
    .flatMap((set) => resized(set, sizes.get(set.metadata.name ?? '') ?? sizeOf(set), deployment));
}

/** The next step of a rolling update: the new set grows or, when it cannot, the old ones shrink. */
export function rollingWrites(rollout: Rollout): readonly Write[] {
  const { deployment, newSet, oldSets } = rollout;
  if (newSet === undefined) return NO_WRITES;
  // Nothing is left to be done by steps.
  if (oldSets.length === 0 && sizeOf(newSet) === (deployment.spec.replicas ?? 1)) return NO_WRITES;
  const wanted = rolloutDeployment(deployment);
  const fresh = rolloutReplicaSet(newSet);
  const old = oldSets.map(rolloutReplicaSet);
  const size = reconcileNewReplicaSet(wanted, fresh, old);
  if (size !== undefined) return resized(newSet, size, deployment);
  return shrunk(oldSets, reconcileOldReplicaSets(wanted, fresh, old), deployment);
}

/** Takes the pods of all old sets away, before a Deployment that recreates makes new ones. */
export function emptyingWrites({ deployment, oldSets }: Rollout): readonly Write[] {
  return oldSets.filter((set) => sizeOf(set) > 0).flatMap((set) => resized(set, 0, deployment));
}

/** Brings a set to a size and notes the Deployment's; nothing when both are so already. */
export function resized(set: ReplicaSet, size: number, deployment: Deployment): readonly Write[] {
  const annotations = sizeAnnotations(deployment, set.metadata.annotations);
  const before = sizeOf(set);
  if (size === before && semanticEqual(annotations, set.metadata.annotations)) return NO_WRITES;
  const next: ReplicaSet = {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas: size },
  };
  if (size === before) return [update('replicasets', next)];
  const direction = size > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`;
  const done = { reason: 'ScalingReplicaSet', message };
  return [update('replicasets', next, { about: referenceTo(deployment), done })];
}

function shrunk(
  sets: readonly ReplicaSet[],
  sizes: Sizes,
  deployment: Deployment,
): readonly Write[] {
  return sets.flatMap((set) => {
    const size = sizes.get(set.metadata.name ?? '');
    return size === undefined ? NO_WRITES : resized(set, size, deployment);
  });
}
