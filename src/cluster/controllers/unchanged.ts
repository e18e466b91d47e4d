import { keyOf } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Write } from './plan.ts';
import { semanticEqual } from '../../api/semantic-equal.ts';

/**
 * The writes that would change something. A reconciler may thus state the whole status each time; an
 * update to what the cache shows already never leaves the process.
 */
export function effectiveWrites(writes: readonly Write[], cluster: ClusterView): readonly Write[] {
  for (let first = 0; first < writes.length; first += 1) {
    if (!isUnchanged(writes[first] as Write, cluster)) continue; // In range by the loop's condition.
    if (writes.length === 1) return NO_WRITES;
    const others = writes.slice(first + 1).filter((write) => !isUnchanged(write, cluster));
    return [...writes.slice(0, first), ...others];
  }
  return writes;
}

const NO_WRITES: readonly Write[] = Object.freeze([]);

function isUnchanged(write: Write, cluster: ClusterView): boolean {
  if (write.verb !== 'update') return false;
  const current = cluster.find(write.resource, keyOf(write.object));
  return current !== undefined && semanticEqual(write.object, current);
}
