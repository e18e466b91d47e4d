import { success, type Result } from '../../base/result.ts';
import {
  badElementOrder,
  deleteListPrefix,
  directed,
  DOLLAR,
  elementOrderPrefix,
  isParallelList,
  parallelField,
  patchDirective,
  retainKeysDirective,
  unknownDirective,
} from './directives.ts';
import {
  asMaps,
  elementKind,
  indexOfKeyValue,
  interleaved,
  isDeletion,
  mergeKeyOf,
  partitionByPresence,
} from './element-order.ts';
import { isClean, withoutDirectives, withoutDirectivesInList, withoutNulls } from './clean.ts';
import { goFormat, wrongType } from './go-format.ts';
import {
  equalJson,
  isList,
  isObject,
  isSameShape,
  sameEntries,
  setOwn,
  type JsonList,
  type JsonObject,
} from './json.ts';
import type { PatchField, PatchSchema } from './patch-schema.ts';
import { orderedElements, positionsOfChanges, type OrderedElement } from './plain-lists.ts';
import { refusalOf, refusePatch, type PatchProblem } from './problem.ts';
import { draftOf } from '../../base/copy.ts';
import { createRecent } from '../../base/recent.ts';

/**
 * Applying strategic merge patches (upstream: apimachinery's strategicpatch). Objects merge; lists are replaced unless
 * their type has a merge key; and the patch may carry directives: `$patch`, `$retainKeys`, `$setElementOrder/FIELD` and
 * `$deleteFromPrimitiveList/FIELD`.
 */

export interface MergeOptions {
  /**
   * True when the original is an object, false when it is itself a patch (three-way patches are made by merging one
   * patch into another): then directives and nulls are kept for the server.
   */
  readonly intoObject: boolean;
}

/** The object that the patch makes of the original; unchanged parts are shared with it. */
export function applyStrategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  schema: PatchSchema,
): Result<JsonObject, PatchProblem> {
  try {
    return success(mergeObjects(original, patch, schema, INTO_OBJECT));
  } catch (error) {
    return refusalOf(error);
  }
}

const INTO_OBJECT: MergeOptions = Object.freeze({ intoObject: true });

/** The recursion behind `applyStrategicMergePatch`; leaves by `refusePatch`. */
export function mergeObjects(
  original: JsonObject,
  patch: JsonObject,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): JsonObject {
  // Copied at the first difference only: a status patch repeats the uid, and much of a patch may be there already.
  let merged: Record<string, unknown> | undefined;
  // The keys of the patch that directives have seen to.
  let done: string[] | undefined;
  // Directives stand wherever the patch's writer put them, and have a say in all of its fields.
  for (const key in patch) {
    if (key.charCodeAt(0) !== DOLLAR) continue;
    if (merged === undefined || done === undefined) {
      if (Object.hasOwn(patch, patchDirective)) return directed(patch);
      merged = copyOf(original);
      done = [];
      if (Object.hasOwn(patch, retainKeysDirective)) {
        applyRetainKeys(merged, patch, options);
        done.push(retainKeysDirective);
      }
    }
    if (key.startsWith(elementOrderPrefix)) {
      done.push(key, applyElementOrder(merged, patch, key, schema, options));
    }
  }
  // Not Object.keys, whose list would be garbage at once; a decoded patch inherits nothing that could be listed.
  for (const key in patch) {
    const value = patch[key];
    if (done !== undefined) {
      if (done.includes(key)) continue;
      if (key.startsWith(deleteListPrefix)) {
        merged = deletedFrom(merged ?? copyOf(original), key, value, schema, options);
        continue;
      }
    }
    // What every object inherits is no field of it.
    const before = key === '__proto__' ? undefined : (merged ?? original)[key];
    const now =
      typeof value === 'object' && value !== null
        ? mergedValue(before, value, key, schema, options)
        : value;
    if (now === undefined || now === null || key === '__proto__') {
      merged = mergeField(original, merged, key, value, schema, options);
    } else if (now !== before) {
      // Whatever was there, this takes its place.
      merged ??= copyOf(original);
      merged[key] = now;
    }
  }
  if (merged === undefined) return original;
  // A null that was in a patch already has changed its place at most; directives may have changed nothing.
  const isChecked = done !== undefined || !options.intoObject;
  return isChecked && sameEntries(original, merged) ? original : merged;
}

/** A draft. Objects of equal form get one hidden class (see `base/copy.ts`), unless a user's key forbids it. */
function copyOf(original: JsonObject): Record<string, unknown> {
  return Object.hasOwn(original, '__proto__') ? { ...original } : draftOf(original);
}

const badRetainKeys = 'invalid patch format of retainKeys';

/** `$retainKeys` names all fields that may stay; the others are cleared before the patch is merged. */
function applyRetainKeys(
  merged: Record<string, unknown>,
  patch: JsonObject,
  options: MergeOptions,
): void {
  const names = patch[retainKeysDirective];
  if (!options.intoObject) {
    const known = merged[retainKeysDirective];
    if (Object.hasOwn(merged, retainKeysDirective) && !equalJson(known, names)) {
      refusePatch(
        `${goFormat(known)} and ${goFormat(names)} are not deep equal: this may happen when calculating the 3-way diff patch`,
      );
    }
    merged[retainKeysDirective] = names;
    return;
  }
  if (!isList(names)) return refusePatch(badRetainKeys);
  const retained = new Set(names);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key === retainKeysDirective || isParallelList(key)) continue;
    if (!retained.has(key)) refusePatch(badRetainKeys);
  }
  for (const key of Object.keys(merged)) if (!retained.has(key)) delete merged[key];
}

/** Merges the list that a `$setElementOrder` speaks of, in that order; answers with the name of its field. */
function applyElementOrder(
  merged: Record<string, unknown>,
  patch: JsonObject,
  key: string,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): string {
  const order = patch[key];
  if (!options.intoObject) {
    if (Object.hasOwn(merged, key) && !equalJson(merged[key], order)) refusePatch(badElementOrder);
    merged[key] = order;
  }
  if (!isList(order)) return refusePatch(wrongType('list', order));
  const name = parallelField(key);
  const list = orderedList(merged, patch, name, order, fieldOf(schema, name), options);
  if (list !== undefined) setOwn(merged, name, list);
  return name;
}

// Patches made in one moment for objects of one owner have lists in common (the conditions of a ReplicaSet's Pods).
const ordered = createRecent<
  JsonList,
  JsonList,
  JsonList,
  { readonly field: PatchField; readonly list: JsonList }
>();
const mergedLists = createRecent<JsonList, JsonList, PatchField, JsonList>();

function orderedList(
  merged: JsonObject,
  rest: JsonObject,
  name: string,
  order: JsonList,
  field: PatchField,
  options: MergeOptions,
): JsonList | undefined {
  const original = optionalList(merged, name);
  const patch = optionalList(rest, name);
  if (original !== undefined && patch !== undefined && field.strategy === 'merge') {
    const known = ordered.find(original, patch, order);
    if (known?.field === field && options.intoObject) return known.list;
    const elements = orderedElements(original, patch, order, field.mergeKey);
    if (elements !== undefined) {
      const list: unknown[] = [];
      for (let i = 0; i < elements.length; i += 1) {
        const each = elements[i] as OrderedElement; // In range by the loop.
        list.push(mergeElement(original[each.original], patch[each.patch], field, options));
      }
      return options.intoObject ? ordered.keep(original, patch, order, { field, list }).list : list;
    }
  }
  if (patch !== undefined) checkPatchOrder(patch, order, field.mergeKey);
  if (original === undefined && patch === undefined) return undefined;
  const both =
    patch === undefined
      ? (original ?? [])
      : original === undefined
        ? withoutDirectivesInList(patch)
        : mergeLists(original, patch, field, false, options);
  const { present, absent } = partitionByPresence(both, order, field.mergeKey);
  elementKind(original ?? [], patch ?? []);
  const serverOrder = liveOrder(original ?? [], patch ?? [], field.mergeKey);
  return interleaved(present, absent, order, serverOrder, field.mergeKey);
}

/** An element of both lists, or of one of them. Each is a map: it has a merge key. */
function mergeElement(
  original: unknown,
  patch: unknown,
  field: PatchField,
  options: MergeOptions,
): unknown {
  if (original === undefined) return patch;
  if (patch === undefined) return original;
  return mergeObjects(original as JsonObject, patch as JsonObject, field.schema, options);
}

/**
 * The order of the live list that a patch's additions are compared with. Upstream deletes elements in place and then
 * appends into the room they leave, so as many additions as there were deletions count as if they had stood at the
 * end of the live list all along. That shows in the result's order, hence it is kept.
 */
function liveOrder(original: JsonList, patch: JsonList, mergeKey: string): JsonList {
  if (mergeKey === '' || !patch.some(isDeletion)) return original;
  const { base, additions } = applyElementDirectives(asMaps(original), asMaps(patch), mergeKey);
  if (additions.length === 0) return original;
  const added = additions.filter(
    (item) => indexOfKeyValue(base, mergeKey, mergeKeyOf(item, mergeKey)) < 0,
  );
  return [...base, ...added].slice(0, original.length);
}

function optionalList(object: JsonObject, name: string): JsonList | undefined {
  if (!Object.hasOwn(object, name)) return undefined;
  const value = object[name];
  return isList(value) ? value : refusePatch(wrongType('list', value));
}

/** The patch's elements must be among those of the order, and stand in that order; deletions do not count. */
function checkPatchOrder(patch: JsonList, order: JsonList, mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = mergeKey === '' ? patch : asMaps(patch).filter((item) => !isDeletion(item));
  let at = 0;
  let orderAt = 0;
  while (at < items.length && orderAt < order.length) {
    const item = items[at];
    if (isObject(item) && Object.hasOwn(item, patchDirective)) {
      at += 1;
      continue;
    }
    const equal =
      mergeKey === ''
        ? item === order[orderAt]
        : mergeKeyOf(item, mergeKey) === mergeKeyOf(order[orderAt], mergeKey);
    if (equal) at += 1;
    orderAt += 1;
  }
  if (at < items.length && orderAt >= order.length) {
    refusePatch(
      `The order in patch list:\n${goFormat(patch)}\n doesn't match ${elementOrderPrefix} list:\n${goFormat(order)}\n`,
    );
  }
}

/** What the schema says of a field that both sides have as an object or a list. */
export function fieldOf(schema: PatchSchema | undefined, name: string): PatchField {
  if (schema === undefined) {
    return refusePatch('merging an object in json but data type is not struct, instead is: map');
  }
  return (
    schema.field(name) ??
    refusePatch(`unable to find api field in struct ${schema.name} for the json field "${name}"`)
  );
}

/** The draft after `$deleteFromPrimitiveList` has been at the field that it is about. */
function deletedFrom(
  merged: Record<string, unknown>,
  key: string,
  value: unknown,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): Record<string, unknown> {
  if (!options.intoObject) return withValue(merged, merged, key, value);
  const field = parallelField(key);
  if (value === null) return withoutValue(merged, field);
  const before = Object.hasOwn(merged, field) ? merged[field] : undefined;
  if (before === undefined || !isSameShape(before, value)) return merged;
  let rest: unknown = value;
  if (isList(value)) {
    // As the shapes are the same.
    rest = mergeLists(before as JsonList, value, fieldOf(schema, field), true, options);
  } else if (typeof value === 'object') rest = mergedValue(before, value, field, schema, options);
  return withValue(merged, merged, field, rest);
}

/**
 * Merges one field of the patch. Answers with the draft; there may be none as long as all is still as in the original,
 * and there is none after that where the field changes nothing either.
 */
function mergeField(
  original: JsonObject,
  draft: Record<string, unknown> | undefined,
  key: string,
  value: unknown,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): Record<string, unknown> | undefined {
  const current = draft ?? original;
  const isThere = Object.hasOwn(current, key);
  if (value === null) {
    const rest = isThere ? withoutValue(current, key) : draft;
    // A patch keeps it, as the last of its keys.
    return options.intoObject ? rest : withValue(original, rest, key, null);
  }
  const before = isThere ? current[key] : undefined;
  const merged =
    typeof value === 'object' ? mergedValue(before, value, key, schema, options) : value;
  if (merged === undefined) return isThere ? withoutValue(current, key) : draft;
  return merged === before ? draft : withValue(original, draft, key, merged);
}

/**
 * What becomes of an object or a list. Where the original has none, or has the other, it is taken over as it is, but for
 * directives in it and, into an object, nulls: undefined when that leaves nothing.
 */
function mergedValue(
  before: unknown,
  value: object,
  key: string,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): unknown {
  const areLists = Array.isArray(value);
  if (typeof before !== 'object' || before === null || Array.isArray(before) !== areLists) {
    if (isClean(value)) return value;
    return withoutDirectives(options.intoObject ? withoutNulls(value) : value);
  }
  // Only a field that there is not is asked for twice, to be refused.
  const field = schema?.field(key) ?? fieldOf(schema, key);
  // As the shapes are; so below.
  if (areLists) return mergeLists(before as JsonList, value, field, false, options);
  return field.strategy === 'replace'
    ? value
    : mergeObjects(before as JsonObject, value as JsonObject, field.schema, options);
}

function withValue(
  original: JsonObject,
  draft: Record<string, unknown> | undefined,
  key: string,
  value: unknown,
): Record<string, unknown> {
  const merged = draft ?? copyOf(original);
  if (key === '__proto__') setOwn(merged, key, value);
  else merged[key] = value;
  return merged;
}

/** Not deleted from the draft, which V8 would look things up in as in a table from then on. */
function withoutValue(current: JsonObject, key: string): Record<string, unknown> {
  const { [key]: _, ...rest } = current;
  return rest;
}

function mergeLists(
  original: JsonList,
  patch: JsonList,
  field: PatchField,
  isDeleteList: boolean,
  options: MergeOptions,
): JsonList {
  if (field.strategy !== 'merge' && !isDeleteList) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const known =
    isDeleteList || !options.intoObject ? undefined : mergedLists.find(original, patch, field);
  if (known !== undefined) return known;
  const positions = isDeleteList ? undefined : positionsOfChanges(original, patch, field.mergeKey);
  if (positions !== undefined) {
    const merged = withChanges(original, patch, positions, field, options);
    return options.intoObject && merged !== original
      ? mergedLists.keep(original, patch, field, merged)
      : merged;
  }
  if (elementKind(original, patch) === 'scalar') {
    if (options.intoObject && isDeleteList) return original.filter((item) => !patch.includes(item));
    return inOrder([...new Set([...original, ...patch])], original, patch, field.mergeKey);
  }
  if (field.mergeKey === '') {
    return refusePatch(
      `cannot merge lists without merge key for ${field.schema?.name ?? 'struct'}`,
    );
  }
  const { base, additions } = applyElementDirectives(
    asMaps(original),
    asMaps(patch),
    field.mergeKey,
  );
  const merged: JsonObject[] = [...base];
  for (const item of additions) {
    const at = indexOfKeyValue(merged, field.mergeKey, mergeKeyOf(item, field.mergeKey));
    const known = merged[at];
    if (known === undefined) merged.push(item);
    else merged[at] = mergeObjects(known, item, field.schema, options);
  }
  return inOrder(merged, base, additions, field.mergeKey);
}

/** The list with each element of the patch merged into the one at its position; the same list when that changes none. */
function withChanges(
  original: JsonList,
  patch: JsonList,
  positions: readonly number[],
  field: PatchField,
  options: MergeOptions,
): JsonList {
  let changed: unknown[] | undefined;
  for (let i = 0; i < positions.length; i += 1) {
    const at = positions[i] as number; // In range by the loop.
    const before = original[at];
    const merged = mergeElement(before, patch[i], field, options);
    if (merged === before) continue;
    changed ??= original.slice();
    changed[at] = merged;
  }
  return changed ?? original;
}

function inOrder(
  merged: JsonList,
  original: JsonList,
  patch: JsonList,
  mergeKey: string,
): JsonList {
  const { present, absent } = partitionByPresence(merged, patch, mergeKey);
  const ordered = interleaved(present, absent, patch, original, mergeKey);
  const same =
    ordered.length === original.length && ordered.every((item, index) => item === original[index]);
  return same ? original : ordered;
}

/** Carries out the elements that are directives: deletions by key, and `$patch: replace` for the whole list. */
function applyElementDirectives(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { readonly base: readonly JsonObject[]; readonly additions: readonly JsonObject[] } {
  let base = original;
  const additions: JsonObject[] = [];
  let replace = false;
  for (const item of patch) {
    if (!Object.hasOwn(item, patchDirective)) {
      additions.push(item);
      continue;
    }
    switch (item[patchDirective]) {
      case 'delete': {
        const value = mergeKeyOf(item, mergeKey);
        base = base.filter((each) => !Object.hasOwn(each, mergeKey) || each[mergeKey] !== value);
        break;
      }
      case 'replace':
        replace = true;
        break;
      case 'merge':
        refusePatch('merging lists cannot yet be specified in the patch');
        break;
      default:
        unknownDirective(item[patchDirective], item);
    }
  }
  return replace ? { base: additions, additions: [] } : { base, additions };
}
