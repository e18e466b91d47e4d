import type { Namespace, NamespaceCondition } from '../../../api/generated/types.ts';
import { parseTime } from '../../../api/time.ts';
import { MILLISECOND, SECOND, type Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, type Controller } from '../controller.ts';
import { inOrder, rest, type Plan, type Write } from '../plan.ts';
import { resourceInfos } from '../resources.ts';
import { updateStatus } from '../writes.ts';
import { contentOf, type Content } from './content.ts';
import { deletionConditions } from './conditions.ts';

const FINALIZER = 'kubernetes';
/** Upstream waits so long, so that every API server has heard that nothing may be created any more. */
const GRACE: Micros = 5 * SECOND;

/** Empties a namespace that is being deleted, and lets it go when nothing is left. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  workers: 10,
  qpsFactor: 20,
  wokenBy: [itself('namespaces')],

  reconcile(key, cluster, now, memo) {
    const namespace = cluster.get('namespaces', key);
    const since = parseTime(namespace?.metadata.deletionTimestamp ?? '');
    if (namespace === undefined) return rest('it is gone', { remember: null });
    if (since === undefined) return rest('it is not being deleted');
    if (namespace.spec?.finalizers?.includes(FINALIZER) !== true) return rest('it is finalized');
    const first = (since - cluster.epochMillis) * 1000 + GRACE;
    const wait = Math.max(first, Number(memo?.['next'] ?? 0)) - now;
    if (wait > 0) return rest('it is given time', { after: wait });
    const content = contentOf(key, cluster);
    if (content.length === 0) return finish(namespace, cluster, now);
    // Pods go first, so that what protects them (network policies and the like) outlives them.
    const pods = content.filter(({ resource }) => resource === 'pods');
    return purge(namespace, pods.length > 0 ? pods : content);
  },

  conclude(key, cluster, now, failure) {
    const namespace = cluster.get('namespaces', key);
    const isOurs = namespace?.spec?.finalizers?.includes(FINALIZER) === true;
    if (namespace === undefined || !isOurs || failure !== undefined) return rest('nothing to add');
    const content = contentOf(key, cluster);
    const told = withConditions(namespace, content, cluster.timestamp(now));
    const after = pauseFor(content);
    return inOrder(
      `namespace ${key} still holds ${content.map(({ resource }) => resource).join(', ')}`,
      [updateStatus('namespaces', told)],
      { after, remember: { next: now + after } },
    );
  },
};

/** Deletes everything of every kind that has something. */
function purge(namespace: Namespace, content: readonly Content[]): Plan {
  const { name = '' } = namespace.metadata;
  const kinds = content.map(({ resource, objects }) => `${objects.length} ${resource}`).join(', ');
  return {
    why: `namespace ${name} is being deleted and holds ${kinds}: deletes them`,
    writes: content.map(({ resource }) => purgeOf(resource, name)),
    pace: 'in order',
    concludes: true,
  };
}

/** Deletes what is not mirrored, then takes the finalizer off: the API server drops the namespace. */
function finish(namespace: Namespace, cluster: ClusterView, now: Micros): Plan {
  const { name = '' } = namespace.metadata;
  const unseen = resourceInfos
    .filter((each) => each.namespaced && (!each.mirrored || each.name === 'leases'))
    .map((each): Write => purgeOf(each.name, name));
  const finalized: Namespace = {
    ...withConditions(namespace, [], cluster.timestamp(now)),
    spec: {
      ...namespace.spec,
      finalizers: (namespace.spec?.finalizers ?? []).filter((each) => each !== FINALIZER),
    },
  };
  return inOrder(`namespace ${name} is empty: finalizes it`, [
    ...unseen,
    { verb: 'update', resource: 'namespaces', subresource: 'finalize', object: finalized },
  ]);
}

function purgeOf(resource: string, namespace: string): Write {
  return { verb: 'delete collection', resource, namespace };
}

function withConditions(
  namespace: Namespace,
  content: readonly Content[],
  timestamp: string,
): Namespace {
  const conditions: readonly NamespaceCondition[] = deletionConditions(
    namespace.status?.conditions ?? [],
    content,
    timestamp,
  );
  return { ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions } };
}

/** Upstream looks again after half of the longest grace that pods were given, and a second. */
function pauseFor(content: readonly Content[]): Micros {
  const grace = content.reduce((longest, each) => Math.max(longest, each.graceSeconds), 0);
  return grace === 0 ? 100 * MILLISECOND : Math.floor(grace / 2) * SECOND + SECOND;
}
