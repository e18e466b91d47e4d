import { zeroOf, zeroStruct } from '../decode/zero-values.ts';
import { equalJson, isList, isObject, type JsonList, type JsonObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { FieldSchema, ListType, MapType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { type Fields, leaf } from './fields.ts';
import { internedNode, isInterned } from './interned.ts';
import { listElement, sameElement } from './path-element.ts';
import { createRecent } from '../../base/recent.ts';
import { placeOf } from './shape-memo.ts';

/**
 * What a write changed, as field sets (upstream: structured-merge-diff's Compare). Equal identity ends the comparison,
 * so the cost follows the size of the change and not that of the object.
 */
export interface Difference {
  /** Fields added or given another value. A map or list entry that is new is a member, and so is all that is in it. */
  readonly changed: Fields | undefined;
  /** Fields that are no more. */
  readonly removed: Fields | undefined;
}

/** Metadata that no manager owns. */
const unmanagedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const unmanagedRoot: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const nothing: ReadonlySet<string> = new Set();
/** Leaves nothing out either, and says that the value is a whole spec. */
const nothingOfSpec: ReadonlySet<string> = new Set();

/** Compares two objects of a kind; undefined when no field that can be managed differs. */
export function compareObjects(
  before: JsonObject,
  after: JsonObject,
  schema: StructSchema,
): Difference | undefined {
  if (before === after) return undefined;
  // Whatever a comparison that failed may have left.
  changedDraft.top = 0;
  removedDraft.top = 0;
  return compareStructs(before, after, schema, unmanagedRoot);
}

/** Compares an object with nothing, that is with an empty object of its kind. */
export function compareWithNothing(
  after: JsonObject,
  schema: StructSchema,
): Difference | undefined {
  return compareObjects(zeroStruct(schema), after, schema);
}

// What an object's spec adds to an empty one, by the spec's identity: all pods of a ReplicaSet share their template's.
const fromZero = new WeakMap<JsonObject, Difference>();

function compareStructs(
  before: JsonObject,
  after: JsonObject,
  struct: StructSchema,
  unmanaged: ReadonlySet<string>,
): Difference | undefined {
  return before === zeroStruct(struct)
    ? compareWithZero(before, after, struct, unmanaged)
    : compareFields(before, after, struct, unmanaged);
}

/** A new object, or a part of one: what is found is remembered by its shape. */
function compareWithZero(
  before: JsonObject,
  after: JsonObject,
  struct: StructSchema,
  unmanaged: ReadonlySet<string>,
): Difference | undefined {
  const isSpec = unmanaged === nothingOfSpec;
  const known = isSpec ? fromZero.get(after) : undefined;
  if (known !== undefined) return known;
  const place = placeOf(after, struct, unmanaged, addedPart);
  if (place?.added !== undefined) {
    const { difference } = place.added;
    if (isSpec && difference !== undefined) fromZero.set(after, difference);
    return difference;
  }
  const difference = compareFields(before, after, struct, unmanaged);
  if (isSpec && difference !== undefined) fromZero.set(after, difference);
  // Where all parts are shared, so is the whole; what has been added to nothing takes nothing away.
  if (place !== undefined) place.added = { difference };
  return difference;
}

function addedPart(
  value: unknown,
  zero: unknown,
  field: FieldSchema,
  unmanaged: ReadonlySet<string>,
): Fields | undefined | null {
  const below = unmanagedBelow(unmanaged, field.name);
  const difference = compareValues(zero, value, field.type, below);
  if (difference === undefined) return undefined;
  return difference.removed === undefined ? difference.changed : null;
}

function compareFields(
  before: JsonObject,
  after: JsonObject,
  struct: StructSchema,
  unmanaged: ReadonlySet<string>,
): Difference | undefined {
  const changedFrom = changedDraft.top;
  const removedFrom = removedDraft.top;
  const { fields } = struct;
  // Below the metadata and above it everything is managed.
  const isAllManaged = unmanaged.size === 0;
  // Not Object.keys, whose list would be garbage at once; decoded objects inherit nothing that could be listed.
  for (const name in after) {
    const now = after[name];
    let was = before[name];
    // A field without a value is as good as absent, and comes below.
    if (was === now || now === undefined) continue;
    if (!isAllManaged && unmanaged.has(name)) continue;
    const field = fields.get(name);
    if (field === undefined) continue;
    if (field.type.kind === 'scalar' && typeof now !== 'object') {
      // Most fields. Zero or not, it is not what was there, unless that is nothing and the server would hold it anyway.
      if (was === undefined && field.emitted && now === zeroOf(field)) continue;
      push(changedDraft, field.element, leaf);
      continue;
    }
    // What is no pointer in the API server was there before, with its zero value: it is changed, but not added.
    if (was === undefined && field.emitted) was = zeroOf(field);
    put(field.element, compareValues(was, now, field.type, unmanagedBelow(unmanaged, name)));
  }
  for (const name in before) {
    if (after[name] !== undefined || (!isAllManaged && unmanaged.has(name))) continue;
    const field = fields.get(name);
    if (field === undefined) continue;
    const now = field.emitted ? zeroOf(field) : undefined;
    put(
      field.element,
      compareValues(before[name], now, field.type, unmanagedBelow(unmanaged, name)),
    );
  }
  return differenceOf(changedFrom, removedFrom, false);
}

function unmanagedBelow(unmanaged: ReadonlySet<string>, name: string): ReadonlySet<string> {
  if (unmanaged !== unmanagedRoot) return nothing;
  return name === 'metadata' ? unmanagedMetadata : name === 'spec' ? nothingOfSpec : nothing;
}

function compareValues(
  before: unknown,
  after: unknown,
  type: TypeSchema,
  unmanaged: ReadonlySet<string> = nothing,
): Difference | undefined {
  if (before === after) return undefined;
  if (before === undefined) return { changed: allFields(after, type), removed: undefined };
  if (after === undefined) return { changed: undefined, removed: allFields(before, type) };
  if (!isOneValue(type)) {
    if (type.kind === 'struct' && isObject(before) && isObject(after)) {
      return compareStructs(before, after, structOf(type), unmanaged);
    }
    if (type.kind === 'map' && isObject(before) && isObject(after)) {
      return compareMaps(before, after, type);
    }
    if (type.kind === 'list' && isList(before) && isList(after)) {
      return compareLists(before, after, type);
    }
  }
  return equalJson(before, after) ? undefined : { changed: leaf, removed: undefined };
}

function compareMaps(before: JsonObject, after: JsonObject, type: MapType): Difference | undefined {
  const changedFrom = changedDraft.top;
  const removedFrom = removedDraft.top;
  for (const key of Object.keys(after)) {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    put(`f:${key}`, compareValues(was, after[key], type.value));
  }
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    put(`f:${key}`, compareValues(before[key], undefined, type.value));
  }
  return differenceOf(changedFrom, removedFrom, false);
}

// Lists are where objects of one owner are alike: the conditions and container statuses of Pods that change together.
const comparedLists = createRecent<JsonList, JsonList, ListType, Difference>();
const listFields = createRecent<JsonList, ListType, undefined, Fields>();

function compareLists(before: JsonList, after: JsonList, type: ListType): Difference | undefined {
  const known = comparedLists.find(before, after, type);
  if (known !== undefined) return known;
  const difference = compareListsAnew(before, after, type);
  return difference === undefined || !isShared(difference)
    ? difference
    : comparedLists.keep(before, after, type, difference);
}

// What is not shared was seen for the first time, and may be shared when it is seen again.
function isShared({ changed = leaf, removed = leaf }: Difference): boolean {
  return isInterned(changed) && isInterned(removed);
}

function compareListsAnew(
  before: JsonList,
  after: JsonList,
  type: ListType,
): Difference | undefined {
  const changedFrom = changedDraft.top;
  const removedFrom = removedDraft.top;
  if (isSameOrder(before, after, type)) {
    for (let i = 0; i < after.length; i += 1) {
      if (before[i] === after[i]) continue;
      const difference = compareValues(before[i], after[i], type.element);
      if (difference === undefined) continue;
      const element = listElement(after[i], type);
      if (typeof element !== 'string') continue;
      // Of entries that a list may not have twice, the last one counts.
      takeOut(changedDraft, changedFrom, element);
      takeOut(removedDraft, removedFrom, element);
      put(element, difference);
    }
    return differenceOf(changedFrom, removedFrom, true);
  }
  const was = entriesByElement(before, type);
  const now = entriesByElement(after, type);
  for (const [element, items] of now) {
    put(element, compareEntries(was.get(element) ?? [], items, type));
  }
  for (const [element, items] of was) {
    if (!now.has(element)) put(element, compareEntries(items, [], type));
  }
  return differenceOf(changedFrom, removedFrom, true);
}

/** True when both lists have the same entries by key, in the same places. */
function isSameOrder(before: JsonList, after: JsonList, type: ListType): boolean {
  if (before.length !== after.length) return false;
  for (let i = 0; i < after.length; i += 1) {
    if (before[i] !== after[i] && !sameElement(before[i], after[i], type)) return false;
  }
  return true;
}

/** The entries of a list by element; several where a list breaks its own rule and has duplicates. */
function entriesByElement(list: JsonList, type: ListType): Map<string, unknown[]> {
  const entries = new Map<string, unknown[]>();
  for (const item of list) {
    const element = listElement(item, type);
    if (typeof element !== 'string') continue;
    const known = entries.get(element);
    if (known === undefined) entries.set(element, [item]);
    else known.push(item);
  }
  return entries;
}

/** Compares the entries with one element. Duplicates are one value together: their fields cannot be told apart. */
function compareEntries(before: JsonList, after: JsonList, type: ListType): Difference | undefined {
  if (before.length <= 1 && after.length <= 1) {
    return compareValues(before[0], after[0], type.element);
  }
  if (before.length >= 2 && after.length >= 2) {
    return equalJson(before, after) ? undefined : { changed: leaf, removed: undefined };
  }
  return before.length >= 2
    ? { changed: after.length === 0 ? undefined : allFields(after[0], type.element), removed: leaf }
    : {
        changed: leaf,
        removed: before.length === 0 ? undefined : allFields(before[0], type.element),
      };
}

/** True for types that have one owner however much is in them. */
export function isOneValue(type: TypeSchema): boolean {
  switch (type.kind) {
    case 'scalar':
      return true;
    case 'struct':
      return structOf(type).atomic;
    case 'map':
      return type.atomic;
    case 'list':
      return type.relationship === 'atomic';
  }
}

/** All fields of a value that is new or gone: itself, and what is in it. */
function allFields(value: unknown, type: TypeSchema): Fields {
  if (typeof value !== 'object' || value === null || isOneValue(type)) return leaf;
  const isListed = type.kind === 'list' && isList(value);
  const known = isListed ? listFields.find(value, type, undefined) : undefined;
  if (known !== undefined) return known;
  const from = changedDraft.top;
  push(changedDraft, '.', leaf);
  if (isListed) {
    for (const [element, items] of entriesByElement(value, type)) {
      push(changedDraft, element, items.length > 1 ? leaf : allFields(items[0], type.element));
    }
  } else if (type.kind === 'struct' && isObject(value)) {
    const { fields } = structOf(type);
    for (const name in value) {
      const field = fields.get(name);
      if (field === undefined) continue;
      const inner = value[name];
      const isPlain = typeof inner !== 'object' || field.type.kind === 'scalar';
      push(changedDraft, field.element, isPlain ? leaf : allFields(inner, field.type));
    }
  } else if (type.kind === 'map' && isObject(value)) {
    for (const key of Object.keys(value)) {
      push(changedDraft, `f:${key}`, allFields(value[key], type.value));
    }
  }
  const fields = taken(changedDraft, from, isListed) ?? leaf;
  return isListed && isInterned(fields) ? listFields.keep(value, type, undefined, fields) : fields;
}

/**
 * The differences of parts under collection, elements and their nodes side by side: what belongs to one struct, map or
 * list lies above what belongs to those that it is in. One heap for all comparisons, since lists of its own for each
 * struct would be most of what a write leaves behind.
 */
interface Draft {
  readonly elements: string[];
  readonly nodes: Fields[];
  top: number;
}

const changedDraft: Draft = { elements: [], nodes: [], top: 0 };
const removedDraft: Draft = { elements: [], nodes: [], top: 0 };

function put(element: string, difference: Difference | undefined): void {
  if (difference === undefined) return;
  const { changed, removed } = difference;
  if (changed !== undefined) push(changedDraft, element, changed);
  if (removed !== undefined) push(removedDraft, element, removed);
}

function push(draft: Draft, element: string, node: Fields): void {
  draft.elements[draft.top] = element;
  draft.nodes[draft.top] = node;
  draft.top += 1;
}

/** Takes out what lies above `from` with this element. */
function takeOut(draft: Draft, from: number, element: string): void {
  for (let at = from; at < draft.top; at += 1) {
    if (draft.elements[at] !== element) continue;
    draft.elements.splice(at, 1);
    draft.nodes.splice(at, 1);
    draft.top -= 1;
    return;
  }
}

/** The node of all that lies above `from`, which is taken off; whether of a list's entries. */
function taken(draft: Draft, from: number, isListed: boolean): Fields | undefined {
  const to = draft.top;
  if (to === from) return undefined;
  draft.top = from;
  return internedNode(draft, isListed, from, to);
}

function differenceOf(
  changedFrom: number,
  removedFrom: number,
  isListed: boolean,
): Difference | undefined {
  if (changedDraft.top === changedFrom && removedDraft.top === removedFrom) return undefined;
  return {
    changed: taken(changedDraft, changedFrom, isListed),
    removed: taken(removedDraft, removedFrom, isListed),
  };
}
