import {
  effectiveNamespace,
  gvkOf,
  isClusterScoped,
  type Gvk,
  type ResourceId,
} from './resource-id.ts';
import { copied, lookUp, mapAt, own, scalarText, setField, textsOf, type Tree } from './tree.ts';

/** What a generator does with an object of the same name that is there already. */
export type Behaviour = 'unspecified' | 'create' | 'replace' | 'merge';

/** An object in the making, with what the build remembers of it. */
export interface Resource {
  tree: Tree;
  /** What it was called before, oldest first. */
  previous: readonly PreviousName[];
  prefixes: readonly string[];
  suffixes: readonly string[];
  behaviour: Behaviour;
  needsHash: boolean;
  allowsNameChange: boolean;
  allowsKindChange: boolean;
  /** Names of the vars that take their value from it. */
  variables: readonly string[];
}

interface PreviousName {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
}

export function newResource(tree: Tree): Resource {
  return {
    tree,
    previous: [],
    prefixes: [],
    suffixes: [],
    behaviour: 'unspecified',
    needsHash: false,
    allowsNameChange: false,
    allowsKindChange: false,
    variables: [],
  };
}

export function copyOf(resource: Resource): Resource {
  return { ...resource, tree: copied(resource.tree) };
}

export function kindOf({ tree }: Resource): string {
  return scalarText(own(tree, 'kind'));
}

export function nameOf({ tree }: Resource): string {
  return scalarText(lookUp(tree, 'metadata', 'name'));
}

export function namespaceOf({ tree }: Resource): string {
  return scalarText(lookUp(tree, 'metadata', 'namespace'));
}

export function gvkOfResource(resource: Resource): Gvk {
  return gvkOf(scalarText(own(resource.tree, 'apiVersion')), kindOf(resource));
}

export function currentId(resource: Resource): ResourceId {
  const gvk = gvkOfResource(resource);
  return {
    ...gvk,
    name: nameOf(resource),
    namespace: namespaceOf(resource),
    isClusterScoped: isClusterScoped(gvk),
  };
}

export function previousIds(resource: Resource): readonly ResourceId[] {
  const { group, version } = gvkOfResource(resource);
  return resource.previous.map(({ name, namespace, kind }) => ({
    group,
    version,
    kind,
    name,
    namespace,
    isClusterScoped: false,
  }));
}

export function originalId(resource: Resource): ResourceId {
  return previousIds(resource)[0] ?? currentId(resource);
}

/** All that a resource is or was called. */
export function allIds(resource: Resource): readonly ResourceId[] {
  return [...previousIds(resource), currentId(resource)];
}

export function rememberName(resource: Resource): void {
  const id = currentId(resource);
  resource.previous = [
    ...resource.previous,
    { name: id.name, namespace: effectiveNamespace(id), kind: id.kind },
  ];
}

export function setName(resource: Resource, name: string): void {
  setField(mapAt(resource.tree, 'metadata'), 'name', name);
}

export function setNamespace(resource: Resource, namespace: string): void {
  setField(mapAt(resource.tree, 'metadata'), 'namespace', namespace === '' ? undefined : namespace);
}

export function annotationsOf({ tree }: Resource): Map<string, string> {
  return textsOf(lookUp(tree, 'metadata', 'annotations'));
}

export function labelsOf({ tree }: Resource): Map<string, string> {
  return textsOf(lookUp(tree, 'metadata', 'labels'));
}

/** Sets all labels or annotations at once; an empty map takes the field away. */
export function setTexts(
  { tree }: Resource,
  field: 'labels' | 'annotations',
  texts: ReadonlyMap<string, string>,
): void {
  const map: Tree = {};
  for (const [key, value] of texts) setField(map, key, value);
  setField(mapAt(tree, 'metadata'), field, texts.size === 0 ? undefined : map);
}

/** Whether nothing is left of it, as after a patch that deletes. */
export function isEmpty({ tree }: Resource): boolean {
  return Object.keys(tree).length === 0;
}
