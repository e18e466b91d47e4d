import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import { controllerOf, isControlledBy } from '../../api/owner-references.ts';
import {
  compareForDeletion,
  deletionCandidate,
  type DeletionCandidate,
} from '../../api/pod-deletion-order.ts';
import { isPodActive } from '../../api/pod-readiness.ts';
import { labelSelectorMatcher } from '../../api/selectors/label-selector.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ClusterView } from './cluster-view.ts';

type KeyedPod = readonly [key: string, pod: Pod];

/** The pods that a shrinking set gives up, cheapest first, with their cache keys. */
export function cheapestToLose(
  set: ReplicaSet,
  count: number,
  cluster: ClusterView,
  now: Micros,
): readonly KeyedPod[] {
  const matches = labelSelectorMatcher(set.spec.selector);
  const pods = activePodsOf(set, cluster).filter(([, pod]) => matches(pod.metadata.labels));
  if (count >= pods.length) return pods;
  const crowds = podsPerNode(set, cluster);
  const ranked = pods.map((keyed): readonly [KeyedPod, DeletionCandidate] => {
    const [, pod] = keyed;
    return [keyed, deletionCandidate(pod, crowds.get(pod.spec.nodeName ?? '') ?? 0)];
  });
  const nowMillis = cluster.epochMillis + now / 1000;
  ranked.sort((a, b) => compareForDeletion(a[1], b[1], nowMillis));
  return ranked.slice(0, count).map(([keyed]) => keyed);
}

/** How many active pods of sets of the same Deployment each node has. */
function podsPerNode(set: ReplicaSet, cluster: ClusterView): ReadonlyMap<string, number> {
  const crowds = new Map<string, number>();
  const owner = controllerOf(set);
  if (owner === undefined) return crowds;
  for (const sibling of cluster.filed('replicasets', 'owner', owner.uid).values()) {
    for (const [, pod] of activePodsOf(sibling, cluster)) {
      const node = pod.spec.nodeName ?? '';
      crowds.set(node, (crowds.get(node) ?? 0) + 1);
    }
  }
  return crowds;
}

function activePodsOf(set: ReplicaSet, cluster: ClusterView): readonly KeyedPod[] {
  const pods: KeyedPod[] = [];
  for (const keyed of cluster.filed('pods', 'owner', set.metadata.uid ?? '')) {
    if (isControlledBy(keyed[1], set) && isPodActive(keyed[1])) pods.push(keyed);
  }
  return pods;
}
