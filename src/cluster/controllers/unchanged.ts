import { keyOf } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import type { ObjectWrite, Write } from './plan.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';

/**
 * The writes that would change something. A reconciler may thus state the whole status each time; an
 * update to what the cache shows already never leaves the process.
 */
export function effectiveWrites(writes: readonly Write[], cluster: ClusterView): readonly Write[] {
  for (let at = 0; at < writes.length; at += 1) {
    const write = writes[at] as Write; // In range by the loop's condition.
    if (write.verb !== 'update' || !isUnchanged(write, cluster)) continue;
    return writes.length === 1 ? NO_WRITES : changing(writes, cluster);
  }
  return writes;
}

function changing(writes: readonly Write[], cluster: ClusterView): readonly Write[] {
  return writes.filter((write) => write.verb !== 'update' || !isUnchanged(write, cluster));
}

type Update = Extract<ObjectWrite, { readonly verb: 'update' }>;

const NO_WRITES: readonly Write[] = Object.freeze([]);

function isUnchanged({ resource, object }: Update, cluster: ClusterView): boolean {
  const current = cluster.find(resource, keyOf(object));
  return current !== undefined && semanticEqual(object, current);
}
