import { invalid } from '../field-errors.ts';
import type { Namespace, NamespaceSpec } from '../generated/types.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { namespaceTable } from '../printers/simple-tables.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  checkStandardFinalizer,
  labelName,
} from '../validation/object-meta.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** A drawer for names. Its deletion empties it first, which is why it has a finalizer and the phase Terminating. */
export const namespaceKind = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  selectableFields: {
    'status.phase': (namespace) => namespace.status?.phase ?? '',
    name: (namespace) => namespace.metadata.name ?? '',
  },
  subresources: {
    finalize: { kind: 'Namespace', verbs: ['update'] },
    status: statusOf('Namespace'),
  },
  table: namespaceTable,

  defaults: withNameLabel,
  prepareForCreate: (namespace) => ({
    ...namespace,
    spec: withFinalizer(namespace.spec),
    status: { phase: 'Active' },
  }),
  // The finalizers in the spec change through their own endpoint alone.
  prepareForUpdate: (next, old) => {
    const kept = keepStatus(next, old);
    const finalizers = old.spec?.finalizers;
    if (kept.spec?.finalizers === finalizers) return kept;
    const { finalizers: _, ...rest } = kept.spec ?? {};
    return { ...kept, spec: finalizers === undefined ? rest : { ...rest, finalizers } };
  },
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (namespace) =>
    collectErrors((errors) => {
      checkObjectMeta(namespace.metadata, false, labelName, errors);
      for (const finalizer of namespace.spec?.finalizers ?? []) {
        addMessages(qualifiedNameErrors(finalizer), finalizer, 'spec.finalizers', errors);
        checkStandardFinalizer(finalizer, 'spec.finalizers', errors);
      }
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      const isLeaving = next.metadata.deletionTimestamp !== undefined;
      const wanted = isLeaving ? 'Terminating' : 'Active';
      const phase = next.status?.phase ?? '';
      if (phase === wanted) return;
      const why = isLeaving ? 'is not empty' : 'is empty';
      errors.push(
        invalid('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` ${why}`),
      );
    }),
});

const nameLabel = 'kubernetes.io/metadata.name';

/** Every namespace carries its name as a label, so that selectors of namespaces can name one. */
function withNameLabel(namespace: Namespace): Namespace {
  const { name, labels } = namespace.metadata;
  if (name === undefined || name === '' || labels?.[nameLabel] === name) return namespace;
  return {
    ...namespace,
    metadata: { ...namespace.metadata, labels: { ...labels, [nameLabel]: name } },
  };
}

/** The namespace stays until its controller has emptied it and taken this finalizer away. */
function withFinalizer(spec: NamespaceSpec | undefined): NamespaceSpec {
  const finalizers = spec?.finalizers ?? [];
  return finalizers.includes('kubernetes')
    ? { ...spec }
    : { ...spec, finalizers: [...finalizers, 'kubernetes'] };
}
