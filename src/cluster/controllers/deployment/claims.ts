import { isControlledBy } from '../../../api/owner-references.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import type { ClusterView } from '../cluster-view.ts';
import { adoptionPatch, releasePatch } from '../owner-references.ts';
import { inOrder, type Plan, type Write } from '../plan.ts';
import { patch } from '../writes.ts';
import type { Rollout } from './rollout.ts';

/** Adopts ReplicaSets without a controller that the selector wants, and releases those it no longer does. */
export function claimSets(rollout: Rollout, cluster: ClusterView): Plan | undefined {
  const { deployment, newSet, oldSets } = rollout;
  const matches = labelSelectorMatcher(deployment.spec.selector);
  const { namespace = '', uid = '', name } = deployment.metadata;
  const orphans = cluster.filed('replicasets', 'orphan', namespace);
  if (orphans.size === 0 && oldSets.length === 0 && newSet !== undefined) {
    // Nearly every look at a Deployment is at one set, which it made itself.
    if (matches(newSet.metadata.labels)) return undefined;
  }
  const writes: Write[] = [];
  for (const [key, set] of orphans) {
    if (set.metadata.deletionTimestamp !== undefined || !matches(set.metadata.labels)) continue;
    writes.push(patch('replicasets', key, adoptionPatch(deployment, set)));
  }
  const adopted = writes.length;
  for (const [key, set] of cluster.filed('replicasets', 'owner', uid)) {
    if (!isControlledBy(set, deployment) || set.metadata.deletionTimestamp !== undefined) continue;
    if (!matches(set.metadata.labels))
      writes.push(patch('replicasets', key, releasePatch(set, uid)));
  }
  if (writes.length === 0) return undefined;
  const released = writes.length - adopted;
  return inOrder(
    `Deployment ${name} adopts ${adopted} ReplicaSets and releases ${released}`,
    writes,
  );
}
