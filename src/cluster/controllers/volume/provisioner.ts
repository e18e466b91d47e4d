import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/generated/types.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import { keyOf } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest } from '../plan.ts';
import { create, event } from '../writes.ts';
import { classOf, PROVISIONED_BY, PROVISIONER } from './claim-traits.ts';

/** Classes with this provisioner get volumes; those of others wait for one that is not simulated. */
export const OWN_PROVISIONER = 'kubarium.io/provisioner';

/**
 * Makes a volume for each claim of a class that names it: what a storage vendor's provisioner does on a
 * real cluster, where it runs as a program of its own. Its volumes can be used from every node.
 */
export const volumeProvisioner: Controller = {
  name: 'kubarium-provisioner',
  workers: 4,
  wokenBy: [
    {
      resource: 'persistentvolumeclaims',
      keys: ({ key, next }) => {
        const claim = next as PersistentVolumeClaim | undefined;
        return claim?.metadata.annotations?.[PROVISIONER] === OWN_PROVISIONER ? [key] : NO_KEYS;
      },
    },
  ],

  reconcile(key, cluster) {
    const claim = cluster.get('persistentvolumeclaims', key);
    if (claim === undefined || (claim.spec?.volumeName ?? '') !== '')
      return rest('it has a volume');
    const volume = volumeFor(claim, cluster);
    if (volume === undefined) return rest('its class is gone');
    if (cluster.get('persistentvolumes', volume.metadata.name ?? '') !== undefined) {
      return rest('its volume is there');
    }
    const about = referenceTo(claim);
    const done = {
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${volume.metadata.name}`,
    };
    const failed = {
      reason: 'ProvisioningFailed',
      message: 'failed to provision volume: {error}',
    };
    const message = `External provisioner is provisioning volume for claim "${key}"`;
    return inOrder(`claim ${key} is for this provisioner: makes its volume`, [
      event(about, 'Normal', 'Provisioning', message),
      create('persistentvolumes', volume, { about, done, failed }),
    ]);
  },
};

function volumeFor(
  claim: PersistentVolumeClaim,
  cluster: ClusterView,
): PersistentVolume | undefined {
  const storageClass = classOf(claim, cluster);
  if (storageClass?.provisioner !== OWN_PROVISIONER) return undefined;
  const { uid = '', name = '', namespace = '', resourceVersion = '' } = claim.metadata;
  const { accessModes, resources, volumeMode } = claim.spec ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${uid}`,
      annotations: { [PROVISIONED_BY]: OWN_PROVISIONER },
    },
    spec: {
      ...(accessModes === undefined ? undefined : { accessModes }),
      capacity: { storage: resources?.requests?.['storage'] ?? '0' },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name,
        namespace,
        uid,
        resourceVersion,
      },
      csi: { driver: OWN_PROVISIONER, volumeHandle: keyOf(claim) },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name ?? '',
      ...(storageClass.mountOptions === undefined
        ? undefined
        : { mountOptions: storageClass.mountOptions }),
      ...(volumeMode === undefined ? undefined : { volumeMode }),
    },
  };
}
