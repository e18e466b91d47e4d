import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/generated/types.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import { keyOf } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { inOrder, rest, type Plan } from '../plan.ts';
import { event, update, updateStatus } from '../writes.ts';
import { bestMatch } from './best-match.ts';
import {
  annotated,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  classNameOf,
  classOf,
  defaultClass,
  PROVISIONER,
  refersTo,
  SELECTED_NODE,
} from './claim-traits.ts';

/** One step towards a bound claim (upstream: syncClaim). Each look writes one object once. */
export function claimPlan(claim: PersistentVolumeClaim, cluster: ClusterView): Plan {
  if (claim.metadata.deletionTimestamp !== undefined) return rest('it is being deleted');
  const { volumeName = '' } = claim.spec ?? {};
  if (volumeName === '') return unboundPlan(claim, cluster);
  const volume = cluster.get('persistentvolumes', volumeName);
  const isComplete = claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
  if (volume === undefined) {
    return isComplete ? lost(claim) : rest(`claim ${keyOf(claim)} waits for volume ${volumeName}`);
  }
  const { claimRef } = volume.spec ?? {};
  if (claimRef === undefined) return isComplete ? lost(claim) : reserve(volume, claim);
  if (!refersTo(claimRef, claim)) {
    return isComplete ? lost(claim) : rest(`volume ${volumeName} is another claim’s`);
  }
  if (claimRef.uid !== claim.metadata.uid) return reserve(volume, claim);
  return isComplete ? boundStatus(claim, volume) : take(claim, volume);
}

function unboundPlan(claim: PersistentVolumeClaim, cluster: ClusterView): Plan {
  const key = keyOf(claim);
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return lost(claim);
  if (claim.spec?.storageClassName === undefined) {
    const name = defaultClass(cluster)?.metadata.name;
    if (name !== undefined) {
      const spec = { ...claim.spec, storageClassName: name };
      return inOrder(`claim ${key} gets the default class ${name}`, [
        update('persistentvolumeclaims', { ...claim, spec }),
      ]);
    }
  }
  const storageClass = classOf(claim, cluster);
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volume = bestMatch(claim, waits, cluster);
  if (volume !== undefined) {
    const isReserved = volume.spec?.claimRef?.uid === claim.metadata.uid;
    return isReserved ? take(claim, volume) : reserve(volume, claim);
  }
  return missingPlan(claim, cluster, waits);
}

/** No volume does: says why, and tells a provisioner that one is wanted. */
function missingPlan(claim: PersistentVolumeClaim, cluster: ClusterView, waits: boolean): Plan {
  const key = keyOf(claim);
  const about = referenceTo(claim);
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    inOrder(`claim ${key}: ${message}`, [event(about, type, reason, message)]);
  const className = classNameOf(claim);
  const isChosen = claim.metadata.annotations?.[SELECTED_NODE] !== undefined;
  if (waits && !isChosen) {
    const message = 'waiting for first consumer to be created before binding';
    return say('Normal', 'WaitForFirstConsumer', message);
  }
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return say('Normal', 'FailedBinding', message);
  }
  const storageClass = classOf(claim, cluster);
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    return say('Warning', 'ProvisioningFailed', message);
  }
  const { provisioner } = storageClass;
  if (provisioner === 'kubernetes.io/no-provisioner') {
    return say('Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  const told = event(about, 'Normal', 'ExternalProvisioning', message);
  if (claim.metadata.annotations?.[PROVISIONER] === provisioner) return inOrder(message, [told]);
  return inOrder(`claim ${key} asks provisioner ${provisioner} for a volume`, [
    update('persistentvolumeclaims', annotated(claim, { [PROVISIONER]: provisioner })),
    told,
  ]);
}

/** Writes the claim into the volume: from then on nobody else gets it. */
function reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): Plan {
  const isPromised = volume.spec?.claimRef !== undefined;
  const { fieldPath: _, ...reference } = referenceTo(claim);
  const next = { ...volume, spec: { ...volume.spec, claimRef: reference } };
  return inOrder(`volume ${volume.metadata.name} is reserved for claim ${keyOf(claim)}`, [
    update(
      'persistentvolumes',
      isPromised ? next : annotated(next, { [BOUND_BY_CONTROLLER]: 'yes' }),
    ),
  ]);
}

/** Writes the volume into the claim. */
function take(claim: PersistentVolumeClaim, volume: PersistentVolume): Plan {
  const { name = '' } = volume.metadata;
  const isOwnChoice = (claim.spec?.volumeName ?? '') === '';
  const marks = {
    [BIND_COMPLETED]: 'yes',
    ...(isOwnChoice ? { [BOUND_BY_CONTROLLER]: 'yes' } : undefined),
  };
  const next = annotated({ ...claim, spec: { ...claim.spec, volumeName: name } }, marks);
  return inOrder(`claim ${keyOf(claim)} is bound to volume ${name}`, [
    update('persistentvolumeclaims', next),
  ]);
}

function boundStatus(claim: PersistentVolumeClaim, { metadata, spec }: PersistentVolume): Plan {
  const status = {
    ...claim.status,
    phase: 'Bound' as const,
    ...(spec?.accessModes === undefined ? undefined : { accessModes: spec.accessModes }),
    ...(spec?.capacity === undefined ? undefined : { capacity: spec.capacity }),
  };
  return inOrder(`claim ${keyOf(claim)} has volume ${metadata.name}`, [
    updateStatus('persistentvolumeclaims', { ...claim, status }),
  ]);
}

function lost(claim: PersistentVolumeClaim): Plan {
  if (claim.status?.phase === 'Lost') return rest('it has lost its volume');
  const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
  const { accessModes: _, capacity: __, ...status } = claim.status ?? {};
  return inOrder(`claim ${keyOf(claim)} has lost its volume`, [
    updateStatus('persistentvolumeclaims', { ...claim, status: { ...status, phase: 'Lost' } }),
    event(referenceTo(claim), 'Warning', 'ClaimLost', message),
  ]);
}
