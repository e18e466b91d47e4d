import { keyOf } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Write } from './plan.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';

/**
 * The writes that would change something. A reconciler may thus state the whole status each time; an
 * update to what the cache shows already never leaves the process.
 */
export function effectiveWrites(writes: readonly Write[], cluster: ClusterView): readonly Write[] {
  for (let at = 0; at < writes.length; at += 1) {
    if (!isUnchanged(writes[at] as Write, cluster)) continue; // In range by the loop's condition.
    return writes.length === 1 ? NO_WRITES : changing(writes, cluster);
  }
  return writes;
}

function changing(writes: readonly Write[], cluster: ClusterView): readonly Write[] {
  return writes.filter((write) => !isUnchanged(write, cluster));
}

const NO_WRITES: readonly Write[] = Object.freeze([]);

function isUnchanged(write: Write, cluster: ClusterView): boolean {
  if (write.verb !== 'update') return false;
  const current = cluster.find(write.resource, keyOf(write.object));
  return current !== undefined && semanticEqual(write.object, current);
}
