import type { Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import { isPodActive } from '../../api/pod-readiness.ts';
import type { LabelMatcher } from '../../api/selectors/label-selector.ts';
import type { InformerChange } from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import { NO_KEYS } from './controller.ts';
import { adoptionPatch, controllerKey, releasePatch } from './owner-references.ts';
import { inOrder, type Plan, type Write } from './plan.ts';
import { patch } from './writes.ts';

interface Owner extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The plan that adopts orphaned pods which the selector wants, and releases owned ones that it no longer
 * does; undefined when the owner's pods are in order (upstream: PodControllerRefManager).
 */
export function claimPods(
  owner: Owner,
  matches: LabelMatcher,
  cluster: ClusterView,
  mayHave: (pod: Pod) => boolean = isPodActive,
): Plan | undefined {
  const { namespace = '', uid = '', name } = owner.metadata;
  const writes: Write[] = [];
  for (const [key, pod] of cluster.filed('pods', 'orphan', namespace)) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (!mayHave(pod) || !matches(pod.metadata.labels)) continue;
    writes.push(patch('pods', key, adoptionPatch(owner, pod)));
  }
  const adopted = writes.length;
  for (const [key, pod] of cluster.filed('pods', 'owner', uid)) {
    if (matches(pod.metadata.labels) || pod.metadata.deletionTimestamp !== undefined) continue;
    if (controllerOf(pod)?.uid === uid) writes.push(patch('pods', key, releasePatch(pod, uid)));
  }
  if (writes.length === 0) return undefined;
  const released = writes.length - adopted;
  return inOrder(`${owner.kind} ${name} adopts ${adopted} pods and releases ${released}`, writes);
}

/** The pods that an owner controls, with their cache keys. */
export function podsOf(
  owner: KubeObject,
  cluster: ClusterView,
): readonly (readonly [string, Pod])[] {
  const pods: (readonly [string, Pod])[] = [];
  const uid = owner.metadata.uid ?? '';
  for (const keyed of cluster.filed('pods', 'owner', uid)) {
    if (controllerOf(keyed[1])?.uid === uid) pods.push(keyed);
  }
  return pods;
}

/**
 * The owners of a kind that a changed pod concerns: its controller before and after, or for an orphan
 * all that would have it.
 */
export function ownersOfPod(
  change: InformerChange,
  kind: string,
  claimants: (namespace: string, pod: Pod) => readonly string[],
): readonly string[] {
  const after = controllerKey(change.next, kind);
  // Most changes of a Pod leave its owners as they are.
  const isSame = change.old?.metadata.ownerReferences === change.next?.metadata.ownerReferences;
  if (isSame && after !== undefined) return [after];
  const before = controllerKey(change.old, kind);
  if (after !== undefined) {
    return before === undefined || before === after ? [after] : [before, after];
  }
  const pod = change.next as Pod | undefined;
  if (pod === undefined || pod.metadata.ownerReferences?.some((each) => each.controller)) {
    return before === undefined ? NO_KEYS : [before];
  }
  const keys = claimants(pod.metadata.namespace ?? '', pod);
  return before === undefined ? keys : [before, ...keys];
}
