import type { ReplicaSet } from '../../../api/generated/types.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS } from '../controller.ts';
import { controllerKey } from '../owner-references.ts';

/** The Deployments a changed ReplicaSet concerns: its controller's, or every one that would have it. */
export function deploymentsOfSet(change: InformerChange, cluster: ClusterView): readonly string[] {
  const before = controllerKey(change.old, 'Deployment');
  const after = controllerKey(change.next, 'Deployment');
  if (after !== undefined) {
    return before === undefined || before === after ? [after] : [before, after];
  }
  const { next } = change;
  const keys = before === undefined ? [] : [before];
  if (next === undefined) return keys;
  const { labels, namespace = '' } = next.metadata;
  for (const [key, deployment] of cluster.filed('deployments', 'namespace', namespace)) {
    if (labelSelectorMatcher(deployment.spec.selector)(labels)) keys.push(key);
  }
  return keys;
}

/** A pod that is gone concerns a Deployment that recreates: it waits for the last one. */
export function deploymentsOfPod(change: InformerChange, cluster: ClusterView): readonly string[] {
  if (change.next !== undefined) return NO_KEYS;
  const setKey = controllerKey(change.old, 'ReplicaSet');
  const set: ReplicaSet | undefined =
    setKey === undefined ? undefined : cluster.get('replicasets', setKey);
  const key = controllerKey(set, 'Deployment');
  if (key === undefined) return NO_KEYS;
  const strategy = cluster.get('deployments', key)?.spec.strategy?.type;
  return strategy === 'Recreate' ? [key] : NO_KEYS;
}
