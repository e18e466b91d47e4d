import type {
  Deployment,
  DeploymentStatus,
  ReplicaSet,
  ReplicaSetCondition,
} from '../../../api/generated/types.ts';
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
import { sizeOf, type Rollout } from './rollout.ts';

const NO_CONDITIONS: Conditions = [];

/** The Deployment's status from its sets' statuses, with the condition Available. */
export function countedStatus(
  rollout: Rollout,
  cluster: ClusterView,
  now: Micros,
): Mutable<DeploymentStatus> {
  const { deployment, newSet } = rollout;
  const totals = totalsOf(rollout);
  const { available } = totals;
  const wanted = rolloutDeployment(deployment);
  const enough = available >= wanted.replicas - maxUnavailable(wanted);
  const conditions = withStatement(
    deployment.status?.conditions ?? NO_CONDITIONS,
    enough ? MINIMUM_AVAILABLE : MINIMUM_UNAVAILABLE,
    cluster.timestamp(now),
  );
  // Field by field, because a literal put together from pieces costs several times as much.
  const status: Mutable<DeploymentStatus> = {};
  const { generation = 0 } = deployment.metadata;
  if (generation > 0) status.observedGeneration = generation;
  if (totals.replicas > 0) status.replicas = totals.replicas;
  const updated = newSet?.status?.replicas ?? 0;
  if (updated > 0) status.updatedReplicas = updated;
  if (totals.ready > 0) status.readyReplicas = totals.ready;
  if (available > 0) status.availableReplicas = available;
  const unavailable = totals.size - available;
  if (unavailable > 0) status.unavailableReplicas = unavailable;
  if (totals.terminating !== undefined) status.terminatingReplicas = totals.terminating;
  const collisionCount = deployment.status?.collisionCount;
  if (collisionCount !== undefined) status.collisionCount = collisionCount;
  status.conditions = conditions;
  return status;
}

interface Totals {
  /** What the sets are to have. */
  size: number;
  replicas: number;
  ready: number;
  available: number;
  /** Undefined when one of the sets does not count them. */
  terminating: number | undefined;
}

function totalsOf({ newSet, oldSets }: Rollout): Totals {
  const totals: Totals = { size: 0, replicas: 0, ready: 0, available: 0, terminating: 0 };
  for (let index = 0; index < oldSets.length; index += 1) {
    addSet(totals, oldSets[index] as ReplicaSet); // In range by the loop's condition.
  }
  if (newSet !== undefined) addSet(totals, newSet);
  return totals;
}

function addSet(totals: Totals, set: ReplicaSet): void {
  const { status } = set;
  totals.size += sizeOf(set);
  totals.replicas += status?.replicas ?? 0;
  totals.ready += status?.readyReplicas ?? 0;
  totals.available += status?.availableReplicas ?? 0;
  const terminating = status?.terminatingReplicas;
  if (terminating === undefined || totals.terminating === undefined) totals.terminating = undefined;
  else totals.terminating += terminating;
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
  const progressed = hasProgressDeadline(deployment.spec.progressDeadlineSeconds)
    ? withProgress(rollout, status, cluster, now)
    : withoutCondition(status.conditions ?? NO_CONDITIONS, 'Progressing');
  status.conditions = withFailures(rollout, progressed, cluster, now);
  return status;
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
  return isDeploymentComplete(wantedOf(deployment), counts(status));
}

function wantedOf({ spec, metadata }: Deployment): Parameters<typeof isDeploymentComplete>[0] {
  return { replicas: spec.replicas ?? 1, generation: metadata.generation ?? 0 };
}

function withProgress(
  { deployment, newSet }: Rollout,
  status: DeploymentStatus,
  cluster: ClusterView,
  now: Micros,
): Conditions {
  const { conditions = NO_CONDITIONS } = status;
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  const { replicas = 0, updatedReplicas = 0 } = status;
  // Nothing is rolled out while one set has all pods: this is no time to estimate progress.
  if (replicas === updatedReplicas && before?.reason === 'NewReplicaSetAvailable') {
    return conditions;
  }
  const type = 'Progressing';
  const counted = counts(status);
  if (isDeploymentComplete(wantedOf(deployment), counted)) {
    const message = `${subjectOf(deployment, newSet)} has successfully progressed.`;
    const done = { type, status: 'True', reason: 'NewReplicaSetAvailable', message };
    return withStatement(conditions, done, cluster.timestamp(now));
  }
  if (isDeploymentProgressing(counts(deployment.status), counted)) {
    const message = `${subjectOf(deployment, newSet)} is progressing.`;
    const under = { type, status: 'True', reason: 'ReplicaSetUpdated', message };
    return withRenewedStatement(conditions, under, cluster.timestamp(now));
  }
  const nowMillis = cluster.epochMillis + now / 1000;
  const { progressDeadlineSeconds } = deployment.spec;
  if (hasDeploymentTimedOut(conditions, progressDeadlineSeconds, nowMillis)) {
    const message = `${subjectOf(deployment, newSet)} has timed out progressing.`;
    const late = { type, status: 'False', reason: 'ProgressDeadlineExceeded', message };
    return withStatement(conditions, late, cluster.timestamp(now));
  }
  return conditions;
}

function subjectOf(deployment: Deployment, newSet: ReplicaSet | undefined): string {
  return newSet === undefined
    ? `Deployment "${deployment.metadata.name}"`
    : `ReplicaSet "${newSet.metadata.name}"`;
}

/** A set's ReplicaFailure becomes the Deployment's: the new set's, or for want of one an old set's. */
function withFailures(
  { newSet, oldSets }: Rollout,
  conditions: Conditions,
  cluster: ClusterView,
  now: Micros,
): Conditions {
  let failure = failureOf(newSet);
  for (let index = 0; failure === undefined && index < oldSets.length; index += 1)
    failure = failureOf(oldSets[index]);
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure');
  const { type, status, reason, message, lastTransitionTime } = failure;
  const statement = {
    type,
    status,
    ...(reason === undefined ? undefined : { reason }),
    ...(message === undefined ? undefined : { message }),
  };
  return withStatement(conditions, statement, lastTransitionTime ?? cluster.timestamp(now));
}

function failureOf(set: ReplicaSet | undefined): ReplicaSetCondition | undefined {
  return findCondition(set?.status?.conditions, 'ReplicaFailure');
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
