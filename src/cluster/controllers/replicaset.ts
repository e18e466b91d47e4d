import type {
  ReplicaSet,
  ReplicaSetStatus,
  ReplicationController,
} from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { isPodActive } from '../../api/pod-readiness.ts';
import { labelSelectorMatcher } from '../../api/selectors/label-selector.ts';
import type { Micros } from '../../kernel/time.ts';
import { referenceTo } from '../client/event-recorder.ts';
import type { InformerChange } from '../client/informer.ts';
import { keyOf } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import { itself, type Controller } from './controller.ts';
import { adoptionPatch, releasePatch } from './owner-references.ts';
import { inOrder, rest, type Failure, type Plan, type Write } from './plan.ts';
import { ownersOfPod } from './pod-claims.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { cheapestToLose } from './pods-to-lose.ts';
import { availableAt, nextAvailableAt, type ReplicaTally } from './replica-tallies.ts';
import { create, patch, remove, updateStatus } from './writes.ts';

/** Upstream's burstReplicas: how many pods one look at a set may create or delete. */
const BURST_MAX = 500;

/** A kind that keeps a number of pods: ReplicaSets, and ReplicationControllers, which are taken for them. */
export interface ReplicaKind {
  readonly controller: string;
  readonly kind: 'ReplicaSet' | 'ReplicationController';
  readonly resource: 'replicasets' | 'replicationcontrollers';
  /** The object as a ReplicaSet; it keeps its own `kind`. */
  asSet(object: ReplicaSet | ReplicationController): ReplicaSet;
  /** Whether its status counts leaving pods. */
  readonly countsTerminating: boolean;
}

/** Keeps as many live pods as its object asks for. It compares; it never counts changes. */
export function replicaController(own: ReplicaKind): Controller {
  const { resource } = own;
  const setAt = (key: string, cluster: ClusterView): ReplicaSet | undefined => {
    const object = cluster.get(resource, key);
    return object === undefined ? undefined : own.asSet(object);
  };
  return {
    name: own.controller,
    workers: 5,
    wokenBy: [
      itself(resource),
      {
        resource: 'pods',
        ownedBy: own.kind,
        keys: (change, cluster) => setsOfPod(own, change, cluster),
      },
    ],

    reconcile(key, cluster, now) {
      const set = setAt(key, cluster);
      if (set === undefined)
        return rest('it is gone, and its pods are the garbage collector’s now');
      const tally = cluster.derived.replicas.get(set.metadata.uid ?? '');
      if (tally === undefined) return rest('its pods are not counted yet');
      if (set.metadata.deletionTimestamp !== undefined) {
        return status(own, set, tally, cluster, now, true);
      }
      const claims = claimPlan(set, tally, cluster);
      if (claims !== undefined) return claims;
      const wanted = set.spec.replicas ?? 1;
      if (tally.active < wanted) return growth(set, tally.active, wanted);
      if (tally.active > wanted) return shrinkage(set, tally.active, wanted, cluster, now);
      return status(own, set, tally, cluster, now, true);
    },

    conclude(key, cluster, now, failure) {
      const set = setAt(key, cluster);
      const tally = cluster.derived.replicas.get(set?.metadata.uid ?? '');
      if (set === undefined || tally === undefined) return rest('it is gone');
      return status(own, set, tally, cluster, now, failure ?? true);
    },
  };
}

/** Keeps a ReplicaSet's pods. */
export const replicaSetController = replicaController({
  controller: 'replicaset-controller',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  asSet: (object) => object as ReplicaSet, // Its resource holds nothing else.
  countsTerminating: true,
});

/** The sets a changed pod concerns: its controller's, or for an orphan every set that would have it. */
function setsOfPod(
  own: ReplicaKind,
  change: InformerChange,
  cluster: ClusterView,
): readonly string[] {
  return ownersOfPod(change, own.kind, (namespace, pod) => {
    const keys: string[] = [];
    for (const [key, object] of cluster.filed(own.resource, 'namespace', namespace)) {
      const { selector } = own.asSet(object).spec;
      if (labelSelectorMatcher(selector)(pod.metadata.labels)) keys.push(key);
    }
    return keys;
  });
}

/** Adopts orphans that the selector wants and releases pods that it no longer does. */
function claimPlan(set: ReplicaSet, tally: ReplicaTally, cluster: ClusterView): Plan | undefined {
  const orphans = cluster.filed('pods', 'orphan', set.metadata.namespace ?? '');
  if (orphans.size === 0 && tally.strays.size === 0) return undefined;
  const matches = labelSelectorMatcher(set.spec.selector);
  const writes: Write[] = [];
  for (const [key, pod] of orphans) {
    if (!isPodActive(pod) || !matches(pod.metadata.labels)) continue;
    writes.push(patch('pods', key, adoptionPatch(set, pod)));
  }
  const adopted = writes.length;
  for (const key of tally.strays) {
    const pod = cluster.get('pods', key);
    if (pod === undefined || !isPodActive(pod)) continue;
    writes.push(patch('pods', key, releasePatch(pod, tally.uid)));
  }
  if (writes.length === 0) return undefined;
  const why = `${set.kind} ${set.metadata.name} adopts ${adopted} pods and releases ${writes.length - adopted}`;
  return inOrder(why, writes);
}

function growth(set: ReplicaSet, has: number, wanted: number): Plan {
  const count = Math.min(wanted - has, BURST_MAX);
  // One description serves all: the server gives each pod its name.
  const write = create('pods', podFromTemplate(set, set.spec.template), {
    about: referenceTo(set),
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  });
  return {
    why: `${set.kind} ${set.metadata.name} wants ${wanted} pods and has ${has}: creates ${count}`,
    writes: Array.from({ length: count }, () => write),
    pace: 'slow start',
    concludes: true,
  };
}

function shrinkage(
  set: ReplicaSet,
  has: number,
  wanted: number,
  cluster: ClusterView,
  now: Micros,
): Plan {
  const count = Math.min(has - wanted, BURST_MAX);
  const report = {
    about: referenceTo(set),
    done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
    failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
  };
  return {
    why: `${set.kind} ${set.metadata.name} wants ${wanted} pods and has ${has}: deletes ${count}`,
    writes: cheapestToLose(set, count, cluster, now).map(([, pod]) =>
      remove('pods', pod, { report }),
    ),
    pace: 'at once',
    concludes: true,
  };
}

/**
 * The set's status as it is now. `outcome` is how the last creations and deletions went: true, or the
 * refusal, which becomes the condition ReplicaFailure.
 */
function status(
  own: ReplicaKind,
  set: ReplicaSet,
  tally: ReplicaTally,
  cluster: ClusterView,
  now: Micros,
  outcome: true | Failure,
): Plan {
  const { minReadySeconds } = tally.terms;
  const podAt = minReadySeconds > 0 ? (key: string) => cluster.get('pods', key) : undefined;
  const available = podAt === undefined ? tally.ready : availableAt(tally, podAt, now);
  const conditions = conditionsOf(set, cluster, now, outcome);
  // Field by field, because a literal put together from pieces costs several times as much.
  const next: Mutable<ReplicaSetStatus> = { replicas: tally.active };
  if (tally.fullyLabeled > 0) next.fullyLabeledReplicas = tally.fullyLabeled;
  if (tally.ready > 0) next.readyReplicas = tally.ready;
  if (available > 0) next.availableReplicas = available;
  if (own.countsTerminating) next.terminatingReplicas = tally.terminating;
  if (set.metadata.generation !== undefined) next.observedGeneration = set.metadata.generation;
  if (conditions.length > 0) next.conditions = conditions;
  const due = podAt === undefined ? undefined : nextAvailableAt(tally, podAt);
  return inOrder(
    `${set.kind} ${set.metadata.name} has ${tally.active} of ${set.spec.replicas ?? 1} pods, ${tally.ready} ready`,
    [
      updateStatus(own.resource, {
        ...(cluster.find(own.resource, keyOf(set)) ?? set),
        status: next,
      }),
    ],
    due === undefined ? undefined : { after: Math.max(0, due - now) },
  );
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Conditions = NonNullable<ReplicaSetStatus['conditions']>;
const NO_CONDITIONS: Conditions = [];

function conditionsOf(
  set: ReplicaSet,
  cluster: ClusterView,
  now: Micros,
  outcome: true | Failure,
): Conditions {
  const conditions = set.status?.conditions ?? NO_CONDITIONS;
  const present = findCondition(conditions, 'ReplicaFailure');
  if (outcome === true) {
    return present === undefined
      ? conditions
      : conditions.filter((each) => each.type !== 'ReplicaFailure');
  }
  if (present !== undefined) return conditions;
  return [
    ...conditions,
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: outcome.verb === 'delete' ? 'FailedDelete' : 'FailedCreate',
      message: outcome.message,
      lastTransitionTime: cluster.timestamp(now),
    },
  ];
}
