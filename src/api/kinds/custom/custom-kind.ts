import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  KubernetesObject,
} from '../../generated/types.ts';
import { copyWith } from '../../../base/copy.ts';
import { isObject, setOwn, type JsonObject } from '../../patch/json.ts';
import { semanticEqual } from '../../semantic-equal.ts';
import { invalid, type FieldError } from '../../field-errors.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../../validation/object-meta.ts';
import { finalizerWarnings } from '../../warnings/objects.ts';
import { defineKind, scaleSubresource, statusOf } from '../define-kind.ts';
import { withGeneration } from '../generation.ts';
import type { FieldReader, KindDeclaration, ScaleAccess } from '../kind.ts';
import { applyDefaults } from './defaults.ts';
import { namesOfPath, valueAtPath } from './json-path.ts';
import { pruneObject } from './prune.ts';
import { checkRules } from './rules.ts';
import { structSchemaOf } from './struct-schema.ts';
import { structuralOf, type Structural } from './structural.ts';
import { customTable } from './table.ts';
import { validateValue } from './validate.ts';

type Spec = CustomResourceDefinition['spec'];

const bySpec = new WeakMap<Spec, readonly KindDeclaration[]>();
const terminating = new WeakMap<Spec, readonly KindDeclaration[]>();

/** The kinds that a definition serves, one for each served version. The same as long as its spec is the same. */
export function customKindsOf(definition: CustomResourceDefinition): readonly KindDeclaration[] {
  const { spec } = definition;
  const known = definition.metadata.deletionTimestamp === undefined ? bySpec : terminating;
  let kinds = known.get(spec);
  if (kinds === undefined) {
    const isTerminating = known === terminating;
    kinds = spec.versions
      .filter(({ served }) => served)
      .map((version) => customKind(spec, version, isTerminating));
    known.set(spec, kinds);
  }
  return kinds;
}

/** Where etcd keeps objects of a definition, below `/registry/`. */
export function customStorage({ group, names }: Spec): string {
  return `${group}/${names.plural}`;
}

/** Said with every create and change of a custom resource. */
export const NO_OPERATOR =
  'Kubarium stores this custom resource but runs no operator that would act on it';

const warning: readonly string[] = Object.freeze([NO_OPERATOR]);

const anything: Structural = structuralOf({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});

function schemaOf({ schema }: CustomResourceDefinitionVersion, spec: Spec): Structural {
  const given = schema?.openAPIV3Schema;
  if (given === undefined) return anything;
  const structural = structuralOf(given);
  return spec.preserveUnknownFields === true
    ? { ...structural, preservesUnknown: true }
    : structural;
}

function customKind(
  spec: Spec,
  version: CustomResourceDefinitionVersion,
  isTerminating: boolean,
): KindDeclaration {
  const { group, names } = spec;
  const namespaced = spec.scope === 'Namespaced';
  const structural = schemaOf(version, spec);
  const hasStatus = version.subresources?.status !== undefined;
  const scale = version.subresources?.scale;
  const apiVersion = `${group}/${version.name}`;
  const storageVersion = spec.versions.find(({ storage }) => storage)?.name ?? version.name;
  return defineKind<KubernetesObject>({
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced,
    storage: customStorage(spec),
    unconditionalUpdate: false,
    subresources: {
      ...(hasStatus ? { status: statusOf(names.kind) } : undefined),
      ...(scale === undefined ? undefined : { scale: scaleSubresource }),
    },
    selectableFields: selectableOf(version),
    table: customTable(version),
    ...(scale === undefined ? undefined : { scale: scaleAccess(scale) }),
    ...(version.deprecated === true
      ? { deprecation: version.deprecationWarning ?? `${apiVersion} ${names.kind} is deprecated` }
      : undefined),
    custom: {
      schema: structSchemaOf(names.kind, structural),
      prune: (object) => pruneObject(object, structural),
      isTerminating,
      storageVersion,
    },
    nothingActs: true,
    warnings: (object, old) => {
      const own = finalizerWarnings(object.metadata, old?.metadata);
      return own.length === 0 ? warning : [...own, ...warning];
    },
    defaults: (object) => applyDefaults(object, structural),
    prepareForCreate: (object) => withGeneration(hasStatus ? withoutStatus(object) : object, 1),
    prepareForUpdate: (next, old) => {
      const kept = hasStatus ? withStatusOf(next, old) : next;
      return isChanged(kept, old, hasStatus)
        ? withGeneration(kept, (old.metadata.generation ?? 1) + 1)
        : kept;
    },
    prepareForStatusUpdate: (next, old) => {
      const { managedFields } = next.metadata;
      const metadata =
        managedFields === undefined ? old.metadata : copyWith(old.metadata, { managedFields });
      return withStatusOf(copyWith(old, { metadata }), next);
    },
    validate: (object) => {
      const errors: FieldError[] = [];
      checkObjectMeta(object.metadata, namespaced, subdomainName, errors);
      errors.push(...valueErrors(object, structural), ...scaleErrors(object, scale));
      return errors;
    },
    validateUpdate: (next, old) => {
      const errors: FieldError[] = [];
      checkObjectMetaUpdate(next, old, errors);
      errors.push(...valueErrors(next, structural, old), ...scaleErrors(next, scale));
      return errors;
    },
    validateStatusUpdate: (next, old) => [
      ...valueErrors(next, structural, old),
      ...scaleErrors(next, scale),
    ],
    ...(spec.versions.length === 1
      ? undefined
      : {
          toStored: (object: KubernetesObject) => atVersion(object, `${group}/${storageVersion}`),
          fromStored: (object: KubernetesObject) => atVersion(object, apiVersion),
        }),
  });
}

/** Conversion by the strategy None: nothing but the version changes. */
function atVersion(object: KubernetesObject, apiVersion: string): KubernetesObject {
  return object.apiVersion === apiVersion
    ? object
    : Object.freeze(copyWith<KubernetesObject>(object, { apiVersion }));
}

/** The rules are looked at only where the schema is met. */
function valueErrors(
  object: KubernetesObject,
  structural: Structural,
  old?: KubernetesObject,
): readonly FieldError[] {
  const errors = validateValue(object, structural, old === undefined ? {} : { old });
  return errors.length > 0
    ? errors
    : checkRules(object, structural, old === undefined ? {} : { old });
}

function withoutStatus(object: KubernetesObject): KubernetesObject {
  if (!Object.hasOwn(object, 'status')) return object;
  const { status: _, ...rest } = object as KubernetesObject & { readonly status?: unknown };
  return rest;
}

function withStatusOf(next: KubernetesObject, source: KubernetesObject): KubernetesObject {
  const wanted = (source as { readonly status?: unknown }).status;
  if ((next as { readonly status?: unknown }).status === wanted) return next;
  return wanted === undefined
    ? withoutStatus(next)
    : copyWith<KubernetesObject & { status?: unknown }>(next, { status: wanted });
}

/** Whether anything changed but metadata, and the status where that has an endpoint of its own. */
function isChanged(next: KubernetesObject, old: KubernetesObject, hasStatus: boolean): boolean {
  const a = asJson(next);
  const b = asJson(old);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    if (name === 'metadata' || name === 'apiVersion' || (hasStatus && name === 'status')) continue;
    if (a[name] !== b[name] && !semanticEqual(a[name], b[name])) return true;
  }
  return false;
}

function asJson(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject; // An object of the API is a JSON object.
}

function selectableOf({
  selectableFields = [],
}: CustomResourceDefinitionVersion): Readonly<Record<string, FieldReader<KubernetesObject>>> {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const read = valueAtPath(jsonPath);
      return [
        jsonPath.replace(/^\./, ''),
        (object: KubernetesObject) => String(read(object) ?? ''),
      ] as const;
    }),
  );
}

type ScalePaths = NonNullable<
  NonNullable<CustomResourceDefinitionVersion['subresources']>['scale']
>;

function scaleAccess(paths: ScalePaths): ScaleAccess<KubernetesObject> {
  const spec = valueAtPath(paths.specReplicasPath);
  const status = valueAtPath(paths.statusReplicasPath);
  const { labelSelectorPath } = paths;
  const selector = labelSelectorPath === undefined ? undefined : valueAtPath(labelSelectorPath);
  const names = namesOfPath(paths.specReplicasPath) ?? [];
  return {
    specReplicas: (object) => Number(spec(object) ?? 0),
    statusReplicas: (object) => Number(status(object) ?? 0),
    selector: (object) => String(selector?.(object) ?? ''),
    withReplicas: (object, replicas) =>
      withValue(asJson(object), names, replicas) as unknown as KubernetesObject,
  };
}

function withValue(object: JsonObject, names: readonly string[], value: unknown): JsonObject {
  const [name, ...rest] = names;
  if (name === undefined) return object;
  const before = Object.hasOwn(object, name) ? object[name] : undefined;
  const copy = { ...object };
  setOwn(
    copy,
    name,
    rest.length === 0 ? value : withValue(isObject(before) ? before : {}, rest, value),
  );
  return copy;
}

function scaleErrors(
  object: KubernetesObject,
  paths: ScalePaths | undefined,
): readonly FieldError[] {
  if (paths === undefined) return [];
  const errors: FieldError[] = [];
  for (const path of [paths.specReplicasPath, paths.statusReplicasPath]) {
    const value = valueAtPath(path)(object);
    if (typeof value === 'number' && value < 0) {
      errors.push(invalid(path.replace(/^\./, ''), value, 'should be a non-negative integer'));
    }
  }
  return errors;
}
