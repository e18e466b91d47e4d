import {
  isList,
  isObject,
  ownValue,
  setOwn,
  type JsonList,
  type JsonObject,
} from '../patch/json.ts';
import { structOf } from '../schema/lookup.ts';
import type { ListType, StructSchema, TypeSchema } from '../schema/schema.ts';
import { isOneValue } from './one-value.ts';
import { listElement } from './path-element.ts';

/**
 * Server-side apply's merge of a configuration into the live object (upstream: structured-merge-diff's Merge): leaves
 * of the configuration win; structs, granular maps and lists with keys merge; null takes a leaf away. Parts that the
 * configuration does not change are shared with the live object.
 */
export function mergeConfiguration(
  live: JsonObject,
  configuration: JsonObject,
  schema: StructSchema,
): JsonObject {
  return mergeEntries(live, configuration, (name) => schema.fields.get(name)?.type);
}

function mergeValues(live: unknown, applied: unknown, type: TypeSchema | undefined): unknown {
  if (live === applied || applied === undefined) return live;
  if (type === undefined || isOneValue(type)) return applied === null ? undefined : applied;
  // Null is an empty struct, map or list here, which takes nothing away.
  if (applied === null) return live;
  if (type.kind === 'list') {
    if (!isList(applied) || applied.length === 0) return isList(live) ? live : applied;
    return mergeLists(isList(live) ? live : [], applied, type);
  }
  if (!isObject(applied)) return applied;
  const base = isObject(live) ? live : {};
  const merged = mergeEntries(base, applied, (name) => {
    if (type.kind === 'struct') return structOf(type).fields.get(name)?.type;
    return type.kind === 'map' ? type.value : undefined;
  });
  return merged === base && live === undefined ? applied : merged;
}

function mergeEntries(
  live: JsonObject,
  applied: JsonObject,
  typeOf: (name: string) => TypeSchema | undefined,
): JsonObject {
  let merged: Record<string, unknown> | undefined;
  for (const key of Object.keys(applied)) {
    const before = ownValue(live, key);
    const after = mergeValues(before, applied[key], typeOf(key));
    if (after === before) continue;
    merged ??= { ...live };
    if (after === undefined) delete merged[key];
    else setOwn(merged, key, after);
  }
  return merged ?? live;
}

interface Entry {
  readonly element: string;
  readonly item: unknown;
}

/**
 * Joins the two lists. The configuration's order holds among its own entries; entries that only the live object has
 * stay as near to their old neighbours as that allows.
 */
function mergeLists(live: JsonList, applied: JsonList, type: ListType): JsonList {
  const left = entriesOf(live, type);
  const right = entriesOf(applied, type);
  const liveByElement = new Map<string, unknown>();
  for (const { element, item } of left) {
    // Duplicates of the live object are not merged into; the configuration's entry takes their place.
    liveByElement.set(element, liveByElement.has(element) ? undefined : item);
  }
  const rightElements = new Set(right.map(({ element }) => element));
  // The configuration's entries that the live list has too, in the order in which they must come out.
  const shared = right.filter(({ element }) => liveByElement.has(element));
  const done = new Set<string>();
  const merged: unknown[] = [];
  let nextShared = 0;
  const takeRight = ({ element, item }: Entry): void => {
    done.add(element);
    merged.push(mergeValues(liveByElement.get(element), item, type.element));
    if (shared[nextShared]?.element === element) nextShared += 1;
  };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const mine = left[i];
    const theirs = right[j];
    if (mine !== undefined && theirs !== undefined) {
      if (mine.element === theirs.element) {
        takeRight(theirs);
        i += 1;
        j += 1;
        continue;
      }
      const expected = shared[nextShared];
      if (
        rightElements.has(mine.element) &&
        expected !== undefined &&
        expected.element !== mine.element
      ) {
        i += 1;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!rightElements.has(mine.element)) {
        merged.push(mine.item);
        i += 1;
        continue;
      }
      if (done.has(mine.element)) i += 1;
    }
    if (theirs !== undefined) {
      takeRight(theirs);
      j += 1;
    }
  }
  const same = merged.length === live.length && merged.every((item, index) => item === live[index]);
  return same ? live : merged;
}

function entriesOf(list: JsonList, type: ListType): readonly Entry[] {
  const entries: Entry[] = [];
  for (const item of list) {
    const element = listElement(item, type);
    if (typeof element === 'string') entries.push({ element, item });
  }
  return entries;
}
