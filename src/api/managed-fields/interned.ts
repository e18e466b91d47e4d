import {
  difference,
  type Fields,
  type FieldsDraft,
  isListElement,
  leaf,
  listDraft,
  union,
} from './fields.ts';

/**
 * Interned sets of fields: equal sets are nearly always one object, since thousands of pods own the same fields. So
 * they are compared by identity, kept once, and what two of them make is worked out once.
 */

const ids = new WeakMap<Fields, number>([[leaf, 0]]);
let idNext = 1;

/**
 * The shared nodes by their children: a step for each child's element, and another for the child's number unless it is
 * a leaf. Walking beats a text for a key: the elements are mostly constants, whose hashes are known.
 */
interface Shelf {
  readonly next: Map<string | number, Shelf>;
  node: Fields | undefined;
}

let shelves = newShelf();
let shelfCount = 0;
// Beyond this many the table starts afresh: sharing is lost a little, nothing else.
const shelfCountMax = 100_000;

function newShelf(): Shelf {
  return { next: new Map(), node: undefined };
}

function shelfOf(
  keys: readonly string[],
  children: readonly Fields[],
  from: number,
  to: number,
): Shelf {
  let shelf = shelves;
  for (let i = from; i < to; i += 1) {
    shelf = shelfBelow(shelf, keys[i] ?? '');
    const id = ids.get(children[i] ?? leaf) ?? 0;
    if (id !== 0) shelf = shelfBelow(shelf, id);
  }
  return shelf;
}

function shelfBelow(shelf: Shelf, key: string | number): Shelf {
  let below = shelf.next.get(key);
  if (below === undefined) {
    below = newShelf();
    shelf.next.set(key, below);
    shelfCount += 1;
  }
  return below;
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
  const keys = Object.keys(fields);
  const children: Fields[] = [];
  for (const key of keys) children.push(internFields(fields[key] ?? leaf));
  return internedNode(keys, children);
}

// Nodes that are in their proper form but not on the shelves, so that they are not looked through again.
const unshared = new WeakSet<Fields>();

/**
 * The interned node with these elements (each once, in any order) and their nodes, which are interned themselves: those
 * at `from` and after it, before `to`.
 */
export function internedNode(
  keys: readonly string[],
  children: readonly Fields[],
  from = 0,
  to = keys.length,
): Fields {
  if (from === to || (from + 1 === to && keys[from] === '.')) return leaf;
  let isShared = true;
  for (let i = from; i < to; i += 1) {
    if (isNovel(keys[i] ?? '') || !isInterned(children[i] ?? leaf)) isShared = false;
  }
  if (!isShared) {
    const node = sortedNode(keys.slice(from, to), children.slice(from, to));
    unshared.add(node);
    return node;
  }
  if (shelfCount > shelfCountMax) {
    shelves = newShelf();
    shelfCount = 0;
  }
  // As it was built first: sets of one kind are built in one order, and sorting costs more than a second entry.
  const shelf = shelfOf(keys, children, from, to);
  shelf.node ??= sharedNode(keys.slice(from, to), children.slice(from, to));
  return shelf.node;
}

/** True for a set that equal ones share; what is seen once only is not. */
export function isInterned(fields: Fields): boolean {
  return fields === leaf || ids.has(fields);
}

/** The shared node with its keys in order, made if need be. */
function sharedNode(keys: readonly string[], children: readonly Fields[]): Fields {
  const node = sortedNode(keys, children);
  const inOrder = Object.keys(node);
  const shelf = shelfOf(
    inOrder,
    inOrder.map((key) => node[key] ?? leaf),
    0,
    inOrder.length,
  );
  if (shelf.node === undefined) {
    shelf.node = node;
    ids.set(node, idNext);
    idNext += 1;
  }
  return shelf.node;
}

/** A node with its keys in order, as the API server prints them. */
function sortedNode(keys: readonly string[], children: readonly Fields[]): Fields {
  const node: FieldsDraft = keys.some(isListElement) ? listDraft() : {};
  if (isSorted(keys)) {
    for (let i = 0; i < keys.length; i += 1) node[keys[i] ?? ''] = children[i] ?? leaf;
    return node;
  }
  for (const key of keys.toSorted()) node[key] = children[keys.indexOf(key)] ?? leaf;
  return node;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i += 1) if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return false;
  return true;
}

/** What an operation on two sets makes of interned ones: thousands of pods go through the very same sets. */
type Known = Map<Fields, Map<Fields, Fields>>;
const unions: Known = new Map();
const differences: Known = new Map();
let knownCount = 0;
// Beyond this many the tables start afresh.
const knownCountMax = 20_000;

/** As `union`, interned, and remembered where both sets are interned. */
export function internedUnion(a: Fields, b: Fields): Fields {
  return a === b ? a : remembered(unions, a, b, union);
}

/** As `difference`, interned, and remembered where both sets are interned. */
export function internedDifference(a: Fields, b: Fields): Fields {
  return a === leaf || b === leaf ? a : remembered(differences, a, b, difference);
}

// Sets that are not interned are asked about twice at most, one question after the other.
let last = { a: leaf, b: leaf, operation: union, result: leaf };

function remembered(
  known: Known,
  a: Fields,
  b: Fields,
  operation: (a: Fields, b: Fields) => Fields,
): Fields {
  const results = known.get(a);
  const result = results?.get(b);
  if (result !== undefined) return result;
  if (a === last.a && b === last.b && operation === last.operation) return last.result;
  const made = operation(a, b);
  // The very set that was given says that nothing has changed.
  const kept = made === a ? a : internFields(made);
  if (!isInterned(a) || !isInterned(b)) {
    last = { a, b, operation, result: kept };
    return kept;
  }
  if (knownCount >= knownCountMax) {
    unions.clear();
    differences.clear();
    knownCount = 0;
  }
  knownCount += 1;
  const table = known.get(a);
  if (table === undefined) known.set(a, new Map([[b, kept]]));
  else table.set(b, kept);
  return kept;
}
