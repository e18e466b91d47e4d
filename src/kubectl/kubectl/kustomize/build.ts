import { fail } from '../failure.ts';
import { loadConfig, loadCrdConfig, mergedConfig } from './config.ts';
import { noFields, type FieldConfig } from './default-fields.ts';
import { generated } from './generators.ts';
import { loadKustomization, type Kustomization } from './kustomization.ts';
import { load, loaderAt, type Loader } from './loader.ts';
import {
  joinedPath,
  ORIGIN,
  originText,
  TRANSFORMATIONS,
  transformationsText,
  type Origin,
} from './origin.ts';
import { generatorOf, pluginOrigin, transformerOf, type Plugin } from './plugins.ts';
import { resourcesOf } from './read-resources.ts';
import { absorb, append, appendAll, type ResourceMap } from './resource-map.ts';
import { annotationsOf, isEmpty, setTexts, type Resource } from './resource.ts';
import { stepsOf } from './steps.ts';
import { addVariables, mergedVariables, varEntriesText, type Variable } from './variables.ts';
import { attempted, wrapped } from './wrap.ts';

/** What a kustomization and those below it have brought together. */
export interface Accumulated {
  readonly map: ResourceMap;
  config: FieldConfig;
  variables: Map<string, Variable>;
}

/** One kustomization being built. */
export interface Target {
  readonly loader: Loader;
  readonly file: string;
  readonly kustomization: Kustomization;
  /** The way here from the first kustomization; undefined where nobody asks for origins. */
  readonly path: string | undefined;
  readonly warn: (text: string) => void;
}

export function nothingYet(): Accumulated {
  return { map: { list: [] }, config: noFields, variables: new Map() };
}

/** Reads the kustomization of a folder. */
export function targetAt(
  loader: Loader,
  warn: (text: string) => void,
  above?: Target,
  path?: string,
): Target {
  const { file, kustomization } = loadKustomization(loader, warn);
  const buildMetadata = above?.kustomization.buildMetadata ?? kustomization.buildMetadata ?? [];
  const { buildMetadata: _own, ...rest } = kustomization;
  return {
    loader,
    file,
    kustomization: { ...rest, ...(buildMetadata.length === 0 ? {} : { buildMetadata }) },
    path: above === undefined ? (buildMetadata.length > 0 ? '' : undefined) : path,
    warn,
  };
}

/** Resources, generators, components, transformers and vars, in kustomize's order. Names are fixed at the very end. */
export function accumulate(target: Target, into: Accumulated): Accumulated {
  const { kustomization, loader } = target;
  let all = into;
  all = wrapped('accumulating resources', () =>
    withResources(target, all, kustomization.resources ?? []),
  );
  all.config = mergedConfig(all.config, loadConfig(loader, kustomization.configurations ?? []));
  all.config = mergedConfig(all.config, loadCrdConfig(loader, kustomization.crds ?? []));
  generate(target, all);
  all = wrapped('accumulating components', () => withComponents(target, all));
  transform(target, all);
  all.variables = wrapped(`merging vars ${varEntriesText(kustomization.vars ?? [])}`, () =>
    mergedVariables(
      all.variables,
      [...addVariables(all.map, new Map(), kustomization.vars ?? [])].map(([, each]) => each),
    ),
  );
  return all;
}

function withResources(target: Target, into: Accumulated, paths: readonly string[]): Accumulated {
  let all = into;
  for (const path of paths) {
    const read = attempted(() => addFile(target, all, path));
    if (read.failure === undefined) continue;
    const below = attempted(() => loaderAt(target.loader, path));
    if (below.failure !== undefined) {
      if (read.failure.includes('MalformedYAMLError')) fail(read.failure);
      fail(`accumulation err='${read.failure}': ${below.failure}`);
    }
    const loader = below.value;
    all = wrapped(`accumulation err='${read.failure}'`, () => {
      return withFolder(target, all, loader, path, false);
    });
  }
  return all;
}

function addFile(target: Target, { map }: Accumulated, path: string): void {
  const resources = wrapped(`accumulating resources from '${path}'`, () => {
    const fresh: ResourceMap = { list: [] };
    appendAll(fresh, resourcesOf(load(target.loader, path)));
    return fresh.list;
  });
  if (target.path !== undefined) {
    const origin = originText({ path: joinedPath(target.path, path) });
    for (const each of resources) {
      setTexts(each, 'annotations', new Map([...annotationsOf(each), [ORIGIN, origin]]));
    }
  }
  wrapped(`merging resources from '${path}'`, () => appendAll(map, resources));
}

function withComponents(target: Target, into: Accumulated): Accumulated {
  let all = into;
  for (const path of target.kustomization.components ?? []) {
    const below = attempted(() => loaderAt(target.loader, path));
    if (below.failure !== undefined) return fail(`loader.New ${JSON.stringify(below.failure)}`);
    const loader = below.value;
    const built = attempted(() => withFolder(target, all, loader, path, true));
    if (built.failure !== undefined) {
      return fail(`accumulateDirectory: ${JSON.stringify(built.failure)}`);
    }
    all = built.value;
  }
  return all;
}

/** Builds another folder's kustomization. A component works on what is there; others are built for themselves. */
function withFolder(
  target: Target,
  into: Accumulated,
  loader: Loader,
  path: string,
  isComponent: boolean,
): Accumulated {
  const { root } = loader;
  const below = wrapped(`couldn't make target for path '${root}'`, () =>
    targetAt(
      loader,
      target.warn,
      target,
      target.path === undefined ? undefined : joinedPath(target.path, path),
    ),
  );
  const kind = below.kustomization.kind ?? '';
  if (isComponent && kind !== 'Component') {
    fail(`expected kind 'Component' for path '${root}' but got '${kind}'`);
  }
  if (!isComponent && kind === 'Component') fail(`expected kind != 'Component' for path '${root}'`);
  const built = wrapped(`recursed accumulation of path '${root}'`, () =>
    accumulate(below, isComponent ? into : nothingYet()),
  );
  if (isComponent) return built;
  wrapped(`recursed merging from path '${root}'`, () => {
    appendAll(into.map, built.map.list);
    into.config = mergedConfig(into.config, built.config);
    into.variables = mergedVariables(into.variables, built.variables.values());
  });
  return into;
}

/** Upstream prints the generator as a Go struct of pointers, which are other ones every time. */
const GENERATOR = 'merging from generator &{0xc000000000 <nil>}';

function generate(target: Target, { map }: Accumulated): void {
  const { kustomization, loader } = target;
  const { generatorOptions: options } = kustomization;
  const kinds = [
    ['ConfigMap', kustomization.configMapGenerator ?? []],
    ['Secret', kustomization.secretGenerator ?? []],
  ] as const;
  for (const [kind, entries] of kinds) {
    for (const entry of entries) {
      const resource = generated(kind, entry, options, loader);
      markOrigin(resource, builtinOrigin(target, `${kind}Generator`));
      wrapped(GENERATOR, () => absorb(map, resource));
    }
  }
  for (const plugin of pluginsOf(target, kustomization.generators ?? [])) {
    for (const resource of generatorOf(plugin, loader)) {
      markOrigin(resource, pluginOrigin(plugin));
      wrapped(GENERATOR, () => absorb(map, resource));
    }
  }
}

function builtinOrigin({ path, file }: Target, kind: string): Origin | undefined {
  if (path === undefined) return undefined;
  return {
    configuredIn: joinedPath(path, file),
    configuredBy: { apiVersion: 'builtin', kind },
  };
}

function markOrigin(resource: Resource, origin: Origin | undefined): void {
  if (origin === undefined) return;
  const annotations = annotationsOf(resource);
  if (annotations.has(ORIGIN)) return;
  setTexts(resource, 'annotations', annotations.set(ORIGIN, originText(origin)));
}

function markTransformation(resource: Resource, origin: Origin): void {
  const annotations = annotationsOf(resource);
  if (!annotations.has(ORIGIN)) annotations.set(ORIGIN, originText(origin));
  else {
    const before = annotations.get(TRANSFORMATIONS);
    annotations.set(TRANSFORMATIONS, transformationsText(before, origin));
  }
  setTexts(resource, 'annotations', annotations);
}

function transform(target: Target, all: Accumulated): void {
  const { kustomization, loader } = target;
  const steps = [
    ...stepsOf(kustomization, all.config, loader).map(({ kind, run }) => ({
      run,
      origin: builtinOrigin(target, kind),
    })),
    ...pluginsOf(target, kustomization.transformers ?? []).map((plugin) => ({
      run: transformerOf(plugin, loader),
      origin: pluginOrigin(plugin),
    })),
  ];
  for (const { run, origin } of steps) {
    run(all.map);
    if (origin !== undefined) for (const each of all.map.list) markTransformation(each, origin);
    all.map.list = all.map.list.filter((each) => !isEmpty(each));
  }
  for (const plugin of pluginsOf(target, kustomization.validators ?? [])) {
    transformerOf(plugin, loader)({ list: [...all.map.list] });
  }
}

/** The configurations of generators, transformers or validators: inline, in files, or in folders. */
function pluginsOf(target: Target, entries: readonly string[]): readonly Plugin[] {
  const all = nothingYet();
  const paths: string[] = [];
  for (const entry of entries) {
    const inline = attempted(() => resourcesOf(entry));
    if (inline.failure !== undefined) {
      paths.push(entry);
      continue;
    }
    for (const each of inline.value) {
      if (target.path !== undefined) {
        markOriginPath(each, joinedPath(target.path, target.file));
      }
      append(all.map, each);
    }
  }
  return withResources(target, all, paths).map.list.map((resource) => ({
    resource,
    kind: String(resource.tree['kind']),
  }));
}

function markOriginPath(resource: Resource, path: string): void {
  setTexts(
    resource,
    'annotations',
    new Map([...annotationsOf(resource), [ORIGIN, originText({ path })]]),
  );
}
