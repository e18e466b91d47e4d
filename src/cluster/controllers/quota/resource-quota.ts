import type { Pod, ResourceQuota } from '../../../api/generated/types.ts';
import { isPodFinished } from '../../../api/pod-readiness.ts';
import { isInScope } from '../../../api/quota/scopes.ts';
import { addedText, usageOf } from '../../../api/quota/usage.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { MINUTE, type Micros } from '../../../kernel/time.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest } from '../plan.ts';
import { resourceInfo } from '../resources.ts';
import { updateStatus } from '../writes.ts';

/** Upstream counts everything anew this often, in case a charge was for an object that never came. */
const RESYNC: Micros = 5 * MINUTE;

/**
 * Counts what a namespace uses of its quotas. New objects are charged by the API server when they are
 * made; this loop counts when a quota is new or changed and when something goes.
 */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  workers: 5,
  wokenBy: [
    { resource: 'resourcequotas', keys: keysOfQuota },
    { resource: '*', about: ['loss'], keys: keysOfLoss },
    { resource: 'pods', about: ['quotas'], keys: keysOfPod },
  ],

  reconcile(key, cluster) {
    const quota = cluster.get('resourcequotas', key);
    if (quota === undefined) return rest('it is gone');
    const { hard = {} } = quota.spec ?? {};
    const used = usedOf(quota, cluster);
    return inOrder(
      `quota ${key} is used: ${Object.entries(used)
        .map(([name, amount]) => `${name} ${amount} of ${hard[name]}`)
        .join(', ')}`,
      [updateStatus('resourcequotas', { ...quota, status: { hard, used } })],
      { after: RESYNC },
    );
  },
};

/** A charge changes the status alone, and is right as it is. */
function keysOfQuota({ key, old, next }: InformerChange): readonly string[] {
  const before = old as ResourceQuota | undefined;
  const after = next as ResourceQuota | undefined;
  if (after === undefined) return NO_KEYS;
  const isCounted = semanticEqual(after.status?.hard ?? {}, after.spec?.hard ?? {});
  return before !== undefined && semanticEqual(before.spec, after.spec) && isCounted
    ? NO_KEYS
    : [key];
}

/** The quotas that an object may be counted by. */
function quotasOver(object: KubeObject | undefined, cluster: ClusterView): readonly string[] {
  const namespace = object?.metadata.namespace ?? '';
  return namespace === ''
    ? NO_KEYS
    : [...cluster.filed('resourcequotas', 'namespace', namespace).keys()];
}

/** Something that may be counted has gone. */
function keysOfLoss({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  return next === undefined ? quotasOver(old, cluster) : NO_KEYS;
}

/** A Pod that stays and counts otherwise. */
function keysOfPod({ old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  if (old === undefined || next === undefined) return NO_KEYS;
  return countsOtherwise(old as Pod, next as Pod) ? quotasOver(next, cluster) : NO_KEYS;
}

/** A Pod has ended, or a resize of it has begun or ended. */
function countsOtherwise(old: Pod, next: Pod): boolean {
  if (!isPodFinished(old) && isPodFinished(next)) return true;
  if (old.metadata.generation !== next.metadata.generation) return true;
  const isResizing = ({ status }: Pod): boolean =>
    status?.conditions?.some(({ type }) => type.startsWith('PodResize')) === true;
  return isResizing(old) !== isResizing(next);
}

function usedOf(quota: ResourceQuota, cluster: ClusterView): Readonly<Record<string, string>> {
  const { namespace = '' } = quota.metadata;
  const used: Record<string, string> = {};
  const resources = new Set<string>();
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    used[name] = '0';
    resources.add(resourceCountedAs(name));
  }
  for (const resource of resources) {
    const info = resourceInfo(resource);
    if (info === undefined) continue;
    const group = info.apiVersion.includes('/') ? (info.apiVersion.split('/')[0] ?? '') : '';
    for (const object of cluster.filedAny(resource, 'namespace', namespace).values()) {
      const whole = { ...object, apiVersion: info.apiVersion, kind: info.kind };
      if (!isInScope(quota, whole)) continue;
      for (const [name, amount] of usageOf(whole, { group, plural: resource })) {
        if (Object.hasOwn(used, name)) used[name] = addedText(used[name], amount);
      }
    }
  }
  return used;
}

/** The plural of the objects that are counted under a quota's name. */
function resourceCountedAs(name: string): string {
  if (name.startsWith('count/')) return name.slice('count/'.length).split('.')[0] ?? '';
  if (name.startsWith('services')) return 'services';
  if (name === 'requests.storage' || name.includes('.storageclass.storage.k8s.io/')) {
    return 'persistentvolumeclaims';
  }
  return resourceInfo(name) === undefined ? 'pods' : name;
}
