import { createRecent } from '../../base/recent.ts';
import type { JsonList, JsonObject } from './json.ts';

/**
 * The shapes that nearly every list of a patch has: maps told apart by a text, each once, and no directives. Where the
 * elements of the result come from is then found in one walk, without the sorting and splitting of the general case.
 * Nothing is merged here, so that whatever is refused is refused in the general case's order and words.
 */

/**
 * Where each element of the patch stands in the original, when the patch only changes elements that are there, in
 * their order: the order of the list stays. Undefined when that is not so.
 */
export function positionsOfChanges(
  original: JsonList,
  patch: JsonList,
  mergeKey: string,
): readonly number[] | undefined {
  if (mergeKey === '' || !areDistinct(original, mergeKey)) return undefined;
  const positions: number[] = [];
  let next = 0;
  for (let i = 0; i < patch.length; i += 1) {
    const value = plainKeyOf(patch[i], mergeKey);
    const at = value === undefined ? -1 : indexOfPlainKey(original, value, mergeKey, next);
    if (at < 0) return undefined;
    positions.push(at);
    next = at + 1;
  }
  return positions;
}

/** One element of an ordered list: where it stands in the original and in the patch; -1 for not at all. */
export interface OrderedElement {
  readonly original: number;
  readonly patch: number;
}

/**
 * The elements of the result of `$setElementOrder`, when the order names every element of both lists once, and the
 * patch only adds and changes elements, in that order. Undefined when that is not so.
 */
export function orderedElements(
  original: JsonList,
  patch: JsonList,
  order: JsonList,
  mergeKey: string,
): readonly OrderedElement[] | undefined {
  if (mergeKey === '' || !areDistinct(order, mergeKey)) return undefined;
  if (!areDistinct(original, mergeKey)) return undefined;
  const elements: OrderedElement[] = [];
  let known = 0;
  let next = 0;
  for (let i = 0; i < order.length; i += 1) {
    const value = plainKeyOf(order[i], mergeKey) ?? '';
    const at = indexOfPlainKey(original, value, mergeKey, 0);
    const isPatched = next < patch.length && plainKeyOf(patch[next], mergeKey) === value;
    if (at >= 0) known += 1;
    if (at >= 0 || isPatched) elements.push({ original: at, patch: isPatched ? next : -1 });
    if (isPatched) next += 1;
  }
  return known === original.length && next === patch.length ? elements : undefined;
}

/** The merge key of a map that is no directive, where it is a text. */
function plainKeyOf(item: unknown, mergeKey: string): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const fields = item as JsonObject; // As it is no list; so below.
  const value = fields[mergeKey];
  // Nothing that is inherited is a text.
  return typeof value === 'string' && fields['$patch'] === undefined ? value : undefined;
}

/** Where the item with this merge key stands. As `plainKeyOf`, which would be called for each item on the way. */
function indexOfPlainKey(list: JsonList, value: string, mergeKey: string, from: number): number {
  for (let i = from; i < list.length; i += 1) {
    const item = list[i];
    if (typeof item !== 'object' || item === null || Array.isArray(item)) continue;
    const fields = item as JsonObject;
    if (fields[mergeKey] === value && fields['$patch'] === undefined) return i;
  }
  return -1;
}

// A live list is asked for each patch that comes to it, and objects of one owner share theirs. Lists never change.
const distinct = createRecent<JsonList, string, undefined, true>();

function areDistinct(list: JsonList, mergeKey: string): boolean {
  if (distinct.find(list, mergeKey, undefined) === true) return true;
  if (!areFoundDistinct(list, mergeKey)) return false;
  return distinct.keep(list, mergeKey, undefined, true);
}

function areFoundDistinct(list: JsonList, mergeKey: string): boolean {
  for (let i = 0; i < list.length; i += 1) {
    const value = plainKeyOf(list[i], mergeKey);
    if (value === undefined || indexOfPlainKey(list, value, mergeKey, 0) !== i) return false;
  }
  return true;
}
