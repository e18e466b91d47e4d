import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../api/generated/types.ts';
import { labelOf } from '../../../../api/selectors/label-requirement.ts';
import { goQuote } from '../../../../api/go-text.ts';
import type { ClusterObjects } from '../../snapshot/cluster-objects.ts';

/** Upstream's "not found" of a lister. */
export function notFound(resource: string, name: string): string {
  return `${resource} ${goQuote(name)} not found`;
}

/** The class a claim or volume is of; the old annotation counts before the field. */
export function storageClassOf(object: PersistentVolumeClaim | PersistentVolume): string {
  const annotated = labelOf(object.metadata.annotations, 'volume.beta.kubernetes.io/storage-class');
  return annotated ?? object.spec?.storageClassName ?? '';
}

/** Whether a claim has its volume for good: the volume controller has said so. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (
    (claim.spec?.volumeName ?? '') !== '' &&
    labelOf(claim.metadata.annotations, 'pv.kubernetes.io/bind-completed') !== undefined
  );
}

/** Whether a claim waits for its first Pod to be placed; an error where its class does not say. */
export function waitsForConsumer(
  objects: ClusterObjects,
  claim: PersistentVolumeClaim,
): { readonly waits: boolean } | { readonly error: string } {
  const className = storageClassOf(claim);
  if (className === '') return { waits: false };
  const storageClass = objects.store('storageClasses').get(className);
  if (storageClass === undefined) return { waits: false };
  const mode = storageClass.volumeBindingMode;
  if (mode === undefined) {
    return { error: `VolumeBindingMode not set for StorageClass ${goQuote(className)}` };
  }
  return { waits: mode === 'WaitForFirstConsumer' };
}

/** A claim of a namespace by its name. */
export function claimOf(
  objects: ClusterObjects,
  namespace: string,
  name: string,
): PersistentVolumeClaim | undefined {
  return objects.store('persistentVolumeClaims').get(`${namespace}/${name}`);
}

/** Whether the class makes volumes on demand. */
export function isProvisioning({ provisioner }: StorageClass): boolean {
  return provisioner !== '' && provisioner !== 'kubernetes.io/no-provisioner';
}
