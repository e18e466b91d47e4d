import { fill } from '../defaults/fill.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { StorageClass } from '../generated/types.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { storageClassTable } from '../printers/storage.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';

/** How volumes for claims of this class come into being. */
export const storageClassKind = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  createOnUpdate: true,
  table: storageClassTable,

  defaults: (storageClass) =>
    fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (storageClass) =>
    collectErrors((errors) => {
      checkObjectMeta(storageClass.metadata, false, subdomainName, errors);
      checkClass(storageClass, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkClass(next, errors);
      for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
        if (semanticEqual(next[field], old[field])) continue;
        errors.push(forbidden(field, `updates to ${field} are forbidden.`));
      }
      if (next.volumeBindingMode !== old.volumeBindingMode) {
        errors.push(
          invalid('volumeBindingMode', next.volumeBindingMode ?? '', 'field is immutable'),
        );
      }
    }),
});

const bindingModes = ['Immediate', 'WaitForFirstConsumer'];
const reclaimPolicies = ['Delete', 'Retain'];

function checkClass(storageClass: StorageClass, errors: Errors): void {
  const { provisioner = '', reclaimPolicy = 'Delete', volumeBindingMode } = storageClass;
  if (provisioner === '') errors.push(required('provisioner'));
  else {
    addMessages(qualifiedNameErrors(provisioner.toLowerCase()), provisioner, 'provisioner', errors);
  }
  if (!reclaimPolicies.includes(reclaimPolicy)) {
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, reclaimPolicies));
  }
  if (!bindingModes.includes(volumeBindingMode ?? '')) {
    errors.push(notSupported('volumeBindingMode', volumeBindingMode ?? '', bindingModes));
  }
}
