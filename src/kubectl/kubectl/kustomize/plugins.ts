import { fail } from '../failure.ts';
import type { FieldSpec } from './field-spec.ts';
import { generated } from './generators.ts';
import type { GeneratorEntry, PatchEntry, ReplacementEntry } from './kustomization.ts';
import type { Loader } from './loader.ts';
import { ORIGIN, type Origin } from './origin.ts';
import { preparedJsonPatch, preparedMergePatches, preparedPatch } from './patches.ts';
import { applyReplacements, readReplacements } from './replacements.ts';
import type { ResourceMap } from './resource-map.ts';
import { annotationsOf, currentId, nameOf, namespaceOf, type Resource } from './resource.ts';
import { apiVersionOf, idText } from './resource-id.ts';
import {
  addAffix,
  addHashes,
  addTexts,
  setImages,
  setNamespaces,
  setReplicas,
  type NamespaceOptions,
} from './transformers.ts';
import { asJson, isTree, lookUp, own, scalarText } from './tree.ts';

/** The configuration of a generator or transformer that a kustomization names. Only kustomize's own ones run. */
export interface Plugin {
  readonly resource: Resource;
  readonly kind: string;
}

/** Where what a plugin makes comes from; undefined where nobody asks. */
export function pluginOrigin({ resource }: Plugin): Origin | undefined {
  const configuredIn = /^path: (.*)$/m.exec(annotationsOf(resource).get(ORIGIN) ?? '')?.[1];
  if (configuredIn === undefined) return undefined;
  const id = currentId(resource);
  const namespace = namespaceOf(resource);
  return {
    configuredIn,
    configuredBy: {
      apiVersion: apiVersionOf(id),
      kind: id.kind,
      name: nameOf(resource),
      ...(namespace === '' ? {} : { namespace }),
    },
  };
}

function refuse({ resource }: Plugin): never {
  return fail(
    `unable to load external plugins: ${idText(currentId(resource))} is no builtin one, and this playground runs no others`,
  );
}

function isBuiltin({ resource }: Plugin): boolean {
  return own(resource.tree, 'apiVersion') === 'builtin';
}

/** What a generator makes. */
export function generatorOf(plugin: Plugin, loader: Loader): readonly Resource[] {
  const tree = asJson(plugin.resource.tree);
  if (!isBuiltin(plugin)) refuse(plugin);
  if (plugin.kind !== 'ConfigMapGenerator' && plugin.kind !== 'SecretGenerator') refuse(plugin);
  const entry = {
    ...tree,
    name: scalarText(own(tree, 'name')) || nameOf(plugin.resource),
    namespace: scalarText(own(tree, 'namespace')) || namespaceOf(plugin.resource),
  } as unknown as GeneratorEntry;
  return [
    generated(
      plugin.kind === 'ConfigMapGenerator' ? 'ConfigMap' : 'Secret',
      entry,
      undefined,
      loader,
    ),
  ];
}

/** What a transformer does. */
export function transformerOf(plugin: Plugin, loader: Loader): (map: ResourceMap) => void {
  if (!isBuiltin(plugin)) refuse(plugin);
  const tree = asJson(plugin.resource.tree);
  const specs = (own(tree, 'fieldSpecs') ?? []) as readonly FieldSpec[];
  const textOf = (key: string): string => scalarText(own(tree, key));
  const textMap = (key: string): Readonly<Record<string, string>> => {
    const value = own(tree, key);
    return (isTree(value) ? value : {}) as Readonly<Record<string, string>>;
  };
  switch (plugin.kind) {
    case 'PrefixTransformer':
      return (map) => addAffix(map, { prefix: textOf('prefix') }, specs);
    case 'SuffixTransformer':
      return (map) => addAffix(map, { suffix: textOf('suffix') }, specs);
    case 'PrefixSuffixTransformer':
      return (map) => {
        addAffix(map, { prefix: textOf('prefix') }, specs);
        addAffix(map, { suffix: textOf('suffix') }, specs);
      };
    case 'LabelTransformer':
      return (map) => addTexts(map, textMap('labels'), specs);
    case 'AnnotationsTransformer':
      return (map) => addTexts(map, textMap('annotations'), specs);
    case 'NamespaceTransformer':
      return (map) => {
        const namespace = scalarText(lookUp(tree, 'metadata', 'namespace'));
        if (namespace === '') return;
        const subjects = textOf('setRoleBindingSubjects');
        setNamespaces(map, {
          namespace,
          specs,
          unsetOnly: own(tree, 'unsetOnly') === true,
          subjects: (subjects || 'defaultOnly') as NonNullable<NamespaceOptions['subjects']>,
        });
      };
    case 'ImageTagTransformer':
      return (map) => setImages(map, textMap('imageTag'), specs);
    case 'ReplicaCountTransformer':
      return (map) => setReplicas(map, (own(tree, 'replica') ?? {}) as object, specs);
    case 'HashTransformer':
      return addHashes;
    case 'PatchTransformer':
      return preparedPatch(withoutMeta(tree) as PatchEntry, loader);
    case 'PatchJson6902Transformer': {
      const { jsonOp, ...rest } = withoutMeta(tree) as PatchEntry & { readonly jsonOp?: string };
      return preparedJsonPatch(
        { ...rest, ...(jsonOp === undefined ? {} : { patch: jsonOp }) },
        loader,
      );
    }
    case 'PatchStrategicMergeTransformer': {
      const paths = (own(tree, 'paths') ?? []) as readonly string[];
      const patches = textOf('patches');
      return preparedMergePatches(patches === '' ? paths : [...paths, patches], loader);
    }
    case 'ReplacementTransformer': {
      const entries = (own(tree, 'replacements') ?? []) as readonly ReplacementEntry[];
      const all = readReplacements(entries, loader);
      return (map) => applyReplacements(map, all);
    }
    default:
      return refuse(plugin);
  }
}

function withoutMeta(tree: object): object {
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = tree as Record<string, unknown>;
  return rest;
}
