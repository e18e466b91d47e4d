import { type Result, success } from '../../base/result.ts';
import type { Deployment, IntOrString, ReplicaSet } from '../generated/types.ts';
import { scaledIntOrPercent } from '../int-or-string.ts';

/** What of a Deployment its rollout depends on. */
export interface RolloutDeployment {
  readonly replicas: number;
  readonly strategy: 'RollingUpdate' | 'Recreate';
  readonly maxSurge: IntOrString | null | undefined;
  readonly maxUnavailable: IntOrString | null | undefined;
  /** `status.replicas`, the fallback where a ReplicaSet does not say how large the Deployment was. */
  readonly statusReplicas: number;
}

/** What of a ReplicaSet its Deployment's rollout depends on. */
export interface RolloutReplicaSet {
  readonly name: string;
  /** `spec.replicas`. */
  readonly replicas: number;
  readonly availableReplicas: number;
  /** RFC 3339 in UTC; undefined counts as earliest. */
  readonly creationTimestamp: string | undefined;
  /** The annotations by which the controller remembers the Deployment's size at the last sync. */
  readonly desiredReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
}

export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

export function rolloutDeployment(deployment: Deployment): RolloutDeployment {
  const { replicas = 1, strategy } = deployment.spec;
  return {
    replicas,
    strategy: strategy?.type === 'Recreate' ? 'Recreate' : 'RollingUpdate',
    maxSurge: strategy?.rollingUpdate?.maxSurge,
    maxUnavailable: strategy?.rollingUpdate?.maxUnavailable,
    statusReplicas: deployment.status?.replicas ?? 0,
  };
}

export function rolloutReplicaSet(replicaSet: ReplicaSet): RolloutReplicaSet {
  const { metadata, spec, status } = replicaSet;
  return {
    name: metadata.name ?? '',
    replicas: spec.replicas ?? 1,
    availableReplicas: status?.availableReplicas ?? 0,
    creationTimestamp: metadata.creationTimestamp,
    desiredReplicas: annotatedNumber(metadata.annotations?.[desiredReplicasAnnotation]),
    maxReplicas: annotatedNumber(metadata.annotations?.[maxReplicasAnnotation]),
  };
}

/** The number in an annotation; undefined where there is none. */
export function annotatedNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

export interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * How many Pods a rolling update may have too many and too few. Both cannot be nothing, or it could never begin:
 * then one may be missing, since a surge might be refused by a quota.
 */
export function resolveFenceposts(
  maxSurge: IntOrString | null | undefined,
  maxUnavailable: IntOrString | null | undefined,
  desired: number,
): Result<Fenceposts, string> {
  const surge = scaledIntOrPercent(maxSurge ?? 0, desired, 'up');
  if (!surge.ok) return surge;
  const unavailable = scaledIntOrPercent(maxUnavailable ?? 0, desired, 'down');
  if (!unavailable.ok) return unavailable;
  const isStuck = surge.value === 0 && unavailable.value === 0;
  return success({ surge: surge.value, unavailable: isStuck ? 1 : unavailable.value });
}

/** How many Pods may be unavailable during a rolling update; none for the strategy Recreate. */
export function maxUnavailable(deployment: RolloutDeployment): number {
  if (deployment.strategy !== 'RollingUpdate' || deployment.replicas === 0) return 0;
  return Math.min(fencepostsOf(deployment).unavailable, deployment.replicas);
}

/** How many Pods must stay available during a rolling update; none for the strategy Recreate. */
export function minAvailable(deployment: RolloutDeployment): number {
  if (deployment.strategy !== 'RollingUpdate') return 0;
  return deployment.replicas - maxUnavailable(deployment);
}

/** How many Pods there may be beyond the number wanted; none for the strategy Recreate. */
export function maxSurge(deployment: RolloutDeployment): number {
  return deployment.strategy === 'RollingUpdate' ? fencepostsOf(deployment).surge : 0;
}

/** What was asked for last, and the answer: a rollout asks for the same many times. A memo only. */
let last:
  | (Pick<RolloutDeployment, 'replicas' | 'maxSurge' | 'maxUnavailable'> & Fenceposts)
  | undefined;

/** Validation has checked the texts; one that got by counts as no surge and none unavailable. */
function fencepostsOf({ replicas, maxSurge, maxUnavailable }: RolloutDeployment): Fenceposts {
  if (
    last?.replicas === replicas &&
    last.maxSurge === maxSurge &&
    last.maxUnavailable === maxUnavailable
  )
    return last;
  const resolved = resolveFenceposts(maxSurge, maxUnavailable, replicas);
  const { surge, unavailable } = resolved.ok ? resolved.value : { surge: 0, unavailable: 0 };
  last = { replicas, maxSurge, maxUnavailable, surge, unavailable };
  return last;
}
