import type { Pod, PodTemplateSpec, StatefulSet } from '../../../api/generated/types.ts';
import { scaledIntOrPercent } from '../../../api/int-or-string.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import { keyOf } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { templateOf } from '../history/controller-revisions.ts';
import type { Report, Write } from '../plan.ts';
import { create, event, remove } from '../writes.ts';
import { claimOwnerWrites } from './claim-owners.ts';
import { claimsOf, podRevision, startOrdinal, statefulPod } from './identity.ts';
import { hasEnded, isHealthy, isRunningAndReady, isTerminating } from './pod-states.ts';
import type { Replicas } from './replicas.ts';

/** What is to be written next, and whether the pods are all as they should be. */
export interface Step {
  readonly writes: readonly Write[];
  readonly why: string;
}

const SETTLED: Step = Object.freeze({ writes: Object.freeze([]), why: 'its pods are in order' });

/**
 * The next step towards the wanted pods (upstream: updateStatefulSet). In order: one pod at a time, each
 * only when all before it serve. In parallel: all at once, but for the rollout.
 */
export function nextStep(replicas: Replicas, cluster: ClusterView, nowMillis: number): Step {
  return (
    growth(replicas, cluster, nowMillis) ??
    shrinkage(replicas, cluster, nowMillis) ??
    rollout(replicas, nowMillis) ??
    SETTLED
  );
}

function isOrdered({ set }: Replicas): boolean {
  return set.spec.podManagementPolicy !== 'Parallel';
}

/** Makes missing pods, replaces ended ones, and in order waits for each. */
function growth(replicas: Replicas, cluster: ClusterView, nowMillis: number): Step | undefined {
  const { set, wanted } = replicas;
  const ordered = isOrdered(replicas);
  const writes: Write[] = [];
  for (const [position, pod] of wanted.entries()) {
    const ordinal = startOrdinal(set) + position;
    if (pod === undefined) {
      const made = birth(replicas, ordinal, cluster);
      if (ordered) return { writes: made, why: `it makes pod ${ordinal}` };
      writes.push(...made);
      continue;
    }
    if (hasEnded(pod) && !isTerminating(pod)) {
      const gone = recreation(set, pod);
      if (ordered) return { writes: gone, why: `pod ${ordinal} has ended: it is made anew` };
      writes.push(...gone);
      continue;
    }
    writes.push(
      ...(pod.status?.phase === 'Pending' ? missingClaims(set, ordinal, pod, cluster) : []),
    );
    if (ordered && !isHealthy(pod, set, nowMillis)) {
      return { writes, why: `it waits for pod ${ordinal}` };
    }
    writes.push(...claimOwnerWrites(set, pod, ordinal, false, cluster));
  }
  return writes.length === 0 ? undefined : { writes, why: `it makes what is missing` };
}

/** The writes that make a pod: its claims first. A claim that is being deleted must go before. */
function birth(replicas: Replicas, ordinal: number, cluster: ClusterView): readonly Write[] {
  const { set } = replicas;
  const { template, revision } = versionOf(replicas, ordinal);
  const pod = statefulPod(set, template, revision, ordinal);
  const isStale = claimsOf(set, ordinal).some(
    (each) =>
      cluster.get('persistentvolumeclaims', keyOf(each))?.metadata.deletionTimestamp !== undefined,
  );
  if (isStale) return [];
  return [
    ...missingClaims(set, ordinal, pod, cluster),
    create('pods', pod, reportOf(set, 'create', pod)),
  ];
}

function missingClaims(
  set: StatefulSet,
  ordinal: number,
  pod: Pod,
  cluster: ClusterView,
): readonly Write[] {
  return claimsOf(set, ordinal)
    .filter((each) => cluster.get('persistentvolumeclaims', keyOf(each)) === undefined)
    .map((claim) => {
      const subject = `create Claim ${claim.metadata.name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
      return create('persistentvolumeclaims', claim, {
        about: referenceTo(set),
        done: { reason: 'SuccessfulCreate', message: `${subject} success` },
        failed: { reason: 'FailedCreate', message: `${subject} failed error: {error}` },
      });
    });
}

/** What an ordinal's pod is made of: below the partition it stays at the current revision. */
function versionOf(
  { set, current, update }: Replicas,
  ordinal: number,
): { readonly template: PodTemplateSpec; readonly revision: string } {
  const { rollingUpdate, type } = set.spec.updateStrategy ?? {};
  const below =
    rollingUpdate === undefined
      ? (set.status?.currentReplicas ?? 0)
      : (rollingUpdate.partition ?? 0);
  const stays = type === 'RollingUpdate' && ordinal < startOrdinal(set) + below;
  const stored = stays && current !== update ? templateOf(current) : undefined;
  return stored === undefined
    ? { template: set.spec.template, revision: update.metadata.name ?? '' }
    : { template: stored, revision: current.metadata.name ?? '' };
}

function recreation(set: StatefulSet, pod: Pod): readonly Write[] {
  const { namespace, name } = set.metadata;
  const failed = pod.status?.phase === 'Failed';
  const what = failed ? 'failed' : 'terminated';
  const reason = failed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod';
  const message = `StatefulSet ${namespace}/${name} is recreating ${what} Pod ${pod.metadata.name}`;
  return [
    event(referenceTo(set), 'Warning', reason, message),
    remove('pods', pod, { report: reportOf(set, 'delete', pod) }),
  ];
}

/** Takes the pods beyond the wanted number away, the highest first. */
function shrinkage(replicas: Replicas, cluster: ClusterView, nowMillis: number): Step | undefined {
  const { set, condemned, all } = replicas;
  const ordered = isOrdered(replicas);
  const firstUnhealthy = all.find((pod) => !isHealthy(pod, set, nowMillis));
  const writes: Write[] = [];
  for (const { pod, ordinal } of condemned) {
    writes.push(...claimOwnerWrites(set, pod, ordinal, true, cluster));
    if (isTerminating(pod)) {
      if (ordered) return { writes, why: `it waits for pod ${ordinal} to go` };
      continue;
    }
    if (ordered && !isRunningAndReady(pod) && pod !== firstUnhealthy) {
      return { writes, why: `it waits for pods before pod ${ordinal}` };
    }
    writes.push(remove('pods', pod, { report: reportOf(set, 'delete', pod) }));
    if (ordered) return { writes, why: `pod ${ordinal} is not wanted: it is deleted` };
  }
  return writes.length === 0 ? undefined : { writes, why: 'it has more pods than wanted' };
}

/** Replaces pods of other revisions, from the highest ordinal down to the partition. */
function rollout(replicas: Replicas, nowMillis: number): Step | undefined {
  const { set, wanted, update } = replicas;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return undefined;
  const lowest = rollingUpdate?.partition ?? 0;
  const bound = scaledIntOrPercent(rollingUpdate?.maxUnavailable ?? 1, wanted.length, 'up');
  let allowed = Math.max(1, bound.ok ? bound.value : 1);
  const isFresh = (pod: Pod) => podRevision(pod) === update.metadata.name;
  const writes: Write[] = [];
  for (let position = wanted.length - 1; position >= lowest && allowed > 0; position--) {
    const pod = wanted[position];
    if (pod === undefined) return undefined;
    if (!isFresh(pod) && !isTerminating(pod)) {
      writes.push(remove('pods', pod, { report: reportOf(set, 'delete', pod) }));
      allowed -= 1;
    } else if (!isHealthy(pod, set, nowMillis)) allowed -= 1;
  }
  if (writes.length === 0) return undefined;
  return { writes, why: `its template has changed: ${writes.length} pods are made anew` };
}

function reportOf(set: StatefulSet, verb: 'create' | 'delete', pod: Pod): Report {
  const subject = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  const noun = verb === 'create' ? 'Create' : 'Delete';
  return {
    about: referenceTo(set),
    done: { reason: `Successful${noun}`, message: `${subject} successful` },
    failed: { reason: `Failed${noun}`, message: `${subject} failed error: {error}` },
  };
}
