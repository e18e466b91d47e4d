import type { ReplicaSet } from '../../../api/generated/types.ts';
import { compareNumbers } from '../../../base/compare.ts';
import type { Write } from '../plan.ts';
import { remove } from '../writes.ts';
import { revisionOf } from './revision.ts';
import { sizeOf, type Rollout } from './rollout.ts';

/** Deletes the oldest of the old sets beyond `revisionHistoryLimit`; those with pods stay. */
export function cleanupWrites({ deployment, oldSets }: Rollout): readonly Write[] {
  const limit = deployment.spec.revisionHistoryLimit;
  // The greatest 32-bit number stands for no limit.
  if (limit === undefined || limit === 2 ** 31 - 1) return [];
  const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
  const excess = alive.length - limit;
  if (excess <= 0) return [];
  return alive
    .toSorted((a, b) => compareNumbers(revisionOf(a), revisionOf(b)))
    .slice(0, excess)
    .filter(isEmpty)
    .map((set) => remove('replicasets', set));
}

function isEmpty(set: ReplicaSet): boolean {
  const { generation = 0 } = set.metadata;
  return (
    sizeOf(set) === 0 &&
    (set.status?.replicas ?? 0) === 0 &&
    generation <= (set.status?.observedGeneration ?? 0)
  );
}
