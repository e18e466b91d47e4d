import { changeOrMake, fill } from '../defaults/fill.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../generated/types.ts';
import { persistentVolumeTable } from '../printers/storage.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkResourceAmount, checkResourceName } from '../validation/resource-requirements.ts';
import { volumeWarnings } from '../warnings/objects.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** A piece of storage in the cluster, for one claim. */
export const persistentVolumeKind = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  subresources: { status: statusOf('PersistentVolume') },
  table: persistentVolumeTable,

  defaults: (volume) =>
    changeOrMake(volume, 'spec', {}, (spec) =>
      fill(spec ?? {}, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
    ),
  warnings: volumeWarnings,
  prepareForCreate: (volume) => ({ ...volume, status: { phase: 'Pending' } }),
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (volume) =>
    collectErrors((errors) => {
      checkObjectMeta(volume.metadata, false, subdomainName, errors);
      checkSpec(volume.spec ?? {}, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkSpec(next.spec ?? {}, errors);
      if (!semanticEqual(sourcesOf(next.spec ?? {}), sourcesOf(old.spec ?? {}))) {
        const message = 'spec.persistentvolumesource is immutable after creation';
        errors.push(forbidden('spec.persistentvolumesource', message));
      }
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
const volumeModes = ['Block', 'Filesystem'];

/** What a volume says beside the storage that it stands for. */
const otherFields = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function sourcesOf(spec: PersistentVolumeSpec): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !otherFields.has(field)));
}

function checkSpec(spec: PersistentVolumeSpec, errors: Errors): void {
  const { accessModes: modes = [], capacity = {}, volumeMode = 'Filesystem' } = spec;
  if (modes.length === 0) errors.push(required('spec.accessModes'));
  for (const mode of modes) {
    if (!accessModes.includes(mode)) {
      errors.push(notSupported('spec.accessModes', mode, accessModes));
    }
  }
  if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'));
  else if (!Object.hasOwn(capacity, 'storage') || Object.keys(capacity).length > 1) {
    errors.push(notSupported('spec.capacity', Object.keys(capacity), ['storage']));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    checkResourceName(name, `spec.capacity[${name}]`, errors);
    checkResourceAmount(name, amount, `spec.capacity[${name}]`, errors);
  }
  const policy: string = spec.persistentVolumeReclaimPolicy ?? 'Retain';
  if (!reclaimPolicies.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies));
  }
  if (!volumeModes.includes(volumeMode)) {
    errors.push(notSupported('spec.volumeMode', volumeMode, volumeModes));
  }
  const sources = Object.keys(sourcesOf(spec));
  if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
  for (const source of sources.slice(1)) {
    errors.push(forbidden(`spec.${source}`, 'may not specify more than 1 volume type'));
  }
  const path = spec.local?.path;
  if (path !== undefined && spec.nodeAffinity?.required === undefined) {
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  if (spec.hostPath !== undefined && spec.hostPath.path === '/' && policy === 'Recycle') {
    const message = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(invalid('spec.persistentVolumeReclaimPolicy', policy, message));
  }
}
