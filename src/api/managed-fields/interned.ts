import { copyOf, type Fields, type FieldsDraft, isListElement, leaf, listDraft } from './fields.ts';

/**
 * Interned sets of fields: equal sets are nearly always one object, since thousands of pods own the same fields. So
 * they are compared by identity, kept once, and what two of them make is worked out once (see `set-memo.ts`).
 */

/** Stands in sets that are patterns of others where these have a node that is not shared. It is none of its own. */
export const gap: Fields = Object.freeze({ 'f:gap': leaf });

/**
 * The pattern of each set that has one: an interned set is its own; that of a set with a node that is not shared is the
 * interned set with a gap in its place.
 */
const patterns = new WeakMap<Fields, Fields>([
  [leaf, leaf],
  [gap, gap],
]);

/** Undefined for sets of other clients' making, and for those with several gaps. */
export function patternOf(fields: Fields): Fields | undefined {
  return patterns.get(fields);
}

/** True for a set that equal ones share; what is seen once only is not. */
export function isInterned(fields: Fields): boolean {
  return fields === leaf || patterns.get(fields) === fields;
}

/** The shared nodes by their children: a step for each child's element, and another for the child unless it is a leaf. */
interface Shelf {
  next: Map<string | Fields, Shelf> | undefined;
  node: Fields | undefined;
}

let shelves: Shelf = { next: undefined, node: undefined };
let shelfCount = 0;
// Beyond this many the table starts afresh: sharing is lost a little, nothing else.
const shelfCountMax = 100_000;

function shelfBelow(shelf: Shelf, key: string | Fields): Shelf {
  shelf.next ??= new Map();
  let below = shelf.next.get(key);
  if (below === undefined) {
    below = { next: undefined, node: undefined };
    shelfCount += 1;
    shelf.next.set(key, below);
  }
  return below;
}

/** Elements, each of them once and in any order, with their nodes, side by side. */
export interface Branches {
  readonly elements: readonly string[];
  readonly nodes: readonly Fields[];
}

/** The place of a node by its children; undefined when one of them is not shared. */
function shelfOf({ elements, nodes }: Branches): Shelf | undefined {
  let shelf = shelves;
  for (let i = 0; i < elements.length; i += 1) {
    shelf = shelfBelow(shelf, elements[i] as string); // In range; so below.
    const node = nodes[i] as Fields;
    if (node === leaf) continue;
    if (!isInterned(node)) return undefined;
    shelf = shelfBelow(shelf, node);
  }
  return shelf;
}

// Elements of lists seen so far. What is seen for the first time (a pod's address) is most likely seen only once, and
// sets with it are not worth a place on the shelves.
const seenElements = new Set<string>();
const seenElementsMax = 50_000;

/** True for a list's element that has not been seen before, which it has been from now on. */
export function isNovel(element: string): boolean {
  if (seenElements.has(element)) return false;
  if (seenElements.size >= seenElementsMax) seenElements.clear();
  seenElements.add(element);
  return true;
}

/** The shared object that is equal to a set, or an equal set made of shared parts. */
export function internFields(fields: Fields): Fields {
  if (patterns.has(fields)) return fields;
  const elements: string[] = [];
  const nodes: Fields[] = [];
  let isListed = false;
  // Whether it may stay as it is: its elements are in order, and its parts are in their proper form.
  let isProper = true;
  let isShared = true;
  let before = '';
  for (const element in fields) {
    const node = fields[element] ?? leaf;
    // Most of a set's branches are as they were before it was changed.
    const proper = node === leaf || isInterned(node) ? node : internFields(node);
    if (proper !== node || element < before) isProper = false;
    if (isShared && !isInterned(proper)) isShared = false;
    before = element;
    elements.push(element);
    nodes.push(proper);
    if (!isListed && isListElement(element)) isListed = true;
  }
  // One that is not shared for its parts' sake is found to be so again by them; a note of each would cost more.
  if (isProper && !isShared) return fields;
  let isNew = false;
  for (const element of elements) if (isListElement(element) && isNovel(element)) isNew = true;
  const branches = { elements, nodes };
  return isNew ? sortedNode(branches, isListed) : sharedNode(branches, isListed);
}

/** The interned node of these, which are interned themselves. */
export function sharedNode(branches: Branches, isListed: boolean): Fields {
  const { elements } = branches;
  if (elements.length === 0 || (elements.length === 1 && elements[0] === '.')) return leaf;
  if (shelfCount > shelfCountMax) {
    shelves = { next: undefined, node: undefined };
    shelfCount = 0;
  }
  // As it was built first: sets of one kind are built in one order, and sorting costs more than a second entry.
  const shelf = shelfOf(branches);
  if (shelf === undefined) return sortedNode(branches, isListed);
  shelf.node ??= shelvedNode(branches, isListed);
  return shelf.node;
}

/** The shared node with its keys in order, made if need be. */
function shelvedNode(branches: Branches, isListed: boolean): Fields {
  const node = sortedNode(branches, isListed);
  const elements = Object.keys(node);
  const shelf = shelfOf({ elements, nodes: elements.map((key) => node[key] ?? leaf) });
  if (shelf === undefined) return node;
  if (shelf.node === undefined) {
    shelf.node = node;
    patterns.set(node, node);
  }
  return shelf.node;
}

/** A node with its keys in order, as the API server prints them. */
export function sortedNode({ elements, nodes }: Branches, isListed: boolean): Fields {
  const node: FieldsDraft = isListed ? listDraft() : {};
  if (isSorted(elements)) {
    for (let i = 0; i < elements.length; i += 1) node[elements[i] ?? ''] = nodes[i] ?? leaf;
    return node;
  }
  const byElement = new Map(elements.map((element, index) => [element, nodes[index] ?? leaf]));
  for (const element of elements.toSorted()) node[element] = byElement.get(element) ?? leaf;
  return node;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i += 1) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return false;
  }
  return true;
}

/** The set that a pattern with one gap is of, with this node in its place. */
export function withGapFilled(pattern: Fields, node: Fields): Fields {
  const filled = withNode(pattern, gapOf(pattern) ?? [], 0, node);
  patterns.set(filled, pattern);
  return filled;
}

function withNode(fields: Fields, path: readonly string[], depth: number, node: Fields): Fields {
  const element = path[depth];
  if (element === undefined) return node;
  const copy = copyOf(fields);
  copy[element] = withNode(fields[element] ?? leaf, path, depth + 1, node);
  return copy;
}

const gaps = new WeakMap<Fields, { readonly path: readonly string[] | undefined }>();

/** The path to the gap of a pattern; undefined where it has none or several. */
export function gapOf(pattern: Fields): readonly string[] | undefined {
  let known = gaps.get(pattern);
  if (known === undefined) {
    const paths = gapsOf(pattern);
    known = { path: paths.length === 1 ? paths[0] : undefined };
    gaps.set(pattern, known);
  }
  return known.path;
}

function gapsOf(node: Fields): readonly (readonly string[])[] {
  if (node === gap) return [[]];
  return Object.keys(node).flatMap((element) =>
    gapsOf(node[element] ?? leaf).map((path) => [element, ...path]),
  );
}
