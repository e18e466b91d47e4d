import { zeroOf, zeroStruct } from '../decode/zero-values.ts';
import { equalJson, isList, isObject, type JsonList, type JsonObject } from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, MapType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { type Fields, leaf } from './fields.ts';
import { internedNode, isInterned } from './interned.ts';
import { listElement, sameElement } from './path-element.ts';
import { createRecent } from '../../base/recent.ts';

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
  const isFromZero = unmanaged === nothingOfSpec && before === zeroStruct(struct);
  const known = isFromZero ? fromZero.get(after) : undefined;
  if (known !== undefined) return known;
  const pair = draftPair();
  // Not Object.keys, whose list would be garbage at once; decoded objects inherit nothing that could be listed.
  for (const name in after) {
    const now = after[name];
    let was = before[name];
    // A field without a value is as good as absent, and comes below.
    if (was === now || now === undefined || unmanaged.has(name)) continue;
    const field = struct.fields.get(name);
    if (field === undefined) continue;
    // What is no pointer in the API server was there before, with its zero value: it is changed, but not added.
    if (was === undefined && field.emitted) was = zeroOf(field);
    put(pair, field.element, compareValues(was, now, field.type, unmanagedBelow(unmanaged, name)));
  }
  for (const name in before) {
    if (after[name] !== undefined || unmanaged.has(name)) continue;
    const field = struct.fields.get(name);
    if (field === undefined) continue;
    const now = field.emitted ? zeroOf(field) : undefined;
    put(
      pair,
      field.element,
      compareValues(before[name], now, field.type, unmanagedBelow(unmanaged, name)),
    );
  }
  const difference = differenceOf(pair);
  if (isFromZero && difference !== undefined) fromZero.set(after, difference);
  return difference;
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
  const pair = draftPair();
  for (const key of Object.keys(after)) {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    put(pair, `f:${key}`, compareValues(was, after[key], type.value));
  }
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    put(pair, `f:${key}`, compareValues(before[key], undefined, type.value));
  }
  return differenceOf(pair);
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
  const pair = draftPair();
  if (isSameOrder(before, after, type)) {
    for (let i = 0; i < after.length; i += 1) {
      if (before[i] === after[i]) continue;
      const difference = compareValues(before[i], after[i], type.element);
      if (difference === undefined) continue;
      const element = listElement(after[i], type);
      if (typeof element !== 'string') continue;
      // Of entries that a list may not have twice, the last one counts.
      takeOut(pair, element);
      put(pair, element, difference);
    }
    return differenceOf(pair);
  }
  const was = entriesByElement(before, type);
  const now = entriesByElement(after, type);
  for (const [element, items] of now) {
    put(pair, element, compareEntries(was.get(element) ?? [], items, type));
  }
  for (const [element, items] of was) {
    if (!now.has(element)) put(pair, element, compareEntries(items, [], type));
  }
  return differenceOf(pair);
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
  const elements: string[] = ['.'];
  const nodes: Fields[] = [leaf];
  if (type.kind === 'struct' && isObject(value)) {
    const struct = structOf(type);
    for (const name in value) {
      const field = struct.fields.get(name);
      if (field === undefined) continue;
      elements.push(field.element);
      nodes.push(allFields(value[name], field.type));
    }
  } else if (type.kind === 'map' && isObject(value)) {
    for (const key of Object.keys(value)) {
      elements.push(`f:${key}`);
      nodes.push(allFields(value[key], type.value));
    }
  } else if (type.kind === 'list' && isList(value)) {
    const known = listFields.find(value, type, undefined);
    if (known !== undefined) return known;
    for (const [element, items] of entriesByElement(value, type)) {
      elements.push(element);
      nodes.push(items.length > 1 ? leaf : allFields(items[0], type.element));
    }
    const fields = internedNode(elements, nodes);
    return isInterned(fields) ? listFields.keep(value, type, undefined, fields) : fields;
  } else return leaf;
  return internedNode(elements, nodes);
}

/** The differences of a struct's, map's or list's parts, under collection: elements and their nodes side by side. */
interface DraftPair {
  changed: DraftNode | undefined;
  removed: DraftNode | undefined;
}

interface DraftNode {
  readonly elements: string[];
  readonly nodes: Fields[];
}

function draftPair(): DraftPair {
  return { changed: undefined, removed: undefined };
}

function put(pair: DraftPair, element: string, difference: Difference | undefined): void {
  if (difference === undefined) return;
  const { changed, removed } = difference;
  if (changed !== undefined) {
    pair.changed ??= { elements: [], nodes: [] };
    pair.changed.elements.push(element);
    pair.changed.nodes.push(changed);
  }
  if (removed !== undefined) {
    pair.removed ??= { elements: [], nodes: [] };
    pair.removed.elements.push(element);
    pair.removed.nodes.push(removed);
  }
}

function takeOut({ changed, removed }: DraftPair, element: string): void {
  for (const draft of [changed, removed]) {
    const at = draft === undefined ? -1 : draft.elements.indexOf(element);
    if (draft === undefined || at < 0) continue;
    draft.elements.splice(at, 1);
    draft.nodes.splice(at, 1);
  }
}

function differenceOf({ changed, removed }: DraftPair): Difference | undefined {
  if (changed === undefined && removed === undefined) return undefined;
  return {
    changed: changed === undefined ? undefined : internedNode(changed.elements, changed.nodes),
    removed: removed === undefined ? undefined : internedNode(removed.elements, removed.nodes),
  };
}
