import type { OwnerReference, Pod, StatefulSet } from '../../../api/generated/types.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Write } from '../plan.ts';
import { update } from '../writes.ts';
import { claimsOf } from './identity.ts';

/**
 * Makes the set or the pod own a pod's claims, as persistentVolumeClaimRetentionPolicy wants it, so that
 * the garbage collector deletes them with the one or the other; or makes nobody own them.
 */
export function claimOwnerWrites(
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
  isCondemned: boolean,
  cluster: ClusterView,
): readonly Write[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const owner =
    isCondemned && whenScaled === 'Delete'
      ? reference('v1', 'Pod', pod)
      : whenDeleted === 'Delete'
        ? reference('apps/v1', 'StatefulSet', set)
        : undefined;
  const writes: Write[] = [];
  for (const { metadata } of claimsOf(set, ordinal)) {
    const key = `${metadata.namespace ?? ''}/${metadata.name}`;
    const claim = cluster.get('persistentvolumeclaims', key);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    const before = claim.metadata.ownerReferences ?? [];
    const others = before.filter(
      (each) =>
        !isOf(each, 'Pod', pod.metadata.name) && !isOf(each, 'StatefulSet', set.metadata.name),
    );
    const after = owner === undefined ? others : [...others, owner];
    if (semanticEqual(before, after)) continue;
    const { ownerReferences: _, ...rest } = claim.metadata;
    const next = after.length === 0 ? rest : { ...rest, ownerReferences: after };
    writes.push(update('persistentvolumeclaims', { ...claim, metadata: next }));
  }
  return writes;
}

function isOf(owner: OwnerReference, kind: string, name: string | undefined): boolean {
  return owner.kind === kind && owner.name === name;
}

function reference(
  apiVersion: string,
  kind: string,
  { metadata }: Pod | StatefulSet,
): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    ...(kind === 'StatefulSet' ? { controller: true } : undefined),
  };
}
