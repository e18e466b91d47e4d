import type { ControllerRevision, Pod, StatefulSet } from '../../../api/generated/types.ts';
import type { ClusterView } from '../cluster-view.ts';
import { podsOf } from '../pod-claims.ts';
import { ordinalOf, startOrdinal } from './identity.ts';

/** A set's pods, sorted out by their ordinals. */
export interface Replicas {
  readonly set: StatefulSet;
  /** What pods below the partition are made of. */
  readonly current: ControllerRevision;
  /** What pods are to be made of. */
  readonly update: ControllerRevision;
  readonly all: readonly Pod[];
  /** By position from the start ordinal on; undefined where a pod is to be made. */
  readonly wanted: readonly (Pod | undefined)[];
  /** Beyond the wanted number, the highest ordinal first. */
  readonly condemned: readonly { readonly pod: Pod; readonly ordinal: number }[];
}

export function replicasOf(
  set: StatefulSet,
  current: ControllerRevision,
  update: ControllerRevision,
  cluster: ClusterView,
): Replicas {
  const start = startOrdinal(set);
  const wanted = Array.from({ length: set.spec.replicas ?? 1 }, (): Pod | undefined => undefined);
  const condemned: { pod: Pod; ordinal: number }[] = [];
  const all: Pod[] = [];
  for (const [, pod] of podsOf(set, cluster)) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    all.push(pod);
    const position = ordinal - start;
    if (position >= 0 && position < wanted.length) wanted[position] = pod;
    else condemned.push({ pod, ordinal });
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  return { set, current, update, all, wanted, condemned };
}
