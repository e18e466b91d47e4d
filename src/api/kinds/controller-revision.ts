import { required } from '../field-errors.ts';
import type { ControllerRevision } from '../generated/types.ts';
import { controllerRevisionTable } from '../printers/workloads.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkImmutable, checkNonNegative } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';

/** One state in the history of a DaemonSet or StatefulSet. */
export const controllerRevisionKind = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  namespaced: true,
  table: controllerRevisionTable,

  validate: (revision) =>
    collectErrors((errors) => {
      checkObjectMeta(revision.metadata, true, subdomainName, errors);
      if (revision.data === undefined || revision.data === null) {
        errors.push(required('data', 'data is mandatory'));
      }
      checkNonNegative(revision.revision, 'revision', errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkNonNegative(next.revision, 'revision', errors);
      checkImmutable(next.data, old.data, 'data', errors);
    }),
});
