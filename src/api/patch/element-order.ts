import { goFormat, wrongType } from './go-format.ts';
import { isObject, ownValue, type JsonList, type JsonObject } from './json.ts';
import { refusePatch } from './problem.ts';

/**
 * The order of merged lists. Strategic merge patch keeps the order that `$setElementOrder` or the patch asks for, and
 * lets elements that only the server knows stay where they were relative to the others, as far as that is possible.
 * A `mergeKey` of '' means a list of plain values.
 */

/** The elements' kind, which must be the same in all the lists. Lists of lists are refused. */
export function elementKind(...lists: readonly JsonList[]): 'map' | 'scalar' {
  let first: string | undefined;
  for (const list of lists) {
    for (const item of list) {
      const kind = Array.isArray(item) ? 'list' : isObject(item) ? 'map' : typeof item;
      if (first === undefined) {
        first = kind;
        if (kind === 'list') refusePatch('lists of lists are not supported');
      } else if (kind !== first) {
        refusePatch(`list element types are not identical: ${goFormat(lists)}`);
      }
    }
  }
  if (first === undefined) refusePatch('no elements in any of the given slices');
  return first === 'map' ? 'map' : 'scalar';
}

/** The very same list, checked to be a list of maps. */
export function asMaps(list: JsonList): readonly JsonObject[] {
  for (const item of list) if (!isObject(item)) refusePatch(wrongType('map', item));
  return list as readonly JsonObject[]; // Each element was checked just now.
}

/** The value of the merge key, which must be there. */
export function mergeKeyOf(item: unknown, mergeKey: string): unknown {
  if (!isObject(item)) refusePatch(wrongType('map', item));
  if (!Object.hasOwn(item, mergeKey)) {
    refusePatch(`map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return item[mergeKey];
}

/** What tells an element apart: itself, or its merge key. */
function identity(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return item;
  return isObject(item) ? ownValue(item, mergeKey) : undefined;
}

/** Where an element with the same identity stands, or -1. */
export function indexByKey(list: JsonList, item: unknown, mergeKey: string): number {
  const wanted = identity(item, mergeKey);
  return list.findIndex((each) => identity(each, mergeKey) === wanted);
}

/** Where the map with this merge key value stands, or -1. */
export function indexOfKeyValue(list: JsonList, mergeKey: string, value: unknown): number {
  return list.findIndex((item, index) => {
    if (!isObject(item)) refusePatch(`value for key ${index} is not a map`);
    return Object.hasOwn(item, mergeKey) && item[mergeKey] === value;
  });
}

/** True for list elements that say "delete the element with my merge key". */
export function isDeletion(item: unknown): boolean {
  return isObject(item) && ownValue(item, '$patch') === 'delete';
}

/** The list in the order of another one, deletions last. */
export function sortedLike(list: JsonList, order: JsonList, mergeKey: string): JsonList {
  let sorted = [...list];
  let deletions: unknown[] = [];
  if (mergeKey !== '') {
    for (const item of list) mergeKeyOf(item, mergeKey);
    for (const item of order) mergeKeyOf(item, mergeKey);
    deletions = sorted.filter(isDeletion);
    sorted = sorted.filter((item) => !isDeletion(item));
  }
  // An insertion sort, because elements that the order does not know count as smaller than any other, which is no
  // order at all: the outcome for those depends on the algorithm.
  for (let i = 1; i < sorted.length; i += 1) {
    for (let j = i; j > 0; j -= 1) {
      const at = indexByKey(order, sorted[j], mergeKey);
      const before = at < 0 ? -1 : indexByKey(order, sorted[j - 1], mergeKey);
      if (at >= 0 && before >= 0 && at >= before) break;
      [sorted[j - 1], sorted[j]] = [sorted[j], sorted[j - 1]];
    }
  }
  return [...sorted, ...deletions];
}

/**
 * Joins what the patch orders with what only the server has. Both keep their own order; where the two can be compared
 * by the live list, a server's element comes first when it stood first there.
 */
export function interleaved(
  patchItems: JsonList,
  serverOnly: JsonList,
  patchOrder: JsonList,
  serverOrder: JsonList,
  mergeKey: string,
): JsonList {
  const right = sortedLike(patchItems, patchOrder, mergeKey);
  const left = sortedLike(serverOnly, serverOrder, mergeKey);
  const merged: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const leftAt = indexByKey(serverOrder, left[i], mergeKey);
    const rightAt = indexByKey(serverOrder, right[j], mergeKey);
    if (leftAt >= 0 && rightAt >= 0 && leftAt < rightAt) {
      merged.push(left[i]);
      i += 1;
    } else {
      merged.push(right[j]);
      j += 1;
    }
  }
  return [...merged, ...right.slice(j), ...left.slice(i)];
}

/** Splits a list into the elements that another list has too, and the others. */
export function partitionByPresence(
  list: JsonList,
  other: JsonList,
  mergeKey: string,
): { readonly present: JsonList; readonly absent: JsonList } {
  const present: unknown[] = [];
  const absent: unknown[] = [];
  for (const item of list) {
    const found =
      mergeKey === ''
        ? other.includes(item)
        : indexOfKeyValue(other, mergeKey, mergeKeyOf(item, mergeKey)) >= 0;
    (found ? present : absent).push(item);
  }
  return { present, absent };
}
