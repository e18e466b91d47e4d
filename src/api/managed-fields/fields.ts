/**
 * Sets of fields, in the very form in which `managedFields[].fieldsV1` shows them: a tree of path elements, `f:spec`
 * for a field or a map's key, `k:{"name":"web"}` for an entry of a list by its keys, `v:"x"` for an element of a set.
 * A node without children is a member of the set; a node with children is one only when it has the child `.`.
 * At the root, no children means the empty set.
 *
 * Sets that are kept are interned (see `interned.ts`): equal sets are nearly always one object, since thousands of pods
 * own the same fields.
 */
export type Fields = { readonly [element: string]: Fields };

/** A node that is a member and has no children; at the root, the empty set. */
export const leaf: Fields = Object.freeze({});

/** A set under construction. */
export type FieldsDraft = Record<string, Fields>;

/**
 * A draft for a node of list entries. Their elements hold names and addresses, and an engine that makes a hidden class
 * for each new key (as V8 does) would make thousands; an object without a prototype is a plain dictionary to it.
 */
export function listDraft(): FieldsDraft {
  return Object.create(null) as FieldsDraft;
}

/** True for the element of a list's entry: `k:`, `v:` or `i:`. */
export function isListElement(element: string): boolean {
  const first = element.charCodeAt(0);
  return first !== fieldLetter && first !== dot;
}

const fieldLetter = 'f'.charCodeAt(0);
const dot = '.'.charCodeAt(0);

/** The node with these children, in its one proper form. The draft must not be changed afterwards. */
export function fieldsOf(draft: FieldsDraft): Fields {
  let count = 0;
  for (const key in draft) {
    count += 1;
    if (count > 1 || key !== '.') return draft;
  }
  return leaf;
}

/** A copy to be changed; a dictionary again where the elements are a list's (see `listDraft`). */
export function copyOf(fields: Fields): FieldsDraft {
  for (const key in fields) {
    if (key !== '.') return Object.assign(isListElement(key) ? listDraft() : {}, fields);
  }
  return Object.assign({}, fields);
}

function withMember(fields: Fields): FieldsDraft {
  const draft = copyOf(fields);
  draft['.'] = leaf;
  return draft;
}

/** True when a set has no members; for roots. */
export function isEmptySet(fields: Fields): boolean {
  if (fields === leaf) return true;
  for (const _ in fields) return false;
  return true;
}

/** True when a node below the root is itself a member. */
export function isMember(node: Fields): boolean {
  return node === leaf || node['.'] !== undefined || isEmptySet(node);
}

/** What an operation on sets makes of two nodes below their roots; undefined for no node. */
export type NodeOperation<Made> = (a: Fields, b: Fields) => Made;

/** What is in either set; the very first set when the second adds nothing. `node` does what lies below the roots. */
export function union(a: Fields, b: Fields, node: NodeOperation<Fields> = unionNode): Fields {
  if (a === b) return a;
  let draft: FieldsDraft | undefined;
  for (const key of Object.keys(b)) {
    const theirs = b[key] ?? leaf;
    const mine = a[key];
    const both = mine === undefined ? theirs : node(mine, theirs);
    if (both === mine) continue;
    draft ??= copyOf(a);
    draft[key] = both;
  }
  return draft === undefined ? a : fieldsOf(draft);
}

export function unionNode(a: Fields, b: Fields, node: NodeOperation<Fields> = unionNode): Fields {
  if (a === b) return a;
  if (isEmptySet(b)) return isMember(a) ? a : fieldsOf(withMember(a));
  if (isEmptySet(a)) return isMember(b) ? b : fieldsOf(withMember(b));
  return union(a, b, node);
}

/** The members of the first set that are not members of the second; the very first set when that is all of them. */
export function difference(
  a: Fields,
  b: Fields,
  node: NodeOperation<Fields | undefined> = differenceNode,
): Fields {
  if (isEmptySet(a) || isEmptySet(b)) return a;
  let draft: FieldsDraft | undefined;
  for (const key of Object.keys(b)) {
    const mine = a[key];
    if (mine === undefined) continue;
    const rest = node(mine, b[key] ?? leaf);
    if (rest === mine) continue;
    draft ??= copyOf(a);
    if (rest === undefined) delete draft[key];
    else draft[key] = rest;
  }
  return draft === undefined ? a : fieldsOf(draft);
}

export function differenceNode(
  a: Fields,
  b: Fields,
  node: NodeOperation<Fields | undefined> = differenceNode,
): Fields | undefined {
  if (isEmptySet(a)) return isMember(b) ? undefined : a;
  if (!isEmptySet(b)) {
    const rest = difference(a, b, node);
    // Only a node whose last child went is empty now; a mere `.` has become a leaf, which is a member.
    return isEmptySet(rest) && (a['.'] === undefined || b['.'] !== undefined) ? undefined : rest;
  }
  if (a['.'] === undefined) return a;
  const rest = copyOf(a);
  delete rest['.'];
  return Object.keys(rest).length === 0 ? undefined : fieldsOf(rest);
}

/** As `difference`, but a member of the second set takes everything below it along. */
export function recursiveDifference(a: Fields, b: Fields): Fields {
  let draft: FieldsDraft | undefined;
  for (const key of Object.keys(b)) {
    const mine = a[key];
    if (mine === undefined || key === '.') continue;
    const theirs = b[key] ?? leaf;
    const rest = isMember(theirs) ? leaf : recursiveDifference(mine, theirs);
    if (rest === mine && !isMember(theirs)) continue;
    draft ??= copyOf(a);
    if (isMember(theirs) || (isEmptySet(rest) && mine['.'] === undefined)) delete draft[key];
    else draft[key] = rest;
  }
  return draft === undefined ? a : fieldsOf(draft);
}

/** What is in both sets. */
export function intersection(a: Fields, b: Fields): Fields {
  const draft: FieldsDraft = {};
  const [small, large] = Object.keys(a).length < Object.keys(b).length ? [a, b] : [b, a];
  for (const key of Object.keys(small)) {
    const other = large[key];
    if (other === undefined) continue;
    const both = intersectionNode(small[key] ?? leaf, other);
    if (both !== undefined) draft[key] = both;
  }
  return fieldsOf(draft);
}

function intersectionNode(a: Fields, b: Fields): Fields | undefined {
  const member = isMember(a) && isMember(b);
  if (isEmptySet(a) || isEmptySet(b)) return member ? leaf : undefined;
  const both = intersection(a, b);
  if (!isEmptySet(both)) return both;
  return member ? leaf : undefined;
}

/** Calls back with the elements of every member's path: members of a node first, then those below them. */
export function eachPath(
  fields: Fields,
  visit: (path: readonly string[]) => void,
  prefix: readonly string[] = [],
): void {
  const keys = Object.keys(fields)
    .filter((key) => key !== '.')
    .sort();
  for (const key of keys) if (isMember(fields[key] ?? leaf)) visit([...prefix, key]);
  for (const key of keys) eachPath(fields[key] ?? leaf, visit, [...prefix, key]);
}

/** True for a tree that can be a set: objects all the way down, with known kinds of elements. */
export function isFields(value: unknown, depth = 0): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 64)
    return false;
  return Object.entries(value).every(
    ([key, node]) => (key === '.' || /^[fkvi]:/.test(key)) && isFields(node, depth + 1),
  );
}
