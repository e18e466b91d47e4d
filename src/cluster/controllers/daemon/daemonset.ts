import type { ControllerRevision, DaemonSet, Node, Pod } from '../../../api/generated/types.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, NO_KEYS, type Controller } from '../controller.ts';
import {
  currentRevision,
  historyCleanup,
  revisionClaims,
  revisionsOf,
  revisionWrite,
} from '../history/controller-revisions.ts';
import { controllerKey } from '../owner-references.ts';
import { inOrder, rest, type Memo, type Plan, type Write } from '../plan.ts';
import { claimPods, ownersOfPod } from '../pod-claims.ts';
import { create, remove, updateStatus } from '../writes.ts';
import { daemonPod, podsByNode, REVISION_HASH_LABEL, type PodsByNode } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';
import { placement } from './placement.ts';
import { rolloutStep } from './rolling-update.ts';
import { daemonStatus, nextAvailableAfter } from './status.ts';

/** Upstream's BurstReplicas of DaemonSets. */
const BURST_MAX = 250;

/** Keeps one pod on every node that a DaemonSet is for; its pods are bound by the scheduler. */
export const daemonSetController: Controller = {
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  workers: 2,
  wokenBy: [
    itself('daemonsets'),
    { resource: 'pods', ownedBy: 'DaemonSet', keys: setsOfPod },
    { resource: 'nodes', keys: setsOfNode },
    {
      resource: 'controllerrevisions',
      keys: ({ old, next }) => {
        const key = controllerKey(next ?? old, 'DaemonSet');
        return key === undefined ? NO_KEYS : [key];
      },
    },
  ],

  reconcile(key, cluster, now, memo) {
    const set = cluster.get('daemonsets', key);
    if (set === undefined) return rest('it is gone, and its pods are the garbage collector’s now');
    if (set.metadata.deletionTimestamp !== undefined) return rest('it is being deleted');
    return claims(set, cluster) ?? history(set, cluster) ?? daemons(set, cluster, now, memo);
  },

  conclude(key, cluster, now) {
    const set = cluster.get('daemonsets', key);
    const revision = set && currentRevision(set, revisionsOf(set, cluster));
    if (set === undefined || revision === undefined) return rest('it is gone');
    return statusPlan(set, podsByNode(set, cluster), hashOf(revision), cluster, now);
  },
};

function setsOfPod(change: InformerChange, cluster: ClusterView): readonly string[] {
  return ownersOfPod(change, 'DaemonSet', (namespace, pod) => {
    const keys: string[] = [];
    for (const [key, set] of cluster.filed('daemonsets', 'namespace', namespace)) {
      if (labelSelectorMatcher(set.spec.selector)(pod.metadata.labels)) keys.push(key);
    }
    return keys;
  });
}

/** The sets whose opinion of a node changes with it. A node's heartbeats change nobody's. */
function setsOfNode({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const before = old as Node | undefined;
  const after = next as Node | undefined;
  if (before !== undefined && after !== undefined) {
    const isSame =
      semanticEqual(before.metadata.labels, after.metadata.labels) &&
      semanticEqual(before.spec?.taints, after.spec?.taints);
    if (isSame) return NO_KEYS;
  }
  const keys: string[] = [];
  for (const [key, set] of cluster.all('daemonsets')) {
    const was = before === undefined ? undefined : eligibilityOf(set, before);
    const is = after === undefined ? undefined : eligibilityOf(set, after);
    if (was?.run !== is?.run || was?.stay !== is?.stay) keys.push(key);
  }
  return keys;
}

function claims(set: DaemonSet, cluster: ClusterView): Plan | undefined {
  const matches = labelSelectorMatcher(set.spec.selector);
  const revisions = revisionClaims(set, matches, cluster);
  if (revisions.length > 0) {
    return inOrder(
      `DaemonSet ${set.metadata.name} adopts ${revisions.length} revisions`,
      revisions,
    );
  }
  return claimPods(set, matches, cluster, () => true);
}

/** Makes sure that the template has its revision, before any pod is made of it. */
function history(set: DaemonSet, cluster: ClusterView): Plan | undefined {
  const { collisionCount } = set.status ?? {};
  const revisions = revisionsOf(set, cluster);
  const wanted = revisionWrite(set, revisions, REVISION_HASH_LABEL, collisionCount, cluster);
  if (wanted === undefined) return undefined;
  const { name } = set.metadata;
  if ('collides' in wanted) {
    const status = { ...noStatus, ...set.status, collisionCount: (collisionCount ?? 0) + 1 };
    return inOrder(`DaemonSet ${name} finds its revision’s name taken: counts a collision`, [
      updateStatus('daemonsets', { ...set, status }),
    ]);
  }
  return inOrder(`DaemonSet ${name} keeps its template as a revision`, [wanted.write]);
}

const noStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[REVISION_HASH_LABEL] ?? '';
}

/** Makes and deletes pods: first what nodes lack or have too many of, else the rollout's next step. */
function daemons(set: DaemonSet, cluster: ClusterView, now: Micros, memo: Memo | undefined): Plan {
  const revisions = revisionsOf(set, cluster);
  const revision = currentRevision(set, revisions);
  if (revision === undefined) return rest('its revision is on its way');
  const hash = hashOf(revision);
  const byNode = podsByNode(set, cluster);
  const nowMillis = cluster.epochMillis + now / 1000;
  const wanted = placement(set, byNode, hash, cluster, now, memo);
  let { missing, remove: surplus } = wanted;
  if (missing.length === 0 && surplus.length === 0) {
    const step = rolloutStep(set, byNode, hash, wanted.desired, nowMillis);
    missing = step.surge;
    surplus = step.remove;
  }
  const { name } = set.metadata;
  const later = {
    ...(wanted.remember === undefined ? undefined : { remember: wanted.remember }),
    ...(wanted.after === undefined ? undefined : { after: wanted.after }),
  };
  if (missing.length > 0 || surplus.length > 0) {
    const why = `DaemonSet ${name} is for ${wanted.desired} nodes: creates ${missing.length} pods, deletes ${surplus.length}`;
    const writes = [
      ...wanted.announcements,
      ...podWrites(set, missing.slice(0, BURST_MAX), surplus.slice(0, BURST_MAX), hash),
    ];
    return { why, writes, pace: 'slow start', concludes: true, ...later };
  }
  const liveHashes = new Set<string>();
  for (const pods of byNode.values()) {
    for (const pod of pods) liveHashes.add(pod.metadata.labels?.[REVISION_HASH_LABEL] ?? '');
  }
  const old = historyCleanup(
    revisions,
    set.spec.revisionHistoryLimit ?? 10,
    (each) => each === revision || liveHashes.has(hashOf(each)),
  );
  const plan = statusPlan(set, byNode, hash, cluster, now);
  return { ...plan, ...later, writes: [...wanted.announcements, ...old, ...plan.writes] };
}

function podWrites(
  set: DaemonSet,
  nodes: readonly string[],
  pods: readonly Pod[],
  hash: string,
): readonly Write[] {
  const about = referenceTo(set);
  const created = {
    about,
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  };
  const deleted = {
    about,
    done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
    failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
  };
  return [
    ...pods.map((pod) => remove('pods', pod, { report: deleted })),
    ...nodes.map((node) => create('pods', daemonPod(set, node, hash), created)),
  ];
}

function statusPlan(
  set: DaemonSet,
  byNode: PodsByNode,
  hash: string,
  cluster: ClusterView,
  now: Micros,
): Plan {
  const status = daemonStatus(set, byNode, hash, cluster, now);
  const after = nextAvailableAfter(set, byNode, cluster, now);
  return inOrder(
    `DaemonSet ${set.metadata.name} has ${status.currentNumberScheduled} of ${status.desiredNumberScheduled} pods, ${status.numberReady} ready`,
    [updateStatus('daemonsets', { ...set, status })],
    after === undefined ? undefined : { after },
  );
}
