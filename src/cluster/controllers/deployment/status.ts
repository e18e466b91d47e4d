import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../api/generated/types.ts';
import { findCondition, withoutCondition } from '../../../api/conditions.ts';
import { maxUnavailable, rolloutDeployment } from '../../../api/deployment/fenceposts.ts';
import {
  hasDeploymentTimedOut,
  hasProgressDeadline,
  isDeploymentComplete,
  isDeploymentProgressing,
  type RolloutStatus,
} from '../../../api/deployment/progress.ts';
import { parseTime } from '../../../api/time.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import {
  withRenewedStatement,
  withStatement,
  type Conditions,
  type Statement,
} from './conditions.ts';
import { allSets, sizeOf, type Rollout } from './rollout.ts';

const NO_CONDITIONS: Conditions = [];

/** The Deployment's status from its sets' statuses, with the condition Available. */
export function countedStatus(
  rollout: Rollout,
  cluster: ClusterView,
  now: Micros,
): DeploymentStatus {
  const { deployment, newSet } = rollout;
  const sets = allSets(rollout);
  const available = sum(sets, (set) => set.status?.availableReplicas);
  const wanted = rolloutDeployment(deployment);
  const enough = available >= wanted.replicas - maxUnavailable(wanted);
  const conditions = withStatement(
    deployment.status?.conditions ?? NO_CONDITIONS,
    enough ? MINIMUM_AVAILABLE : MINIMUM_UNAVAILABLE,
    cluster.timestamp(now),
  );
  const terminating = sets.every((set) => set.status?.terminatingReplicas !== undefined)
    ? sum(sets, (set) => set.status?.terminatingReplicas)
    : undefined;
  const { collisionCount } = deployment.status ?? {};
  // Field by field, because a literal put together from pieces costs several times as much.
  const status: Mutable<DeploymentStatus> = {};
  const { generation = 0 } = deployment.metadata;
  if (generation > 0) status.observedGeneration = generation;
  const replicas = sum(sets, (set) => set.status?.replicas);
  if (replicas > 0) status.replicas = replicas;
  const updated = newSet?.status?.replicas ?? 0;
  if (updated > 0) status.updatedReplicas = updated;
  const ready = sum(sets, (set) => set.status?.readyReplicas);
  if (ready > 0) status.readyReplicas = ready;
  if (available > 0) status.availableReplicas = available;
  const unavailable = sum(sets, sizeOf) - available;
  if (unavailable > 0) status.unavailableReplicas = unavailable;
  if (terminating !== undefined) status.terminatingReplicas = terminating;
  if (collisionCount !== undefined) status.collisionCount = collisionCount;
  status.conditions = conditions;
  return status;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const MINIMUM_AVAILABLE: Statement = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const MINIMUM_UNAVAILABLE: Statement = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

/** The same with what is known of the rollout's progress and of its sets' failures. */
export function rolloutStatus(
  rollout: Rollout,
  cluster: ClusterView,
  now: Micros,
): DeploymentStatus {
  const { deployment } = rollout;
  const status = countedStatus(rollout, cluster, now);
  const conditions = status.conditions ?? NO_CONDITIONS;
  const progressed = hasProgressDeadline(deployment.spec.progressDeadlineSeconds)
    ? withProgress(rollout, { ...status, conditions }, cluster, now)
    : withoutCondition(conditions, 'Progressing');
  return { ...status, conditions: withFailures(rollout, progressed, cluster.timestamp(now)) };
}

/** When to look whether a rollout that does not get on has run out of time; undefined: no need. */
export function deadlineAfter(
  deployment: Deployment,
  status: DeploymentStatus,
  cluster: ClusterView,
  now: Micros,
): Micros | undefined {
  const { progressDeadlineSeconds = 0 } = deployment.spec;
  const progressing = findCondition(status.conditions, 'Progressing');
  if (progressing === undefined || !hasProgressDeadline(deployment.spec.progressDeadlineSeconds)) {
    return undefined;
  }
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') {
    return undefined;
  }
  const since = parseTime(progressing.lastUpdateTime ?? '');
  if (since === undefined) return undefined;
  const due = (since - cluster.epochMillis) * 1000 + progressDeadlineSeconds * SECOND;
  // A second more, because the deadline itself still counts as in time.
  return Math.max(0, due - now) + SECOND;
}

/** Whether the Deployment is what was asked for. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const { generation = 0 } = deployment.metadata;
  return isDeploymentComplete(
    { replicas: deployment.spec.replicas ?? 1, generation },
    counts(status),
  );
}

function withProgress(
  { deployment, newSet }: Rollout,
  status: DeploymentStatus & { readonly conditions: Conditions },
  cluster: ClusterView,
  now: Micros,
): Conditions {
  const { conditions } = status;
  const timestamp = cluster.timestamp(now);
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  const { replicas = 0, updatedReplicas = 0 } = status;
  // Nothing is rolled out while one set has all pods: this is no time to estimate progress.
  if (replicas === updatedReplicas && before?.reason === 'NewReplicaSetAvailable') {
    return conditions;
  }
  const subject =
    newSet === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${newSet.metadata.name}"`;
  const say = (given: Omit<Statement, 'type'>): Statement => ({ type: 'Progressing', ...given });
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    const done = say({ status: 'True', reason: 'NewReplicaSetAvailable', message });
    return withStatement(conditions, done, timestamp);
  }
  if (isDeploymentProgressing(counts(deployment.status), counts(status))) {
    const message = `${subject} is progressing.`;
    const under = say({ status: 'True', reason: 'ReplicaSetUpdated', message });
    return withRenewedStatement(conditions, under, timestamp);
  }
  const nowMillis = cluster.epochMillis + now / 1000;
  const { progressDeadlineSeconds } = deployment.spec;
  if (hasDeploymentTimedOut(conditions, progressDeadlineSeconds, nowMillis)) {
    const message = `${subject} has timed out progressing.`;
    const late = say({ status: 'False', reason: 'ProgressDeadlineExceeded', message });
    return withStatement(conditions, late, timestamp);
  }
  return conditions;
}

/** A set's ReplicaFailure becomes the Deployment's: the new set's, or for want of one an old set's. */
function withFailures(
  { newSet, oldSets }: Rollout,
  conditions: Conditions,
  timestamp: string,
): Conditions {
  const failureOf = (set: ReplicaSet | undefined) =>
    findCondition(set?.status?.conditions, 'ReplicaFailure');
  let failure = failureOf(newSet);
  for (const set of oldSets) failure ??= failureOf(set);
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure');
  const { type, status, reason, message, lastTransitionTime } = failure;
  const statement = {
    type,
    status,
    ...(reason === undefined ? undefined : { reason }),
    ...(message === undefined ? undefined : { message }),
  };
  return withStatement(conditions, statement, lastTransitionTime ?? timestamp);
}

function counts(status: DeploymentStatus | undefined): RolloutStatus {
  return {
    replicas: status?.replicas ?? 0,
    updatedReplicas: status?.updatedReplicas ?? 0,
    readyReplicas: status?.readyReplicas ?? 0,
    availableReplicas: status?.availableReplicas ?? 0,
    observedGeneration: status?.observedGeneration ?? 0,
  };
}

function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  let total = 0;
  for (const set of sets) total += count(set) ?? 0;
  return total;
}
