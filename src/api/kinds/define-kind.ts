import { noErrors, type FieldErrors } from '../field-errors.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { metadataTable } from '../printers/metadata-table.ts';
import type { KindDeclaration, Subresource, Verb } from './kind.ts';

/** The verbs of nearly every kind: one list, so that it is known by itself. */
export const allVerbs: readonly Verb[] = [
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
  const { group, version, kind, plural, namespaced } = sketch;
  // Every field stands here, whether a kind has it or not: declarations of one form are read several times as fast as
  // declarations of a form each, and every request reads some twenty fields of them.
  return {
    group,
    version,
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    listKind: sketch.listKind ?? `${kind}List`,
    plural,
    singular: sketch.singular ?? kind.toLowerCase(),
    shortNames: sketch.shortNames ?? [],
    categories: sketch.categories ?? [],
    namespaced,
    verbs: sketch.verbs ?? allVerbs,
    subresources: sketch.subresources ?? {},
    subresourceUpdates: sketch.subresourceUpdates,
    storage: sketch.storage ?? plural,
    createOnUpdate: sketch.createOnUpdate ?? false,
    unconditionalUpdate: sketch.unconditionalUpdate ?? true,
    defaultPropagation: sketch.defaultPropagation ?? 'Background',
    selectableFields: {
      'metadata.name': (object: T) => object.metadata.name ?? '',
      ...(namespaced
        ? { 'metadata.namespace': (object: T) => object.metadata.namespace ?? '' }
        : {}),
      ...sketch.selectableFields,
    },
    table: sketch.table ?? metadataTable,
    scale: sketch.scale,
    defaults: sketch.defaults ?? same,
    ofRequester: sketch.ofRequester,
    prepareForCreate: sketch.prepareForCreate ?? same,
    prepareForUpdate: sketch.prepareForUpdate ?? same,
    prepareForStatusUpdate: sketch.prepareForStatusUpdate ?? same,
    validate: sketch.validate ?? nothingWrong,
    validateUpdate: sketch.validateUpdate ?? nothingWrong,
    validateStatusUpdate: sketch.validateStatusUpdate ?? nothingWrong,
    deprecation: sketch.deprecation,
    warnings: sketch.warnings ?? nothingToSay,
    gracePeriodSeconds: sketch.gracePeriodSeconds,
    toStored: sketch.toStored,
    fromStored: sketch.fromStored,
    nothingActs: sketch.nothingActs,
    custom: sketch.custom,
    deletionFinalizers: sketch.deletionFinalizers,
  };
}

const same = <T>(object: T): T => object;
const nothingWrong = (): FieldErrors => noErrors;
const nothingToSay = (): readonly string[] => noWarnings;

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
