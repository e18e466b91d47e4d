import type { PersistentVolume } from '../../../api/generated/types.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ClusterView } from '../cluster-view.ts';
import { inOrder, rest, type Plan } from '../plan.ts';
import { event, remove, updateStatus } from '../writes.ts';
import { PROVISIONED_BY } from './claim-traits.ts';
import { OWN_PROVISIONER } from './provisioner.ts';

/** A volume's phase, and its end where its claim is gone (upstream: syncVolume). */
export function volumePlan(
  volume: PersistentVolume,
  cluster: ClusterView,
  timestamp: string,
): Plan {
  const { name } = volume.metadata;
  const { claimRef } = volume.spec ?? {};
  const uid = claimRef?.uid ?? '';
  if (claimRef === undefined || uid === '') return inPhase(volume, 'Available', timestamp);
  const claim = cluster.get('persistentvolumeclaims', `${claimRef.namespace}/${claimRef.name}`);
  if (claim === undefined || claim.metadata.uid !== uid) return released(volume, timestamp);
  return claim.spec?.volumeName === name
    ? inPhase(volume, 'Bound', timestamp)
    : rest(`volume ${name} is being bound`);
}

type Phase = NonNullable<NonNullable<PersistentVolume['status']>['phase']>;

function inPhase(volume: PersistentVolume, phase: Phase, timestamp: string): Plan {
  if (volume.status?.phase === phase) return rest(`volume ${volume.metadata.name} is ${phase}`);
  const status = { phase, lastPhaseTransitionTime: timestamp };
  return inOrder(`volume ${volume.metadata.name} becomes ${phase}`, [
    updateStatus('persistentvolumes', { ...volume, status }),
  ]);
}

/** Its claim is gone: it is kept as it is, or deleted by who made it. */
function released(volume: PersistentVolume, timestamp: string): Plan {
  const { name, annotations } = volume.metadata;
  if (volume.status?.phase !== 'Released' && volume.status?.phase !== 'Failed') {
    return inPhase(volume, 'Released', timestamp);
  }
  if (volume.metadata.deletionTimestamp !== undefined) return rest(`${name} is being deleted`);
  const policy = volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain';
  if (policy === 'Retain') return rest(`volume ${name} is kept`);
  if (policy === 'Delete' && annotations?.[PROVISIONED_BY] === OWN_PROVISIONER) {
    return inOrder(`volume ${name} goes with its claim`, [remove('persistentvolumes', volume)]);
  }
  const about = referenceTo(volume);
  const isOthers = annotations?.[PROVISIONED_BY] !== undefined;
  if (isOthers || volume.status.phase === 'Failed') {
    return rest(`volume ${name} is for its provisioner to delete`);
  }
  const verb = policy === 'Delete' ? 'deletion' : 'recycling';
  const message = `no ${policy === 'Delete' ? 'deletable' : 'recyclable'} volume plugin matched`;
  const status = { ...volume.status, phase: 'Failed' as const, message };
  return inOrder(`volume ${name}: its ${verb} fails`, [
    updateStatus('persistentvolumes', { ...volume, status }),
    event(
      about,
      'Warning',
      policy === 'Delete' ? 'VolumeFailedDelete' : 'VolumeFailedRecycle',
      message,
    ),
  ]);
}
