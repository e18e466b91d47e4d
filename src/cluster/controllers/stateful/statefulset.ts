import type { ControllerRevision, StatefulSet } from '../../../api/generated/types.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import type { Micros } from '../../../kernel/time.ts';
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
import { inOrder, rest, type Plan } from '../plan.ts';
import { claimPods, ownersOfPod } from '../pod-claims.ts';
import { updateStatus } from '../writes.ts';
import { ordinalOf, podRevision } from './identity.ts';
import { replicasOf } from './replicas.ts';
import { nextAvailableAfter, statefulStatus } from './status.ts';
import { nextStep } from './steps.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Keeps pods with names, an order and claims of their own. */
export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  workers: 5,
  wokenBy: [
    itself('statefulsets'),
    { resource: 'pods', ownedBy: 'StatefulSet', keys: setsOfPod },
    {
      resource: 'controllerrevisions',
      keys: ({ old, next }) => {
        const key = controllerKey(next ?? old, 'StatefulSet');
        return key === undefined ? NO_KEYS : [key];
      },
    },
    { resource: 'persistentvolumeclaims', keys: setsOfLostClaim },
  ],

  reconcile(key, cluster, now) {
    const set = cluster.get('statefulsets', key);
    if (set === undefined) return rest('it is gone, and its pods are the garbage collector’s now');
    return claims(set, cluster) ?? history(set, cluster) ?? sync(set, cluster, now);
  },
};

function setsOfPod(change: InformerChange, cluster: ClusterView): readonly string[] {
  return ownersOfPod(change, 'StatefulSet', (namespace, pod) => {
    const keys: string[] = [];
    for (const [key, set] of cluster.filed('statefulsets', 'namespace', namespace)) {
      if (labelSelectorMatcher(set.spec.selector)(pod.metadata.labels)) keys.push(key);
    }
    return keys;
  });
}

/** A claim that has gone may be one that a pod waits to have made anew. */
function setsOfLostClaim({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  if (old === undefined || next !== undefined) return NO_KEYS;
  const keys: string[] = [];
  const { namespace = '', name = '' } = old.metadata;
  for (const [key, { metadata }] of cluster.filed('statefulsets', 'namespace', namespace)) {
    if (name.includes(`-${metadata.name}-`)) keys.push(key);
  }
  return keys;
}

function claims(set: StatefulSet, cluster: ClusterView): Plan | undefined {
  if (set.metadata.deletionTimestamp !== undefined) return undefined;
  const matches = labelSelectorMatcher(set.spec.selector);
  const revisions = revisionClaims(set, matches, cluster);
  if (revisions.length > 0) {
    const why = `StatefulSet ${set.metadata.name} adopts ${revisions.length} revisions`;
    return inOrder(why, revisions);
  }
  return claimPods(set, matches, cluster, (pod) => ordinalOf(set, pod) !== undefined);
}

/** Makes sure that the template has its revision, before any pod is made of it. */
function history(set: StatefulSet, cluster: ClusterView): Plan | undefined {
  const { collisionCount } = set.status ?? {};
  const revisions = revisionsOf(set, cluster);
  const counted = collisionCount === 0 ? undefined : collisionCount;
  const wanted = revisionWrite(set, revisions, HASH_LABEL, counted, cluster);
  if (wanted === undefined) return undefined;
  const { name } = set.metadata;
  if ('collides' in wanted) {
    const none = { replicas: 0, availableReplicas: 0 };
    const status = { ...none, ...set.status, collisionCount: (collisionCount ?? 0) + 1 };
    return inOrder(`StatefulSet ${name} finds its revision’s name taken: counts a collision`, [
      updateStatus('statefulsets', { ...set, status }),
    ]);
  }
  return inOrder(`StatefulSet ${name} keeps its template as a revision`, [wanted.write]);
}

function sync(set: StatefulSet, cluster: ClusterView, now: Micros): Plan {
  const revisions = revisionsOf(set, cluster);
  const update = currentRevision(set, revisions);
  if (update === undefined) return rest('its revision is on its way');
  const current = namedRevision(revisions, set.status?.currentRevision) ?? update;
  const replicas = replicasOf(set, current, update, cluster);
  const nowMillis = cluster.epochMillis + now / 1000;
  const status = statefulStatus(replicas, nowMillis);
  const isLeaving = set.metadata.deletionTimestamp !== undefined;
  const step = isLeaving
    ? { writes: [], why: 'it is being deleted' }
    : nextStep(replicas, cluster, nowMillis);
  const live = new Set([status.currentRevision, status.updateRevision, current.metadata.name]);
  for (const pod of replicas.all) live.add(podRevision(pod));
  const old = historyCleanup(revisions, set.spec.revisionHistoryLimit ?? 10, (each) =>
    live.has(each.metadata.name),
  );
  const after = nextAvailableAfter(replicas, nowMillis);
  return {
    why: `StatefulSet ${set.metadata.name} has ${replicas.all.length} of ${set.spec.replicas ?? 1} pods: ${step.why}`,
    writes: [updateStatus('statefulsets', { ...set, status }), ...step.writes, ...old],
    pace: 'in order',
    ...(after === undefined ? undefined : { after }),
  };
}

function namedRevision(
  revisions: readonly ControllerRevision[],
  name: string | undefined,
): ControllerRevision | undefined {
  return revisions.find((each) => each.metadata.name === name);
}
