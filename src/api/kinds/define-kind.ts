import { noErrors } from '../field-errors.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { metadataTable } from '../printers/metadata-table.ts';
import type { KindDeclaration, Subresource, Verb } from './kind.ts';

/** The verbs of nearly every kind. */
const allVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** What a kind's file must say; the rest has the usual answer (see `defineKind`). */
export type KindSketch<T extends KubernetesObject> = Pick<
  KindDeclaration<T>,
  'group' | 'version' | 'kind' | 'plural' | 'namespaced'
> &
  Partial<KindDeclaration<T>>;

/**
 * A declaration from what is special about a kind. The usual answers: all verbs, no subresources, stored below its
 * plural, updates that may leave out the resourceVersion, fields metadata.name and metadata.namespace selectable,
 * no defaults, nothing to prepare, everything valid, a table of name and age.
 */
export function defineKind<T extends KubernetesObject>(sketch: KindSketch<T>): KindDeclaration<T> {
  return {
    listKind: `${sketch.kind}List`,
    singular: sketch.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: {},
    storage: sketch.plural,
    createOnUpdate: false,
    unconditionalUpdate: true,
    defaultPropagation: 'Background',
    table: metadataTable,
    defaults: (object) => object,
    prepareForCreate: (object) => object,
    prepareForUpdate: (next) => next,
    prepareForStatusUpdate: (next) => next,
    validate: () => noErrors,
    validateUpdate: () => noErrors,
    validateStatusUpdate: () => noErrors,
    warnings: () => noWarnings,
    ...sketch,
    selectableFields: {
      'metadata.name': (object: T) => object.metadata.name ?? '',
      ...(sketch.namespaced
        ? { 'metadata.namespace': (object: T) => object.metadata.namespace ?? '' }
        : {}),
      ...sketch.selectableFields,
    },
  };
}

const noWarnings: readonly string[] = Object.freeze([]);

/** The status endpoint as nearly every kind has it: the object itself, read, replaced or patched. */
export function statusOf(kind: string): Subresource {
  return { kind, verbs: ['get', 'patch', 'update'] };
}

/** The scale endpoint: a Scale of autoscaling/v1 stands for the object. */
export const scaleSubresource: Subresource = {
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};
