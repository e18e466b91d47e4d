import { changeOrMake, fill } from '../defaults/fill.ts';
import { forbidden } from '../field-errors.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../generated/types.ts';
import { persistentVolumeClaimTable } from '../printers/storage.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { checkClaimSpec } from '../validation/claim-spec.ts';
import { collectErrors } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { quantityOf } from '../validation/resource-requirements.ts';
import { specDiff } from '../validation/spec-diff.ts';
import { claimWarnings } from '../warnings/objects.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** A wish for storage, answered with a volume. */
export const persistentVolumeClaimKind = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  subresources: { status: statusOf('PersistentVolumeClaim') },
  table: persistentVolumeClaimTable,

  defaults: (claim) => changeOrMake(claim, 'spec', {}, defaultClaimSpec),
  warnings: claimWarnings,
  prepareForCreate: (claim) => ({ ...claim, status: { phase: 'Pending' } }),
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (claim) =>
    collectErrors((errors) => {
      checkObjectMeta(claim.metadata, true, subdomainName, errors);
      checkClaimSpec(claim.spec, 'spec', errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkClaimSpec(next.spec, 'spec', errors);
      checkSpecUpdate(next, old, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});

/** The defaults of a claim's spec, also in the templates of StatefulSets. */
export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  return fill(spec, { volumeMode: 'Filesystem' });
}

/** The binder sets the volume once; a bound claim may grow; all else is fixed. */
function checkSpecUpdate(
  next: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: Errors,
): void {
  const spec: Record<string, unknown> = { ...next.spec };
  const before: Record<string, unknown> = { ...old.spec };
  if ((old.spec.volumeName ?? '') === '') delete spec['volumeName'];
  if (old.spec.storageClassName === undefined) delete spec['storageClassName'];
  const isBound = next.status?.phase === 'Bound';
  if (isBound) {
    spec['resources'] = before['resources'];
    spec['volumeAttributesClassName'] = before['volumeAttributesClassName'];
  }
  if (!semanticEqual(spec, before)) {
    errors.push(
      forbidden(
        'spec',
        `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${specDiff('core.PersistentVolumeClaimSpec', before, spec)}`,
      ),
    );
  }
  const size = quantityOf(next.spec.resources?.requests?.['storage']);
  const sizeBefore = quantityOf(old.spec.resources?.requests?.['storage']);
  const capacity = quantityOf(old.status?.capacity?.['storage']);
  if (compareQuantities(size, sizeBefore) < 0 && compareQuantities(size, capacity) <= 0) {
    errors.push(
      forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'),
    );
  }
}
