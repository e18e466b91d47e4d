import type { KubernetesObject } from '../../../api/generated/types.ts';
import { admitted, concernsCore, type AdmissionPlugin, type ChangePlace } from './plugin.ts';

/** What keeps a claim while a Pod uses it, and a volume while a claim has it; the protection controllers take it away. */
export const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
export const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** Gives new claims and volumes the finalizers that protect them while they are in use. */
export const storageInUse: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',

  concerns: (place) => place.isCreation && finalizerOf(place) !== undefined,

  admit({ target }, { next }) {
    const finalizer = finalizerOf(target);
    return admitted(finalizer === undefined ? next : withFinalizer(next, finalizer));
  },
};

function finalizerOf(place: Pick<ChangePlace, 'kind' | 'subresource'>): string | undefined {
  if (concernsCore(place, 'PersistentVolumeClaim')) return CLAIM_FINALIZER;
  return concernsCore(place, 'PersistentVolume') ? VOLUME_FINALIZER : undefined;
}

function withFinalizer(object: KubernetesObject, finalizer: string): KubernetesObject {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer)) return object;
  const metadata = { ...object.metadata, finalizers: [...finalizers, finalizer] };
  return { ...object, metadata };
}
