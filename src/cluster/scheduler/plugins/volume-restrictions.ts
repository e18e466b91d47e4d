import type { Volume } from '../../../api/generated/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { type Cycle, definePlugin, podsOf, reject, SKIP } from '../framework/plugin.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';
import { notFound } from './volumes/claims.ts';

const NAME = 'VolumeRestrictions';
const DISK_IN_USE = unschedulable(NAME, 'node(s) had no available disk');
const CLAIM_IN_USE = unschedulable(
  NAME,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface RestrictionState {
  /** The Pod's volumes that cannot be mounted on a node twice. */
  readonly disks: readonly Volume[];
  /** Keys of its claims that one Pod alone may use. */
  readonly exclusiveClaims: readonly string[];
}

/** Keeps Pods off nodes where a disk they name is in use, and waits while an exclusive claim is. */
export const volumeRestrictions = definePlugin({
  name: NAME,
  repeats: true,
  wakesOn: [
    {
      resource: 'AssignedPod',
      action: ACTION.delete,
      helps: (waiting, change) => {
        const { old } = podsOf(change);
        const volumes = waiting.pod.spec.volumes ?? [];
        if (old === undefined || old.metadata.namespace === undefined) return false;
        const sharesClaim =
          old.metadata.namespace === waiting.namespace &&
          (old.spec.volumes ?? []).some(
            ({ persistentVolumeClaim }) =>
              persistentVolumeClaim !== undefined &&
              volumes.some(
                (each) => each.persistentVolumeClaim?.claimName === persistentVolumeClaim.claimName,
              ),
          );
        return (
          sharesClaim ||
          (old.spec.volumes ?? []).some((theirs) =>
            volumes.some((own) => disksConflict(own, theirs)),
          )
        );
      },
    },
    { resource: 'Node', action: ACTION.add },
    {
      resource: 'PersistentVolumeClaim',
      action: ACTION.add,
      helps: (waiting, { next }) => {
        const claim = next as { metadata: { namespace?: string; name?: string } };
        return (
          claim.metadata.namespace === waiting.namespace &&
          waiting.claims.some((each) => each.claimName === claim.metadata.name)
        );
      },
    },
  ],

  preFilter({ snapshot, pod }: Cycle) {
    const { claims, disks } = pod;
    // Most volumes are neither disks nor claims.
    if (disks.length === 0 && claims.length === 0) return SKIP;
    const exclusiveClaims: string[] = [];
    for (const { claimName, isEphemeral } of claims) {
      if (isEphemeral) continue;
      const key = `${pod.namespace}/${claimName}`;
      const claim = snapshot.objects.store('persistentVolumeClaims').get(key);
      if (claim === undefined) {
        return reject(unresolvable(NAME, notFound('persistentvolumeclaim', claimName)));
      }
      if (claim.spec?.accessModes?.includes('ReadWriteOncePod') === true) exclusiveClaims.push(key);
    }
    if (disks.length === 0 && !exclusiveClaims.some((key) => snapshot.claimUse.has(key))) {
      return SKIP;
    }
    return { kind: 'proceed', state: { disks, exclusiveClaims } };
  },

  filter({ snapshot }, node, { disks, exclusiveClaims }: RestrictionState) {
    if (disks.length > 0) {
      for (const other of snapshot.table.pods[node]?.values() ?? []) {
        for (const theirs of other.disks) {
          if (disks.some((own) => disksConflict(own, theirs))) return DISK_IN_USE;
        }
      }
    }
    return exclusiveClaims.some((key) => snapshot.claimUse.has(key)) ? CLAIM_IN_USE : undefined;
  },
});

/** Whether two volumes are one disk that cannot be mounted for both; most may be, if both only read. */
function disksConflict(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const isSame = a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName;
    return isSame && !bothRead(a.gcePersistentDisk, b.gcePersistentDisk);
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) {
    return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID;
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    return a.iscsi.iqn === b.iscsi.iqn && !bothRead(a.iscsi, b.iscsi);
  }
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const theirs = b.rbd;
    return (
      a.rbd.monitors.some((each) => theirs.monitors.includes(each)) &&
      (a.rbd.pool ?? '') === (theirs.pool ?? '') &&
      a.rbd.image === theirs.image &&
      !bothRead(a.rbd, theirs)
    );
  }
  return false;
}

function bothRead(a: { readonly readOnly?: boolean }, b: { readonly readOnly?: boolean }): boolean {
  return a.readOnly === true && b.readOnly === true;
}
