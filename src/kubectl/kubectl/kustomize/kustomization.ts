import { parseManifest } from '../../../api/manifest/parse.ts';
import { fail } from '../failure.ts';
import { yamlMessage } from '../yaml-message.ts';
import {
  decodeStrict,
  flag,
  listOf,
  struct,
  text,
  textMap,
  texts,
  type FieldShape,
  type Shape,
} from './decode.ts';
import type { FieldSpec } from './field-spec.ts';
import { load, type Loader } from './loader.ts';
import type { Gvk } from './resource-id.ts';
import type { SortOptions } from './sort.ts';
import { wrapped } from './wrap.ts';

/** A kustomization file, checked. Missing fields are those of Go's zero values. */
export interface Kustomization {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly openapi?: Readonly<Record<string, string>>;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labels?: readonly LabelEntry[];
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly PatchEntry[];
  readonly patches?: readonly PatchEntry[];
  readonly images?: readonly ImageEntry[];
  readonly replacements?: readonly ReplacementEntry[];
  readonly replicas?: readonly ReplicaEntry[];
  readonly vars?: readonly VarEntry[];
  readonly sortOptions?: SortOptions;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly crds?: readonly string[];
  readonly configMapGenerator?: readonly GeneratorEntry[];
  readonly secretGenerator?: readonly GeneratorEntry[];
  readonly generatorOptions?: GeneratorOptions;
  readonly configurations?: readonly string[];
  readonly generators?: readonly string[];
  readonly transformers?: readonly string[];
  readonly validators?: readonly string[];
  readonly buildMetadata?: readonly string[];
  readonly helmCharts?: readonly unknown[];
  readonly helmChartInflationGenerator?: readonly unknown[];
}

export interface LabelEntry {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
  readonly fields?: readonly FieldSpec[];
}

export interface Selector extends Partial<Gvk> {
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

export interface PatchEntry {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: Selector;
  readonly options?: Readonly<Record<string, boolean>>;
}

export interface ImageEntry {
  readonly name?: string;
  readonly newName?: string;
  readonly tagSuffix?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface ReplicaEntry {
  readonly name?: string;
  readonly count?: number;
}

export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly encoding?: string;
  readonly create?: boolean;
}

export interface Replacement {
  readonly source?: Selector & { readonly fieldPath?: string; readonly options?: FieldOptions };
  readonly sourceValue?: string;
  readonly targets?: readonly {
    readonly select?: Selector;
    readonly reject?: readonly Selector[];
    readonly fieldPaths?: readonly string[];
    readonly options?: FieldOptions;
  }[];
}

export interface ReplacementEntry extends Replacement {
  readonly path?: string;
}

export interface VarEntry {
  readonly name?: string;
  readonly objref?: Partial<Gvk> & {
    readonly apiVersion?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly fieldref?: { readonly fieldPath?: string };
}

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

export interface GeneratorEntry {
  readonly name?: string;
  readonly namespace?: string;
  readonly behavior?: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly options?: GeneratorOptions;
  /** Of Secrets. */
  readonly type?: string;
}

function plain(shape: Shape, ...names: readonly string[]): Record<string, FieldShape> {
  return Object.fromEntries(names.map((name) => [name, { shape }]));
}

function via(path: readonly string[], ...names: readonly string[]): Record<string, FieldShape> {
  return Object.fromEntries(names.map((name) => [name, { shape: text, via: path }]));
}

const resourceId = (...outer: readonly string[]): Record<string, FieldShape> => ({
  ...via([...outer, 'ResId', 'Gvk'], 'group', 'version', 'kind'),
  ...via([...outer, 'ResId'], 'name', 'namespace'),
});

const selector = struct('Selector', {
  ...resourceId(),
  ...plain(text, 'labelSelector', 'annotationSelector'),
});

const patch = struct('Patch', {
  ...plain(text, 'path', 'patch'),
  target: { shape: selector },
  options: { shape: { type: 'map', of: flag, goName: 'map[string]bool' } },
});

const fieldSpec = struct('FieldSpec', {
  ...via(['Gvk'], 'group', 'version', 'kind'),
  ...plain(text, 'path'),
  create: { shape: flag },
});

const label = struct('Label', {
  pairs: { shape: textMap },
  ...plain(flag, 'includeSelectors', 'includeTemplates'),
  fields: { shape: listOf(fieldSpec) },
});

const image = struct('Image', plain(text, 'name', 'newName', 'tagSuffix', 'newTag', 'digest'));

const fieldOptions = struct('FieldOptions', {
  ...plain(text, 'delimiter', 'encoding'),
  index: { shape: { type: 'int' } },
  create: { shape: flag },
});

const sourceSelector = struct('SourceSelector', {
  ...resourceId(),
  ...plain(text, 'fieldPath'),
  options: { shape: fieldOptions },
});

const targetSelector = struct('TargetSelector', {
  select: { shape: selector },
  reject: { shape: { type: 'list', of: selector, goName: '[]*types.Selector' } },
  fieldPaths: { shape: texts },
  options: { shape: fieldOptions },
});

const targets: Shape = { type: 'list', of: targetSelector, goName: '[]*types.TargetSelector' };

/** A replacement in a file of its own. */
export const replacementShape = struct('Replacement', {
  source: { shape: sourceSelector },
  targets: { shape: targets },
  sourceValue: { shape: text },
});

const replacementField = struct('ReplacementField', {
  source: { shape: sourceSelector, via: ['Replacement'] },
  targets: { shape: targets, via: ['Replacement'] },
  sourceValue: { shape: text, via: ['Replacement'] },
  ...plain(text, 'path'),
});

const replica = struct('Replica', { ...plain(text, 'name'), count: { shape: { type: 'int64' } } });

const variable = struct('Var', {
  ...plain(text, 'name'),
  objref: {
    shape: struct('Target', {
      ...plain(text, 'apiVersion', 'name', 'namespace'),
      ...via(['Gvk'], 'group', 'version', 'kind'),
    }),
  },
  fieldref: { shape: struct('FieldSelector', plain(text, 'fieldPath')) },
});

const generatorOptions = struct('GeneratorOptions', {
  ...plain(textMap, 'labels', 'annotations'),
  ...plain(flag, 'disableNameSuffixHash', 'immutable'),
});

const generatorArgs: Record<string, FieldShape> = {
  ...via(['GeneratorArgs'], 'name', 'namespace', 'behavior'),
  ...Object.fromEntries(
    ['literals', 'files', 'envs'].map((name) => [
      name,
      { shape: texts, via: ['GeneratorArgs', 'KvPairSources'] },
    ]),
  ),
  ...via(['GeneratorArgs', 'KvPairSources'], 'env'),
  options: { shape: generatorOptions, via: ['GeneratorArgs'] },
};

const sortOptions = struct('SortOptions', {
  ...plain(text, 'order'),
  legacySortOptions: {
    shape: struct('LegacySortOptions', plain(texts, 'orderFirst', 'orderLast')),
  },
});

const anything: Shape = {
  type: 'list',
  of: struct('HelmChart', {}),
  goName: '[]types.HelmChart',
};

export const configMapArgs = struct('ConfigMapArgs', generatorArgs);
export const secretArgs = struct('SecretArgs', { ...generatorArgs, ...plain(text, 'type') });

const kustomizationShape = struct('Kustomization', {
  ...via(['TypeMeta'], 'apiVersion', 'kind'),
  metadata: {
    shape: struct('ObjectMeta', {
      ...plain(text, 'name', 'namespace'),
      ...plain(textMap, 'labels', 'annotations'),
    }),
  },
  openapi: { shape: textMap },
  ...plain(text, 'namePrefix', 'nameSuffix', 'namespace'),
  ...plain(textMap, 'commonLabels', 'commonAnnotations'),
  labels: { shape: listOf(label) },
  patchesStrategicMerge: {
    shape: { type: 'list', of: text, goName: '[]types.PatchStrategicMerge' },
  },
  ...plain(listOf(patch), 'patchesJson6902', 'patches'),
  ...plain(listOf(image), 'images', 'imageTags'),
  replacements: { shape: listOf(replacementField) },
  replicas: { shape: listOf(replica) },
  vars: { shape: listOf(variable) },
  sortOptions: { shape: sortOptions },
  ...plain(
    texts,
    'resources',
    'components',
    'crds',
    'bases',
    'configurations',
    'generators',
    'transformers',
    'validators',
    'buildMetadata',
  ),
  configMapGenerator: { shape: listOf(configMapArgs) },
  secretGenerator: { shape: listOf(secretArgs) },
  generatorOptions: { shape: generatorOptions },
  helmGlobals: { shape: struct('HelmGlobals', plain(text, 'chartHome', 'configHome')) },
  ...plain(anything, 'helmCharts', 'helmChartInflationGenerator'),
});

const FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const EDIT_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically.";

/** Fields that are deprecated, in the order of their warnings. */
const deprecated: readonly (readonly [field: string, instead: string, experimental?: true])[] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
  ['vars', 'replacements', true],
];

/**
 * The kustomization in a folder, deprecated fields in the place of which others stand moved there.
 * `warn` gets what kubectl writes to its standard error.
 */
export function loadKustomization(
  loader: Loader,
  warn: (text: string) => void,
): { readonly file: string; readonly kustomization: Kustomization } {
  const found = FILE_NAMES.filter(
    (name) => loader.files.read(`${slashed(loader.root)}${name}`) !== undefined,
  );
  const [file] = found;
  if (file === undefined) {
    return fail(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.root}'`,
    );
  }
  if (found.length > 1) fail(`Found multiple kustomization files under: ${loader.root}`);
  const spec = wrapped('invalid Kustomization', () =>
    decodeStrict(yamlAsJson(load(loader, file)), kustomizationShape),
  );
  for (const [field, instead, experimental] of deprecated) {
    if (!Object.hasOwn(spec, field)) continue;
    const fix = `${experimental === true ? '[EXPERIMENTAL] ' : ''}${EDIT_FIX}`;
    warn(`# Warning: '${field}' is deprecated. Please use '${instead}' instead. ${fix}`);
  }
  if (Object.keys(spec).every((key) => key === 'apiVersion' || key === 'kind')) {
    fail('kustomization.yaml is empty');
  }
  return { file, kustomization: checked(fixed(spec), loader.root) };
}

function slashed(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

/** A YAML text as sigs.k8s.io/yaml makes JSON of it: its first document. */
export function yamlAsJson(content: string): unknown {
  const { documents, problems } = parseManifest(content);
  const [document] = documents;
  if (document?.value === undefined && problems.length > 0) {
    const problem = problems[0];
    fail(`yaml: ${yamlMessage(problem?.message ?? '', problem?.line ?? 1)}`);
  }
  return document?.value ?? null;
}

function fixed(spec: Readonly<Record<string, unknown>>): Kustomization {
  const { bases, imageTags, ...rest } = spec as Kustomization & {
    readonly bases?: readonly string[];
    readonly imageTags?: readonly ImageEntry[];
  };
  const withEnvs = ({ env, envs = [], ...entry }: GeneratorEntry): GeneratorEntry => ({
    ...entry,
    envs: env === undefined || env === '' ? envs : [...envs, env],
  });
  return {
    ...rest,
    resources: [...(rest.resources ?? []), ...(bases ?? [])],
    images: [...(rest.images ?? []), ...(imageTags ?? [])],
    configMapGenerator: (rest.configMapGenerator ?? []).map(withEnvs),
    secretGenerator: (rest.secretGenerator ?? []).map(withEnvs),
  };
}

function checked(kustomization: Kustomization, root: string): Kustomization {
  const kind = kustomization.kind || 'Kustomization';
  const wanted =
    kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1';
  const errors: string[] = [];
  if (kind !== 'Kustomization' && kind !== 'Component') {
    errors.push('kind should be Kustomization or Component');
  }
  if ((kustomization.apiVersion || wanted) !== wanted) {
    errors.push(`apiVersion for ${kind} should be ${wanted}`);
  }
  if (errors.length > 0) {
    fail(`Failed to read kustomization file under ${root}:\n${errors.join('\n')}`);
  }
  for (const field of ['helmCharts', 'helmChartInflationGenerator'] as const) {
    if ((kustomization[field] ?? []).length === 0) continue;
    fail('must specify --enable-helm');
  }
  return { ...kustomization, kind };
}
