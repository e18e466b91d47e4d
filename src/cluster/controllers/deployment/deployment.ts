import type { Deployment, DeploymentStatus } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { revisionAnnotation } from '../../../api/deployment/fenceposts.ts';
import { hasProgressDeadline } from '../../../api/deployment/progress.ts';
import type { Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, type Controller } from '../controller.ts';
import { inOrder, rest, type Plan, type Write } from '../plan.ts';
import { event, update, updateStatus } from '../writes.ts';
import { claimSets } from './claims.ts';
import { withStatement, type Statement } from './conditions.ts';
import { cleanupWrites } from './history.ts';
import { newSetName, newSetWrite } from './new-set.ts';
import { newSetAnnotations, nextRevision, withRevision } from './revision.ts';
import { rolloutOf, sizeOf, type Rollout } from './rollout.ts';
import {
  emptyingWrites,
  isScalingEvent,
  resized,
  rollingWrites,
  scalingWrites,
} from './scaling.ts';
import { countedStatus, deadlineAfter, isComplete, rolloutStatus } from './status.ts';
import { deploymentsOfPod, deploymentsOfSet } from './waking.ts';

/** One look at a Deployment. `cluster` shows what was written before it. */
interface Look {
  readonly rollout: Rollout;
  readonly cluster: ClusterView;
  readonly now: Micros;
}

/** Brings a Deployment's pods from one template to another through ReplicaSets, one a template. */
export const deploymentController: Controller = {
  name: 'deployment-controller',
  workers: 5,
  wokenBy: [
    itself('deployments'),
    { resource: 'replicasets', keys: deploymentsOfSet },
    { resource: 'pods', about: ['loss'], keys: deploymentsOfPod },
  ],

  reconcile(key, cluster, now) {
    const deployment = cluster.get('deployments', key);
    if (deployment === undefined)
      return rest('it is gone, and its sets are the garbage collector’s');
    if (selectsEverything(deployment)) return refuseToSelectAll(deployment);
    const rollout = rolloutOf(deployment, cluster);
    const look = { rollout, cluster, now };
    if (deployment.metadata.deletionTimestamp !== undefined) return counted(look, []);
    return (
      claimSets(rollout, cluster) ??
      renewedSetAnnotations(rollout) ??
      proceed({ ...look, rollout: { ...rollout, deployment: noted(look) } })
    );
  },

  conclude(key, cluster, now, failure) {
    const deployment = cluster.get('deployments', key);
    // A name that exists already is a collision, which the next look sees and resolves.
    if (
      deployment === undefined ||
      failure?.verb !== 'create' ||
      failure.reason === 'AlreadyExists'
    ) {
      return rest('the new set is made');
    }
    if (!hasProgressDeadline(deployment.spec.progressDeadlineSeconds)) return rest('no deadline');
    const message = `Failed to create new replica set "${newSetName(deployment)}": ${failure.message}`;
    const statement = { status: 'False', reason: 'ReplicaSetCreateError', message };
    const next = withProgressing(deployment, statement, cluster.timestamp(now));
    return inOrder(message, [updateStatus('deployments', next)]);
  },
};

/** The way of a live Deployment: what it says about pausing, then its size, then its strategy. */
function proceed(look: Look): Plan {
  const { deployment } = look.rollout;
  if (deployment.spec.paused === true) {
    return counted(look, [...scalingWrites(look.rollout), ...cleanupWrites(look.rollout)]);
  }
  if (isScalingEvent(look.rollout)) return counted(look, scalingWrites(look.rollout));
  return deployment.spec.strategy?.type === 'Recreate' ? recreate(look) : roll(look);
}

function roll(look: Look): Plan {
  const { rollout } = look;
  if (rollout.newSet === undefined) return makeNewSet(look);
  const writes = rollingWrites(rollout);
  return progressed(look, writes.length > 0 ? writes : cleanupOf(rollout));
}

function recreate(look: Look): Plan {
  const { rollout, cluster } = look;
  const emptying = emptyingWrites(rollout);
  if (emptying.length > 0) return progressed(look, emptying);
  if (hasOldPods(rollout, cluster)) return progressed(look, []);
  const { newSet, deployment } = rollout;
  if (newSet === undefined) return makeNewSet(look);
  const wanted = deployment.spec.replicas ?? 1;
  // As upstream, a set that has its size already does not learn the Deployment's anew.
  const writes = sizeOf(newSet) === wanted ? [] : resized(newSet, wanted, deployment);
  return progressed(look, writes.length > 0 ? writes : cleanupOf(rollout));
}

function cleanupOf(rollout: Rollout): readonly Write[] {
  const { deployment, oldSets } = rollout;
  if (oldSets.length === 0 || !isComplete(deployment, deployment.status)) return [];
  return cleanupWrites(rollout);
}

/** Whether pods of old templates still run; those that are being deleted do until they are gone. */
function hasOldPods({ oldSets }: Rollout, cluster: ClusterView): boolean {
  return oldSets.some((set) => {
    const tally = cluster.derived.replicas.get(set.metadata.uid ?? '');
    return tally !== undefined && tally.active + tally.terminating > 0;
  });
}

function makeNewSet({ rollout, cluster, now }: Look): Plan {
  const { deployment, oldSets } = rollout;
  const name = newSetName(deployment);
  if (cluster.get('replicasets', `${deployment.metadata.namespace}/${name}`) !== undefined) {
    return countCollision(deployment, name);
  }
  const write = newSetWrite(rollout);
  const message = `Created new replica set "${name}"`;
  const revised = withRevision(deployment, String(nextRevision(oldSets)));
  const told = hasProgressDeadline(deployment.spec.progressDeadlineSeconds)
    ? withProgressing(
        revised,
        { status: 'True', reason: 'NewReplicaSetCreated', message },
        cluster.timestamp(now),
      )
    : revised;
  const status = rolloutStatus({ deployment: told, newSet: write.object, oldSets }, cluster, now);
  const why = `Deployment ${deployment.metadata.name} has no ReplicaSet of its template: creates ${name} with ${sizeOf(write.object)} replicas`;
  return {
    why,
    writes: [write, updateStatus('deployments', { ...told, status })],
    pace: 'in order',
    concludes: true,
  };
}

/** Another template's set has the name: the count of collisions makes the next hash a different one. */
function countCollision(deployment: Deployment, name: string): Plan {
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  const status: DeploymentStatus = { ...deployment.status, collisionCount };
  return inOrder(
    `Deployment ${deployment.metadata.name}: the name ${name} is taken by another set`,
    [updateStatus('deployments', { ...deployment, status })],
  );
}

/** Writes, then a status that tells of the rollout's progress. */
function progressed(look: Look, writes: readonly Write[]): Plan {
  return withStatus(look, writes, rolloutStatus(look.rollout, look.cluster, look.now));
}

/** Writes, then a status of counts alone: while paused, scaled or deleted no progress is judged. */
function counted(look: Look, writes: readonly Write[]): Plan {
  return withStatus(look, writes, countedStatus(look.rollout, look.cluster, look.now));
}

function withStatus(look: Look, writes: readonly Write[], status: DeploymentStatus): Plan {
  const { rollout, cluster, now } = look;
  const { deployment } = rollout;
  const after = deadlineAfter(deployment, status, cluster, now);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const why = `Deployment ${deployment.metadata.name} wants ${deployment.spec.replicas ?? 1} pods: has ${replicas}, ${updatedReplicas} of the newest template, ${availableReplicas} available`;
  return inOrder(
    why,
    [...writes, updateStatus('deployments', { ...deployment, status })],
    after === undefined ? undefined : { after },
  );
}

/** The new set takes over the Deployment's annotations, a new revision and minReadySeconds. */
function renewedSetAnnotations({ deployment, newSet, oldSets }: Rollout): Plan | undefined {
  if (newSet === undefined) return undefined;
  const { annotations } = newSet.metadata;
  const next = newSetAnnotations(deployment, annotations, nextRevision(oldSets));
  const { minReadySeconds = 0 } = deployment.spec;
  if (next === annotations && (newSet.spec.minReadySeconds ?? 0) === minReadySeconds) {
    return undefined;
  }
  const renewed = {
    ...newSet,
    metadata: { ...newSet.metadata, ...(next === undefined ? undefined : { annotations: next }) },
    spec: { ...newSet.spec, minReadySeconds },
  };
  const why = `ReplicaSet ${newSet.metadata.name} is the newest of Deployment ${deployment.metadata.name}: takes over its revision and settings`;
  return inOrder(why, [update('replicasets', renewed)]);
}

/** The Deployment with what each look notes first: its revision, and whether it is paused. */
function noted({ rollout, cluster, now }: Look): Deployment {
  const { newSet } = rollout;
  const timestamp = cluster.timestamp(now);
  let deployment = withPause(rollout.deployment, timestamp);
  if (newSet === undefined) return deployment;
  deployment = withRevision(deployment, newSet.metadata.annotations?.[revisionAnnotation] ?? '');
  const { progressDeadlineSeconds } = deployment.spec;
  const known = findCondition(deployment.status?.conditions, 'Progressing') !== undefined;
  if (known || !hasProgressDeadline(progressDeadlineSeconds)) return deployment;
  const message = `Found new replica set "${newSet.metadata.name}"`;
  return withProgressing(
    deployment,
    { status: 'True', reason: 'FoundNewReplicaSet', message },
    timestamp,
  );
}

/** Pausing stops the clock of the progress deadline; a rollout that is late already stays so. */
function withPause(deployment: Deployment, timestamp: string): Deployment {
  if (!hasProgressDeadline(deployment.spec.progressDeadlineSeconds)) return deployment;
  const reason = findCondition(deployment.status?.conditions, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return deployment;
  const isPaused = deployment.spec.paused === true;
  if (isPaused === (reason === 'DeploymentPaused')) return deployment;
  const statement = isPaused
    ? { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  return withProgressing(deployment, statement, timestamp);
}

function withProgressing(
  deployment: Deployment,
  statement: Omit<Statement, 'type'>,
  timestamp: string,
): Deployment {
  const conditions = withStatement(
    deployment.status?.conditions ?? [],
    { type: 'Progressing', ...statement },
    timestamp,
  );
  return { ...deployment, status: { ...deployment.status, conditions } };
}

function selectsEverything({ spec }: Deployment): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function refuseToSelectAll(deployment: Deployment): Plan {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  const { generation = 0 } = deployment.metadata;
  if ((deployment.status?.observedGeneration ?? 0) >= generation) return rest(message);
  const status = { ...deployment.status, observedGeneration: generation };
  return inOrder(message, [
    event(referenceTo(deployment), 'Warning', 'SelectingAll', message),
    updateStatus('deployments', { ...deployment, status }),
  ]);
}
