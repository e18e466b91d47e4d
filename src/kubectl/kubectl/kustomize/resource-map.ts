import { fail } from '../failure.ts';
import {
  allIds,
  annotationsOf,
  copyOf,
  currentId,
  isEmpty,
  kindOf,
  labelsOf,
  nameOf,
  namespaceOf,
  rememberName,
  setName,
  setNamespace,
  setTexts,
  type Resource,
} from './resource.ts';
import { ORIGIN } from './origin.ts';
import { idGoSyntax, idText, sameId, type ResourceId } from './resource-id.ts';
import { mergedTree } from './strategic-merge.ts';
import { isTree, own, setField, textsOf, type Tree } from './tree.ts';

/** The resources of a build, in the order in which they came. */
export interface ResourceMap {
  list: Resource[];
}

/** Adds a resource; two of one id are refused. */
export function append(map: ResourceMap, resource: Resource): void {
  const id = currentId(resource);
  if (map.list.some((each) => sameId(currentId(each), id))) {
    fail(`may not add resource with an already registered id: ${idText(id)}`);
  }
  map.list.push(resource);
}

export function appendAll(map: ResourceMap, resources: readonly Resource[]): void {
  for (const each of resources) append(map, each);
}

/** The resources that are or were called so. */
export function matching(
  map: ResourceMap,
  matches: (id: ResourceId) => boolean,
): readonly Resource[] {
  return map.list.filter((each) => !isEmpty(each) && allIds(each).some(matches));
}

/** The one resource that is or was called so: the target of a patch. */
export function theOne(map: ResourceMap, id: ResourceId): Resource {
  const found = matching(map, (each) => sameId(each, id));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const what = only === undefined ? 'no matches' : 'multiple matches';
  return fail(`${what} for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`);
}

/** Adds what a generator made: new, or in place of or merged into what is there. */
export function absorb(map: ResourceMap, resource: Resource): void {
  const id = currentId(resource);
  const matches = matching(map, (each) => sameId(each, id));
  const [old] = matches;
  if (old === undefined) {
    if (resource.behaviour === 'merge' || resource.behaviour === 'replace') {
      fail(`id ${idGoSyntax(id)} does not exist; cannot merge or replace`);
    }
    append(map, resource);
    return;
  }
  if (matches.length > 1) {
    fail(
      `found multiple objects ${JSON.stringify(matches.map(({ tree }) => tree))} that could accept merge of ${idText(id)}`,
    );
  }
  if (resource.behaviour !== 'merge' && resource.behaviour !== 'replace') {
    fail(`id ${idGoSyntax(id)} exists; behavior must be merge or replace`);
  }
  const { behaviour } = resource;
  const origin = annotationsOf(old).get(ORIGIN);
  takeMetadata(resource, old);
  map.list[map.list.indexOf(old)] = resource;
  if (behaviour !== 'merge') return;
  mergeData(resource, old, 'data');
  mergeData(resource, old, 'binaryData');
  if (origin !== undefined) {
    setTexts(resource, 'annotations', new Map([...annotationsOf(resource), [ORIGIN, origin]]));
  }
}

/** Labels, annotations and name of the old one, under those of the new. */
function takeMetadata(resource: Resource, old: Resource): void {
  setTexts(resource, 'labels', new Map([...labelsOf(old), ...labelsOf(resource)]));
  setTexts(resource, 'annotations', new Map([...annotationsOf(old), ...annotationsOf(resource)]));
  setName(resource, nameOf(old));
  setNamespace(resource, namespaceOf(old));
  resource.previous = old.previous;
  resource.prefixes = old.prefixes;
  resource.suffixes = old.suffixes;
  resource.behaviour = old.behaviour;
  resource.needsHash &&= old.needsHash;
  resource.variables = old.variables;
}

function mergeData({ tree }: Resource, old: Resource, field: 'data' | 'binaryData'): void {
  const merged = new Map([...textsOf(own(old.tree, field)), ...textsOf(own(tree, field))]);
  const map: Tree = {};
  for (const [key, value] of merged) setField(map, key, value);
  setField(tree, field, merged.size === 0 ? undefined : map);
}

/** Applies a strategic merge patch to some of the resources; what is deleted leaves the map. */
export function patchSome(map: ResourceMap, selected: readonly Resource[], patch: Resource): void {
  const chosen = selected.map(currentId);
  const kept: Resource[] = [];
  for (const resource of map.list) {
    const id = currentId(resource);
    if (chosen.some((each) => isSame(each, id))) {
      const copy = copyOf(patch);
      setField(copy.tree, 'apiVersion', own(resource.tree, 'apiVersion'));
      // Upstream writes them anew as texts: a null that should delete a label becomes the text `null`.
      setTexts(copy, 'labels', labelsOf(copy));
      setTexts(copy, 'annotations', annotationsOf(copy));
      patchOne(resource, copy);
    }
    if (!isEmpty(resource)) kept.push(resource);
  }
  map.list = [];
  appendAll(map, kept);
}

function isSame(a: ResourceId, b: ResourceId): boolean {
  return sameId(a, b) && a.namespace === b.namespace;
}

/** Applies a strategic merge patch. Name, namespace and kind stay unless the patch says that they may change. */
export function patchOne(resource: Resource, patch: Resource): void {
  const [name, namespace, kind] = [nameOf(resource), namespaceOf(resource), kindOf(resource)];
  if (patch.allowsNameChange || patch.allowsKindChange) rememberName(resource);
  const result = mergedTree(resource.tree, patch.tree);
  resource.tree = isTree(result) ? result : {};
  if (isEmpty(resource)) return;
  if (!patch.allowsKindChange) setField(resource.tree, 'kind', kind);
  if (!patch.allowsNameChange) setName(resource, name);
  setNamespace(resource, namespace);
}
