import {
  difference,
  differenceNode,
  type Fields,
  type FieldsDraft,
  isListElement,
  leaf,
  listDraft,
  type NodeOperation,
  union,
  unionNode,
} from './fields.ts';

/**
 * Interned sets of fields: equal sets are nearly always one object, since thousands of pods own the same fields. So
 * they are compared by identity, kept once, and what two of them make is worked out once.
 */

const ids = new WeakMap<Fields, number>([[leaf, 0]]);
let idNext = 1;

/**
 * The shared nodes by their children: a step for each child's element, and another for the child's number unless it is
 * a leaf. Walking beats a text for a key: the elements are mostly constants, whose hashes are known; and sets of one
 * kind take one way, so the step that was taken last is tried before the table.
 */
interface Shelf {
  lastKey: string | number;
  last: Shelf | undefined;
  next: Map<string | number, Shelf> | undefined;
  node: Fields | undefined;
}

let shelves = newShelf();
let shelfCount = 0;
// Beyond this many the table starts afresh: sharing is lost a little, nothing else.
const shelfCountMax = 100_000;

function newShelf(): Shelf {
  return { lastKey: '', last: undefined, next: undefined, node: undefined };
}

function shelfBelow(shelf: Shelf, key: string | number): Shelf {
  let { next } = shelf;
  let below = next?.get(key);
  if (below === undefined) {
    below = newShelf();
    shelfCount += 1;
    if (next === undefined) {
      // Most shelves have one way on: a table comes with the second.
      if (shelf.last === undefined) {
        shelf.lastKey = key;
        shelf.last = below;
        return below;
      }
      next = new Map([[shelf.lastKey, shelf.last]]);
      shelf.next = next;
    }
    next.set(key, below);
  }
  shelf.lastKey = key;
  shelf.last = below;
  return below;
}

/** Elements with their nodes, side by side. */
export interface Branches {
  readonly elements: readonly string[];
  readonly nodes: readonly Fields[];
}

/** The place of a node by its children; undefined when one of them is not shared. */
function shelfOf({ elements, nodes }: Branches, from: number, to: number): Shelf | undefined {
  let shelf = shelves;
  for (let i = from; i < to; i += 1) {
    const element = elements[i] as string; // In range; so below.
    const { last } = shelf;
    shelf = last !== undefined && shelf.lastKey === element ? last : shelfBelow(shelf, element);
    const node = nodes[i] as Fields;
    if (node === leaf) continue;
    const id = ids.get(node);
    if (id === undefined) return undefined;
    const { last: lastOfId } = shelf;
    shelf = lastOfId !== undefined && shelf.lastKey === id ? lastOfId : shelfBelow(shelf, id);
  }
  return shelf;
}

// Elements of lists seen so far. What is seen for the first time (a pod's address) is most likely seen only once, and
// sets with it are not worth a place on the shelves.
const seenElements = new Set<string>();
const seenElementsMax = 50_000;

function isNovel(element: string): boolean {
  if (!isListElement(element) || seenElements.has(element)) return false;
  if (seenElements.size >= seenElementsMax) seenElements.clear();
  seenElements.add(element);
  return true;
}

/** The shared object that is equal to a set, or an equal set made of shared parts. */
export function internFields(fields: Fields): Fields {
  if (ids.has(fields) || unshared.has(fields)) return fields;
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
    const proper = node === leaf || ids.has(node) ? node : internFields(node);
    if (proper !== node || element < before) isProper = false;
    if (isShared && !isInterned(proper)) isShared = false;
    before = element;
    elements.push(element);
    nodes.push(proper);
    if (!isListed && isListElement(element)) isListed = true;
  }
  // One that is not shared for its parts' sake is found to be so again by them; a note of each would cost more.
  if (isProper && !isShared) return fields;
  return internedNode({ elements, nodes }, isListed, 0, elements.length);
}

// Nodes that are in their proper form but not on the shelves, as they had an element that was seen for the first time.
// They stay what they are when it is seen again.
const unshared = new WeakSet<Fields>();

/**
 * The interned node with these elements (each once, in any order) and their nodes, which are interned themselves: those
 * at `from` and after it, before `to`. The elements are a list's, or fields and keys of maps.
 */
export function internedNode(
  branches: Branches,
  isListed: boolean,
  from: number,
  to: number,
): Fields {
  const { elements } = branches;
  if (from === to || (from + 1 === to && elements[from] === '.')) return leaf;
  let isNew = false;
  if (isListed) {
    for (let i = from; i < to; i += 1) if (isNovel(elements[i] ?? '')) isNew = true;
  }
  if (shelfCount > shelfCountMax) {
    shelves = newShelf();
    shelfCount = 0;
  }
  // As it was built first: sets of one kind are built in one order, and sorting costs more than a second entry.
  const shelf = isNew ? undefined : shelfOf(branches, from, to);
  if (shelf === undefined) {
    const node = sortedNode(branches, isListed, from, to);
    if (isNew) unshared.add(node);
    return node;
  }
  shelf.node ??= sharedNode(branches, isListed, from, to);
  return shelf.node;
}

/** True for a set that equal ones share; what is seen once only is not. */
export function isInterned(fields: Fields): boolean {
  return fields === leaf || ids.has(fields);
}

/** The shared node with its keys in order, made if need be. */
function sharedNode(branches: Branches, isListed: boolean, from: number, to: number): Fields {
  const node = sortedNode(branches, isListed, from, to);
  const elements = Object.keys(node);
  const nodes = elements.map((key) => node[key] ?? leaf);
  const shelf = shelfOf({ elements, nodes }, 0, elements.length);
  if (shelf === undefined) return node;
  if (shelf.node === undefined) {
    shelf.node = node;
    ids.set(node, idNext);
    idNext += 1;
  }
  return shelf.node;
}

/** A node with its keys in order, as the API server prints them. */
function sortedNode(
  { elements, nodes }: Branches,
  isListed: boolean,
  from: number,
  to: number,
): Fields {
  const node: FieldsDraft = isListed ? listDraft() : {};
  if (isSorted(elements, from, to)) {
    for (let i = from; i < to; i += 1) node[elements[i] ?? ''] = nodes[i] ?? leaf;
    return node;
  }
  const keys = elements.slice(from, to);
  const values = nodes.slice(from, to);
  sortTogether(keys, values);
  for (let i = 0; i < keys.length; i += 1) node[keys[i] ?? ''] = values[i] ?? leaf;
  return node;
}

/** Sorts keys, and values with them. By insertion: mostly a few keys have been added behind those that are in order. */
function sortTogether(keys: string[], values: Fields[]): void {
  if (keys.length > INSERTED_MAX) {
    const byKey = new Map(keys.map((key, index) => [key, values[index] ?? leaf]));
    keys.sort();
    for (const [index, key] of keys.entries()) values[index] = byKey.get(key) ?? leaf;
    return;
  }
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] as string; // In range; so below.
    const value = values[i] as Fields;
    let at = i;
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) {
      keys[at] = keys[at - 1] as string;
      values[at] = values[at - 1] as Fields;
    }
    keys[at] = key;
    values[at] = value;
  }
}

/** Longer lists in no order would be slow to sort by insertion. */
const INSERTED_MAX = 64;

function isSorted(keys: readonly string[], from: number, to: number): boolean {
  for (let i = from + 1; i < to; i += 1) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return false;
  }
  return true;
}

/** What an operation on two sets makes of interned ones: thousands of pods go through the very same sets. */
interface Known {
  readonly operation: NodeOperation<Fields>;
  readonly results: Map<Fields, Map<Fields, Fields>>;
  /** Sets that are not interned are asked about twice at most, soon one after the other. */
  last: { readonly a: Fields; readonly b: Fields; readonly result: Fields } | undefined;
}
const unions = newKnown((a, b) => union(a, b, sharedUnion));
const differences = newKnown((a, b) => difference(a, b, sharedDifference));
// The same below the roots, where a set that is not shared differs in a single branch from those that are.
const nodeUnions = newKnown((a, b) => unionNode(a, b, sharedUnion));
const nodeDifferences = newKnown((a, b) => differenceNode(a, b, sharedDifference) ?? GONE);
/** Stands for a node of which nothing is left. */
const GONE: Fields = Object.freeze({ 'f:': leaf });
let knownCount = 0;
// Beyond this many the tables start afresh.
const knownCountMax = 20_000;

function newKnown(operation: Known['operation']): Known {
  return { operation, results: new Map(), last: undefined };
}

function sharedUnion(a: Fields, b: Fields): Fields {
  return a === b ? a : remembered(nodeUnions, a, b);
}

function sharedDifference(a: Fields, b: Fields): Fields | undefined {
  const rest = remembered(nodeDifferences, a, b);
  return rest === GONE ? undefined : rest;
}

/** As `union`, interned, and remembered where both sets are interned. */
export function internedUnion(a: Fields, b: Fields): Fields {
  return a === b ? a : remembered(unions, a, b);
}

/** As `difference`, interned, and remembered where both sets are interned. */
export function internedDifference(a: Fields, b: Fields): Fields {
  return a === leaf || b === leaf ? a : remembered(differences, a, b);
}

function remembered(known: Known, a: Fields, b: Fields): Fields {
  const { results, last } = known;
  const table = results.get(a);
  const result = table?.get(b);
  if (result !== undefined) return result;
  if (last !== undefined && a === last.a && b === last.b) return last.result;
  const made = known.operation(a, b);
  // The very set that was given says that nothing has changed.
  const kept = made === a || made === GONE ? made : internFields(made);
  if (!isInterned(a) || !isInterned(b)) {
    known.last = { a, b, result: kept };
    return kept;
  }
  if (knownCount >= knownCountMax) {
    for (const each of [unions, differences, nodeUnions, nodeDifferences]) each.results.clear();
    knownCount = 0;
  }
  knownCount += 1;
  const kin = results.get(a);
  if (kin === undefined) results.set(a, new Map([[b, kept]]));
  else kin.set(b, kept);
  return kept;
}
