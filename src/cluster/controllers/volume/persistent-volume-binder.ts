import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/generated/types.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Controller } from '../controller.ts';
import { rest } from '../plan.ts';
import { claimPlan } from './claim-plan.ts';
import { volumePlan } from './volume-plan.ts';

const CLAIM = 'claim:';
const VOLUME = 'volume:';

/** Brings claims and volumes together, and looks after volumes whose claims are gone. */
export const persistentVolumeBinder: Controller = {
  name: 'persistentvolume-controller',
  account: 'persistent-volume-binder',
  workers: 4,
  wokenBy: [
    { resource: 'persistentvolumeclaims', keys: keysOfClaim },
    { resource: 'persistentvolumes', keys: keysOfVolume },
    { resource: 'storageclasses', keys: (_, cluster) => waitingClaims(cluster) },
  ],

  reconcile(key, cluster, now) {
    if (key.startsWith(CLAIM)) {
      const claim = cluster.get('persistentvolumeclaims', key.slice(CLAIM.length));
      return claim === undefined ? rest('it is gone') : claimPlan(claim, cluster);
    }
    const volume = cluster.get('persistentvolumes', key.slice(VOLUME.length));
    return volume === undefined
      ? rest('it is gone')
      : volumePlan(volume, cluster, cluster.timestamp(now));
  },
};

function keysOfClaim({ key, old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const claim = (next ?? old) as PersistentVolumeClaim;
  const keys = [CLAIM + key];
  const { volumeName = '' } = claim.spec ?? {};
  if (volumeName !== '') keys.push(VOLUME + volumeName);
  else if (next === undefined) {
    // It may have been promised a volume.
    for (const [name, volume] of cluster.all('persistentvolumes')) {
      if (volume.spec?.claimRef?.uid === claim.metadata.uid) keys.push(VOLUME + name);
    }
  }
  return keys;
}

function keysOfVolume({ key, old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const volume = (next ?? old) as PersistentVolume;
  const { claimRef } = volume.spec ?? {};
  const keys = [VOLUME + key];
  if (claimRef !== undefined) keys.push(`${CLAIM}${claimRef.namespace}/${claimRef.name}`);
  const isFree = claimRef === undefined && volume.status?.phase === 'Available';
  return isFree ? [...keys, ...waitingClaims(cluster)] : keys;
}

function waitingClaims(cluster: ClusterView): readonly string[] {
  const keys: string[] = [];
  for (const [key, { spec }] of cluster.all('persistentvolumeclaims')) {
    if ((spec?.volumeName ?? '') === '') keys.push(CLAIM + key);
  }
  return keys;
}
