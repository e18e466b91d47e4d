import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type {
  ObjectMeta,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../generated/types.ts';
import { dns1123LabelErrors } from '../names/dns.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import { addMessages, checkDnsSubdomain, type Errors } from './fields.ts';
import { checkAnnotations, checkLabels, checkLabelSelector } from './labels.ts';
import { quantityOf } from './resource-requirements.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

/** What a claim asks for (upstream: ValidatePersistentVolumeClaimSpec). */
export function checkClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: string,
  errors: Errors,
): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) {
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  }
  checkLabelSelector(spec.selector, `${path}.selector`, errors);
  for (const mode of modes) {
    if (!accessModes.includes(mode)) {
      errors.push(notSupported(`${path}.accessModes`, mode, accessModes));
    }
  }
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(
      forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes'),
    );
  }
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else if (compareQuantities(quantityOf(storage), quantityOf('0')) <= 0) {
    errors.push(invalid(`${path}.resources[storage]`, storage, 'must be greater than zero'));
  }
  checkClassName(spec.storageClassName, `${path}.storageClassName`, errors);
  const { volumeMode } = spec;
  if (volumeMode !== undefined && !volumeModes.includes(volumeMode)) {
    errors.push(notSupported(`${path}.volumeMode`, volumeMode, volumeModes));
  }
  checkDataSources(spec, path, errors);
  checkClassName(spec.volumeAttributesClassName, `${path}.volumeAttributesClassName`, errors);
}

function checkClassName(name: string | undefined, path: string, errors: Errors): void {
  if (name !== undefined && name !== '') checkDnsSubdomain(name, path, errors);
}

/** What the volume is to be filled with, in the old way and in the new one. */
function checkDataSources(spec: PersistentVolumeClaimSpec, path: string, errors: Errors): void {
  const { dataSource: source, dataSourceRef: ref } = spec;
  if (source !== undefined) checkDataSource(source, `${path}.dataSource`, errors);
  if (ref !== undefined) checkDataSource(ref, `${path}.dataSourceRef`, errors);
  if (source === undefined || ref === undefined) return;
  const isSame =
    source.apiGroup === ref.apiGroup && source.kind === ref.kind && source.name === ref.name;
  const message =
    (ref.namespace ?? '') !== ''
      ? 'may not be specified when dataSourceRef.namespace is specified'
      : isSame
        ? undefined
        : 'must match dataSourceRef';
  // The value that upstream gives is a path, of which JSON shows nothing.
  if (message !== undefined) errors.push(invalid(path, {}, message));
}

function checkDataSource(source: TypedObjectReference, path: string, errors: Errors): void {
  const { name = '', kind = '', apiGroup = '', namespace = '' } = source;
  if (name === '') errors.push(required(`${path}.name`));
  if (kind === '') errors.push(required(`${path}.kind`));
  if (apiGroup !== '') checkDnsSubdomain(apiGroup, `${path}.apiGroup`, errors);
  else if (kind !== 'PersistentVolumeClaim') {
    const message = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalid(path, kind, message));
  }
  if (namespace !== '')
    addMessages(dns1123LabelErrors(namespace), namespace, `${path}.namespace`, errors);
}

/** The claim that is made for a Pod (upstream: ValidatePersistentVolumeClaimTemplate). */
export function checkClaimTemplate(
  { metadata, spec }: PersistentVolumeClaimTemplate,
  path: string,
  errors: Errors,
): void {
  if (metadata !== undefined) checkTemplateMeta(metadata, `${path}.metadata`, errors);
  // A reader lets a template without a spec through.
  checkClaimSpec((spec as PersistentVolumeClaimSpec | undefined) ?? {}, `${path}.spec`, errors);
}

/** All of an object's metadata but labels and annotations, in upstream's order and spelling. */
const notOfTemplates: readonly (readonly [field: keyof ObjectMeta, shown: string])[] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
];

function checkTemplateMeta(meta: ObjectMeta, path: string, errors: Errors): void {
  checkAnnotations(meta.annotations, `${path}.annotations`, errors);
  checkLabels(meta.labels, `${path}.labels`, errors);
  for (const [field, shown] of notOfTemplates) {
    const value: unknown = meta[field];
    const isSet = value !== undefined && value !== null && value !== '' && value !== 0;
    if (isSet) errors.push(forbidden(`${path}.${shown}`, 'cannot be set'));
  }
}
