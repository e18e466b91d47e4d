import type { FieldConfig } from './default-fields.ts';
import { mergedSpecs, type FieldSpec } from './field-spec.ts';
import type { Kustomization, LabelEntry } from './kustomization.ts';
import type { Loader } from './loader.ts';
import { preparedJsonPatch, preparedMergePatches, preparedPatch } from './patches.ts';
import { applyReplacements, readReplacements } from './replacements.ts';
import type { ResourceMap } from './resource-map.ts';
import { addAffix, addTexts, setImages, setNamespaces, setReplicas } from './transformers.ts';
import { wrapped } from './wrap.ts';

/** One transformation of a kustomization, by the name of kustomize's plugin for it. */
export interface Step {
  readonly kind: string;
  readonly run: (map: ResourceMap) => void;
}

/** All transformations of a kustomization in the order in which kustomize makes them; patches are read before the first. */
export function stepsOf(
  kustomization: Kustomization,
  config: FieldConfig,
  loader: Loader,
): readonly Step[] {
  const {
    namespace = '',
    namePrefix = '',
    nameSuffix = '',
    commonAnnotations = {},
  } = kustomization;
  const steps: Step[] = [];
  const add = (kind: string, run: Step['run']): void => {
    steps.push({ kind, run });
  };
  const { patchesStrategicMerge = [], patches = [], replacements = [] } = kustomization;
  if (patchesStrategicMerge.length > 0) {
    add('PatchStrategicMergeTransformer', preparedMergePatches(patchesStrategicMerge, loader));
  }
  for (const entry of patches) add('PatchTransformer', preparedPatch(entry, loader));
  if (namespace !== '') {
    add('NamespaceTransformer', (map) =>
      setNamespaces(map, { namespace, specs: config.namespace }),
    );
  }
  if (namePrefix !== '') {
    add('PrefixTransformer', (map) => addAffix(map, { prefix: namePrefix }, config.namePrefix));
  }
  if (nameSuffix !== '') {
    add('SuffixTransformer', (map) => addAffix(map, { suffix: nameSuffix }, config.nameSuffix));
  }
  addLabelSteps(kustomization, config, add);
  if (Object.keys(commonAnnotations).length > 0) {
    add('AnnotationsTransformer', (map) =>
      addTexts(map, commonAnnotations, config.commonAnnotations),
    );
  }
  for (const entry of kustomization.patchesJson6902 ?? []) {
    add('PatchJson6902Transformer', preparedJsonPatch(entry, loader));
  }
  for (const entry of kustomization.replicas ?? []) {
    add('ReplicaCountTransformer', (map) => setReplicas(map, entry, config.replicas));
  }
  for (const entry of kustomization.images ?? []) {
    add('ImageTagTransformer', (map) => setImages(map, entry, config.images));
  }
  if (replacements.length > 0) {
    const all = readReplacements(replacements, loader);
    add('ReplacementTransformer', (map) => applyReplacements(map, all));
  }
  return steps;
}

function addLabelSteps(
  { labels = [], commonLabels = {} }: Kustomization,
  config: FieldConfig,
  add: (kind: string, run: Step['run']) => void,
): void {
  if (labels.length === 0 && Object.keys(commonLabels).length === 0) return;
  for (const entry of labels) {
    const specs = wrapped('failed to merge labels', () => labelSpecs(entry, config));
    add('LabelTransformer', (map) => addTexts(map, entry.pairs ?? {}, specs));
  }
  add('LabelTransformer', (map) => addTexts(map, commonLabels, config.commonLabels));
}

function labelSpecs(
  { fields = [], includeSelectors = false, includeTemplates = false }: LabelEntry,
  config: FieldConfig,
): readonly FieldSpec[] {
  const own = mergedSpecs(fields, config.labels);
  if (includeSelectors) return mergedSpecs(own, config.commonLabels);
  const specs = includeTemplates
    ? wrapped('failed to merge template fieldSpec', () => mergedSpecs(own, config.templateLabels))
    : own;
  return mergedSpecs(specs, [{ path: 'metadata/labels', create: true }]);
}
