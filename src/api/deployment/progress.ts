import type { DeploymentCondition } from '../generated/types.ts';

/** The counts of a Deployment's status. */
export interface RolloutStatus {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly observedGeneration: number;
}

/** All wanted Pods are of the newest template and available, no others are left, and the spec has been seen. */
export function isDeploymentComplete(
  wanted: { readonly replicas: number; readonly generation: number },
  status: RolloutStatus,
): boolean {
  return (
    status.updatedReplicas === wanted.replicas &&
    status.replicas === wanted.replicas &&
    status.availableReplicas === wanted.replicas &&
    status.observedGeneration >= wanted.generation
  );
}

/** Whether the rollout got on: more new, ready or available Pods, or fewer old ones. */
export function isDeploymentProgressing(before: RolloutStatus, now: RolloutStatus): boolean {
  return (
    now.updatedReplicas > before.updatedReplicas ||
    now.replicas - now.updatedReplicas < before.replicas - before.updatedReplicas ||
    now.readyReplicas > before.readyReplicas ||
    now.availableReplicas > before.availableReplicas
  );
}

// The greatest 32-bit number stands for "no deadline".
const noDeadlineSeconds = 2 ** 31 - 1;

export function hasProgressDeadline(progressDeadlineSeconds: number | undefined): boolean {
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== noDeadlineSeconds;
}

/**
 * Whether the last progress is longer ago than the deadline. A rollout that has once completed does not time out, and
 * one that has timed out stays so. `nowMillis` is a time in milliseconds since 1970.
 */
export function hasDeploymentTimedOut(
  conditions: readonly DeploymentCondition[] | undefined,
  progressDeadlineSeconds: number | undefined,
  nowMillis: number,
): boolean {
  if (progressDeadlineSeconds === undefined || !hasProgressDeadline(progressDeadlineSeconds)) {
    return false;
  }
  const progressing = conditions?.find((each) => each.type === 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  const from = Date.parse(progressing.lastUpdateTime ?? '0001-01-01T00:00:00Z');
  return from + progressDeadlineSeconds * 1000 < nowMillis;
}
