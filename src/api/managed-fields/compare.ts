import { createRecent } from '../../base/recent.ts';
import { equalJson, type JsonList, type JsonObject } from '../patch/json.ts';
import type { ListType, StructSchema } from '../schema/schema.ts';
import {
  bothOf,
  CHANGED,
  type Difference,
  type Found,
  NOTHING,
  REMOVED,
  resolved,
  reverseOf,
} from './difference.ts';
import { listElement, sameElement } from './path-element.ts';
import {
  type Composite,
  differenceAt,
  foundInList,
  isFirst,
  kindOf,
  loose,
  looseEntry,
  onward,
  type Place,
  placeAfter,
  type Turn,
  turnAt,
  wholeAt,
} from './shape-memo.ts';

/**
 * What a write changed, as field sets (upstream: structured-merge-diff's Compare). Equal identity ends the comparison,
 * so the cost follows the size of the change and not that of the object.
 */
export function foundBetween(before: object, after: object, schema: StructSchema): Found {
  return before === after
    ? NOTHING
    : compareFields(before as JsonObject, after as JsonObject, kindOf(schema));
}

/** The same with nothing before, that is with an empty object of the kind. */
export function foundIn(after: object, schema: StructSchema): Found {
  const kind = kindOf(schema);
  return addedFields(after as JsonObject, kind);
}

/** Compares two objects of a kind; undefined when no field that can be managed differs. */
export function compareObjects(
  before: object,
  after: object,
  schema: StructSchema,
): Difference | undefined {
  const found = foundBetween(before, after, schema);
  return found === NOTHING ? undefined : resolved(found);
}

/** Compares an object with nothing; undefined when it has no field that can be managed. */
export function compareWithNothing(after: object, schema: StructSchema): Difference | undefined {
  const found = foundIn(after, schema);
  return found === NOTHING ? undefined : resolved(found);
}

function compareFields(before: JsonObject, after: JsonObject, struct: Composite): Found {
  if (before === struct.zero) return addedFields(after, struct);
  const from = loose.length;
  let place = struct.start;
  // Not Object.keys, whose list would be garbage at once; decoded objects inherit nothing that could be listed.
  for (const name in after) {
    const now = after[name];
    const was = before[name];
    // A field without a value is as good as absent, and comes below.
    if (was === now || now === undefined) continue;
    const turn = place.lastName === name ? place.lastTurn : turnAt(place, name);
    let pattern = CHANGED;
    // Most fields are plain values. Zero or not, it is not what was there, unless the server would hold it anyway.
    if (turn.kind !== 'value' || typeof now === 'object') {
      const found = compareParts(was, now, turn);
      ({ pattern } = found);
      if (pattern !== found) loose.push(found);
    } else if (was === undefined && now === turn.zero) pattern = NOTHING;
    // As `onward`, which would be called for every field.
    place = turn.lastOutcome === pattern ? turn.lastPlace : placeAfter(turn, pattern);
  }
  for (const name in before) {
    if (after[name] === undefined) place = withoutPart(before, name, place);
  }
  // Nearly every walk is one that was gone before.
  const { difference } = place;
  return difference !== undefined && loose.length === from ? difference : differenceAt(place, from);
}

/** The walk goes on with a part that is no more. */
function withoutPart(before: JsonObject, name: string, place: Place): Place {
  const turn = place.lastName === name ? place.lastTurn : turnAt(place, name);
  return onward(turn, compareParts(before[name], undefined, turn));
}

/** Compares with the empty object, of which each turn knows its part, and which has nothing that could be missed. */
function addedFields(after: JsonObject, struct: Composite): Found {
  const from = loose.length;
  let place = struct.start;
  for (const name in after) {
    const now = after[name];
    if (now === undefined) continue;
    const turn = place.lastName === name ? place.lastTurn : turnAt(place, name);
    const { kind, zero, composite } = turn;
    let pattern = CHANGED;
    if (kind === 'none' || now === zero) pattern = NOTHING;
    else if (kind === 'value') {
      if (zero !== undefined && typeof now === 'object' && equalJson(zero, now)) pattern = NOTHING;
    } else {
      // A struct that is always there adds what is in it. It need not be asked what it is compared with.
      const isObject = typeof now === 'object' && now !== null && !Array.isArray(now);
      const isAdded = kind === 'struct' && zero !== undefined && isObject;
      const found =
        isAdded && composite !== undefined && turn.known === undefined
          ? addedFields(now as JsonObject, composite)
          : compareParts(undefined, now, turn);
      ({ pattern } = found);
      if (pattern !== found) loose.push(found);
    }
    place = turn.lastOutcome === pattern ? turn.lastPlace : placeAfter(turn, pattern);
  }
  const { difference } = place;
  return difference !== undefined && loose.length === from ? difference : differenceAt(place, from);
}

function compareParts(before: unknown, after: unknown, turn: Turn): Found {
  const { kind, zero } = turn;
  if (kind === 'none') return NOTHING;
  // What is no pointer in the API server was there before, with its zero value: it is changed, but not added.
  const was = before === undefined ? zero : before;
  const now = after === undefined ? zero : after;
  if (was === now) return NOTHING;
  if (kind === 'value') {
    if (was === undefined) return CHANGED;
    if (now === undefined) return REMOVED;
    return typeof now === 'object' && equalJson(was, now) ? NOTHING : CHANGED;
  }
  if (was === undefined) return wholeOf(now, turn);
  if (now === undefined) return reverseOf(wholeOf(was, turn));
  const areComparable =
    typeof was === 'object' && typeof now === 'object' && was !== null && now !== null;
  const { composite } = turn;
  if (composite === undefined || !areComparable || Array.isArray(was) !== Array.isArray(now)) {
    return equalJson(was, now) ? NOTHING : CHANGED;
  }
  const { list } = composite;
  // What is no list is an object.
  if (Array.isArray(now)) {
    if (list !== undefined) return compareLists(was as JsonList, now, composite, list);
  } else if (kind === 'map') return compareMaps(was as JsonObject, now as JsonObject, composite);
  else if (kind === 'struct') {
    return was === zero
      ? addedTo(now as JsonObject, composite, turn.known)
      : compareFields(was as JsonObject, now as JsonObject, composite);
  }
  return equalJson(was, now) ? NOTHING : CHANGED;
}

function addedTo(
  now: JsonObject,
  struct: Composite,
  known: WeakMap<object, Found> | undefined,
): Found {
  if (known === undefined) return addedFields(now, struct);
  let found = known.get(now);
  if (found === undefined) {
    found = addedFields(now, struct);
    if (found.pattern === found) known.set(now, found);
  }
  return found;
}

function compareMaps(before: JsonObject, after: JsonObject, map: Composite): Found {
  const from = loose.length;
  let place = map.start;
  for (const key in after) {
    const turn = place.lastName === key ? place.lastTurn : turnAt(place, key);
    place = onward(turn, compareParts(ownOf(before, key), after[key], turn));
  }
  for (const key in before) {
    if (!Object.hasOwn(after, key)) place = withoutPart(before, key, place);
  }
  return differenceAt(place, from);
}

function ownOf(map: JsonObject, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

// Lists are where objects of one owner are alike: the conditions and container statuses of Pods that change together.
const comparedLists = createRecent<JsonList, JsonList, Composite, Found>();
// Lists and maps that are new: labels, owners.
const wholes = createRecent<object, Composite, undefined, Found>();

function compareLists(before: JsonList, after: JsonList, list: Composite, type: ListType): Found {
  const known = comparedLists.find(before, after, list);
  if (known !== undefined) return known;
  const found =
    compareInOrder(before, after, list, type) ?? compareByElement(before, after, list, type);
  // What is not shared was seen for the first time, and may be shared when it is seen again.
  return found.pattern === found ? comparedLists.keep(before, after, list, found) : found;
}

/** The lists' difference when both have the same entries by key, in the same places; undefined otherwise. */
function compareInOrder(
  before: JsonList,
  after: JsonList,
  list: Composite,
  type: ListType,
): Found | undefined {
  if (before.length !== after.length) return undefined;
  const elements: string[] = [];
  const founds: Found[] = [];
  for (let i = 0; i < after.length; i += 1) {
    const was = before[i];
    const now = after[i];
    if (was === now) continue;
    if (!sameElement(was, now, type)) return undefined;
    const found = compareParts(was, now, list.entry);
    if (found === NOTHING) continue;
    const element = listElement(now, type);
    if (typeof element !== 'string') continue;
    // Of entries that a list may not have twice, the last one counts.
    const at = elements.indexOf(element);
    elements[at < 0 ? elements.length : at] = element;
    founds[at < 0 ? founds.length : at] = found;
  }
  return foundInList(list, elements, founds, false);
}

function compareByElement(
  before: JsonList,
  after: JsonList,
  list: Composite,
  type: ListType,
): Found {
  const elements: string[] = [];
  const founds: Found[] = [];
  const was = entriesByElement(before, type);
  const now = entriesByElement(after, type);
  for (const [element, items] of now) {
    elements.push(element);
    founds.push(compareEntries(was.get(element) ?? [], items, list.entry));
  }
  for (const [element, items] of was) {
    if (now.has(element)) continue;
    elements.push(element);
    founds.push(compareEntries(items, [], list.entry));
  }
  return foundInList(list, elements, founds, false);
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
function compareEntries(before: JsonList, after: JsonList, entry: Turn): Found {
  if (before.length <= 1 && after.length <= 1) return compareParts(before[0], after[0], entry);
  if (before.length >= 2 && after.length >= 2) return equalJson(before, after) ? NOTHING : CHANGED;
  if (before.length >= 2)
    return bothOf(after.length === 0 ? NOTHING : wholeOf(after[0], entry), REMOVED);
  return bothOf(CHANGED, before.length === 0 ? NOTHING : reverseOf(wholeOf(before[0], entry)));
}

/** What a value adds that is new, or not comparable with what was there: itself, and what is in it. */
function wholeOf(value: unknown, { kind, composite }: Turn): Found {
  if (kind === 'none') return NOTHING;
  if (typeof value !== 'object' || value === null || composite === undefined) return CHANGED;
  const { list, struct } = composite;
  if ((list !== undefined) !== Array.isArray(value)) return CHANGED;
  // As it is no list then. Structs that are not always there are few, and no two of them are one object.
  if (struct !== undefined) return wholeOfObject(value as JsonObject, composite);
  const known = wholes.find(value, composite, undefined);
  if (known !== undefined) return known;
  const found =
    list === undefined
      ? wholeOfObject(value as JsonObject, composite)
      : wholeOfList(value as JsonList, composite, list);
  return found.pattern === found ? wholes.keep(value, composite, undefined, found) : found;
}

function wholeOfObject(object: JsonObject, composite: Composite): Found {
  const from = loose.length;
  let place = composite.start;
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const turn = place.lastName === name ? place.lastTurn : turnAt(place, name);
    // Plain values, as `wholeOf` has it, which would be called for each.
    const isPlain = typeof value !== 'object' && turn.kind !== 'none';
    place = onward(turn, isPlain ? CHANGED : wholeOf(value, turn));
  }
  return wholeAt(place, from);
}

function wholeOfList(items: JsonList, list: Composite, type: ListType): Found {
  let elements: string[] = [];
  let founds: Found[] = [];
  if (items.length === 1) {
    const element = listElement(items[0], type);
    if (typeof element === 'string') {
      const found = wholeOf(items[0], list.entry);
      if (isFirst(element, list.start)) return looseEntry(element, found);
      elements = [element];
      founds = [found];
    }
  } else {
    for (const [element, each] of entriesByElement(items, type)) {
      elements.push(element);
      founds.push(each.length > 1 ? CHANGED : wholeOf(each[0], list.entry));
    }
  }
  return foundInList(list, elements, founds, true);
}
