import { fail } from '../failure.ts';
import { decodeStrict, flag, listOf, struct, text, type FieldShape } from './decode.ts';
import { defaultFields, noFields, type FieldConfig, type NameReference } from './default-fields.ts';
import { mergedSpecs, type FieldSpec } from './field-spec.ts';
import { yamlAsJson } from './kustomization.ts';
import { load, type Loader } from './loader.ts';
import { compareGvk } from './sort.ts';
import { isTree, lookUp, own, scalarText } from './tree.ts';
import { wrapped } from './wrap.ts';

const specFields = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const;

const gvkFields: Record<string, FieldShape> = {
  group: { shape: text },
  version: { shape: text },
  kind: { shape: text },
};
const fieldSpec = struct('FieldSpec', {
  ...gvkFields,
  path: { shape: text },
  create: { shape: flag },
});
const configShape = struct('TransformerConfig', {
  ...Object.fromEntries(specFields.map((name) => [name, { shape: listOf(fieldSpec) }])),
  nameReference: {
    shape: listOf(
      struct('NameBackReferences', { ...gvkFields, fieldSpecs: { shape: listOf(fieldSpec) } }),
    ),
  },
});

/** Two configurations as one. */
export function mergedConfig(a: FieldConfig, b: FieldConfig): FieldConfig {
  if (b === noFields) return a;
  const specs = Object.fromEntries(
    specFields.map((name) => [
      name,
      wrapped(`failed to merge ${goNames[name] ?? name} fieldSpec`, () => [
        ...mergedSpecs(a[name], b[name]),
      ]).sort(compareGvk),
    ]),
  ) as unknown as Omit<FieldConfig, 'nameReference'>; // Made of exactly these names.
  return { ...specs, nameReference: mergedReferences(a.nameReference, b.nameReference) };
}

const goNames: Readonly<Record<string, string>> = {
  namePrefix: 'NamePrefix',
  nameSuffix: 'NameSuffix',
  namespace: 'NameSpace',
  commonLabels: 'CommonLabels',
  labels: 'Labels',
  templateLabels: 'TemplateLabels',
  commonAnnotations: 'CommonAnnotations',
  varReference: 'VarReference',
  images: 'Images',
  replicas: 'Replicas',
};

function mergedReferences(
  a: readonly NameReference[],
  b: readonly NameReference[],
): readonly NameReference[] {
  const result = [...a];
  for (const reference of b) {
    const index = result.findIndex(({ target }) => sameTarget(target, reference.target));
    const old = result[index];
    if (old === undefined) result.push(reference);
    else {
      result[index] = { ...old, referrers: mergedSpecs(old.referrers, reference.referrers) };
    }
  }
  return result.sort((x, y) => compareGvk(x.target, y.target));
}

function sameTarget(a: NameReference['target'], b: NameReference['target']): boolean {
  const parts = ['group', 'version', 'kind'] as const;
  return parts.every((each) => (a[each] ?? '') === (b[each] ?? ''));
}

/** The fields that are worked on: kustomize's own and those of files under `configurations`. */
export function loadConfig(loader: Loader, paths: readonly string[]): FieldConfig {
  return paths.reduce(
    (config, path) => mergedConfig(config, configOf(load(loader, path))),
    defaultFields,
  );
}

function configOf(content: string): FieldConfig {
  const value = yamlAsJson(content);
  const decoded = wrapped('error unmarshaling JSON: while decoding JSON', () =>
    decodeStrict(value ?? {}, configShape),
  ) as Partial<Record<(typeof specFields)[number], readonly FieldSpec[]>> & {
    readonly nameReference?: readonly (NameReference['target'] & {
      readonly fieldSpecs?: readonly FieldSpec[];
    })[];
  };
  const { nameReference = [], ...specs } = decoded;
  return {
    ...noFields,
    ...specs,
    nameReference: nameReference.map(({ fieldSpecs = [], ...target }) => ({
      target,
      referrers: fieldSpecs,
    })),
  };
}

/** What OpenAPI definitions of custom resources (files under `crds`) say of fields that name others. */
export function loadCrdConfig(loader: Loader, paths: readonly string[]): FieldConfig {
  return paths.reduce((config, path) => {
    const definitions = wrapped(`unable to parse open API definition from '${path}'`, () =>
      yamlAsJson(load(loader, path)),
    );
    if (!isTree(definitions)) return config;
    return Object.keys(definitions)
      .sort()
      .reduce((all, name) => mergedConfig(all, ofDefinition(definitions, name)), config);
  }, noFields);
}

function ofDefinition(definitions: unknown, name: string): FieldConfig {
  const properties = lookUp(definitions, name, 'Schema', 'properties');
  const isObject = ['kind', 'apiVersion', 'metadata'].every(
    (each) => own(properties, each) !== undefined,
  );
  if (!isObject) return noFields;
  return ofProperties(definitions, name.slice(name.lastIndexOf('.') + 1), name, []);
}

function ofProperties(
  definitions: unknown,
  kind: string,
  name: string,
  path: readonly string[],
): FieldConfig {
  if (path.length > 32) fail(`definitions of ${name} refer to themselves`);
  const properties = lookUp(definitions, name, 'Schema', 'properties');
  let config = noFields;
  for (const [property, schema] of Object.entries(isTree(properties) ? properties : {})) {
    const at = (...more: string[]): FieldSpec => ({
      kind,
      path: [...path, property, ...more].join('/'),
    });
    const note = (key: string): unknown => own(schema, `x-kubernetes-${key}`);
    const add = (more: Partial<FieldConfig>): void => {
      config = mergedConfig(config, { ...noFields, ...more });
    };
    if (note('annotation') !== undefined) add({ commonAnnotations: [at()] });
    if (note('label-selector') !== undefined) add({ commonLabels: [at()] });
    if (note('identity') !== undefined) add({ namePrefix: [at()] });
    const [version, target] = [note('object-ref-api-version'), note('object-ref-kind')];
    if (version !== undefined && target !== undefined) {
      add({
        nameReference: [
          {
            target: { kind: scalarText(target), version: scalarText(version) },
            referrers: [at(scalarText(note('object-ref-name-key') ?? 'name'))],
          },
        ],
      });
    }
    const reference = own(schema, '$ref');
    if (typeof reference === 'string') {
      config = mergedConfig(
        config,
        ofProperties(definitions, kind, reference, [...path, property]),
      );
    }
  }
  return config;
}
