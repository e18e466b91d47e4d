import type { Result } from '../../base/result.ts';
import {
  asMaps,
  elementKind,
  indexOfKeyValue,
  interleaved,
  isDeletion,
  mergeKeyOf,
  partitionByPresence,
} from './element-order.ts';
import { goFormat, wrongType } from './go-format.ts';
import { equalJson, isList, isObject, setOwn, type JsonList, type JsonObject } from './json.ts';
import type { PatchField, PatchSchema } from './patch-schema.ts';
import { orderedElements, positionsOfChanges } from './plain-lists.ts';
import { attempt, refusePatch, type PatchProblem } from './problem.ts';
import { draftOf } from '../../base/copy.ts';
import { createRecent } from '../../base/recent.ts';

/**
 * Applying strategic merge patches (upstream: apimachinery's strategicpatch). Objects merge; lists are replaced unless
 * their type has a merge key; and the patch may carry directives: `$patch`, `$retainKeys`, `$setElementOrder/FIELD` and
 * `$deleteFromPrimitiveList/FIELD`.
 */
export const deleteListPrefix = '$deleteFromPrimitiveList';
export const elementOrderPrefix = '$setElementOrder';
export const retainKeysDirective = '$retainKeys';
const patchDirective = '$patch';

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
  return attempt(() => mergeObjects(original, patch, schema, { intoObject: true }));
}

/** The recursion behind `applyStrategicMergePatch`; leaves by `refusePatch`. */
export function mergeObjects(
  original: JsonObject,
  patch: JsonObject,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return directed(patch);
  if (saysNothingNew(original, patch)) return original;
  // Drafts: what is merged so far, and what of the patch is still to be looked at.
  const merged = copyOf(original);
  if (!hasDirectives(patch)) {
    // Not Object.keys, whose list would be garbage at once; a decoded patch inherits nothing that could be listed.
    for (const key in patch) {
      const value = patch[key];
      const isPlain = typeof value !== 'object' && value !== undefined && key !== '__proto__';
      // Whatever was there, a plain value takes its place.
      if (isPlain) merged[key] = value;
      else mergeKey(merged, key, value, schema, options);
    }
  } else {
    const rest: Record<string, unknown> = { ...patch };
    applyRetainKeys(merged, rest, options);
    applyElementOrders(merged, rest, schema, options);
    for (const key of Object.keys(rest)) mergeKey(merged, key, rest[key], schema, options);
  }
  return sameEntries(original, merged) ? original : merged;
}

/** The patch has only plain values, and those that are there already, as the uid in a status patch. */
function saysNothingNew(original: JsonObject, patch: JsonObject): boolean {
  for (const key in patch) {
    const value = patch[key];
    if (typeof value === 'object' || value !== original[key] || key.startsWith('$')) return false;
    if (value === undefined || !Object.hasOwn(original, key)) return false;
  }
  return true;
}

/** A draft. Objects of equal form get one hidden class (see `base/copy.ts`), unless a user's key forbids it. */
function copyOf(original: JsonObject): Record<string, unknown> {
  return Object.hasOwn(original, '__proto__') ? { ...original } : draftOf(original);
}

function hasDirectives(patch: JsonObject): boolean {
  for (const key in patch) if (key.startsWith('$')) return true;
  return false;
}

function sameEntries(a: JsonObject, b: JsonObject): boolean {
  let left = 0;
  for (const key in b) {
    if (a[key] !== b[key] || !Object.hasOwn(a, key)) return false;
    left += 1;
  }
  for (const _ in a) left -= 1;
  return left === 0;
}

/** `$patch: replace` puts the patch in the original's place, `$patch: delete` leaves nothing. */
function directed(patch: JsonObject): JsonObject {
  const directive = patch[patchDirective];
  if (directive === 'replace') {
    const replacement: Record<string, unknown> = { ...patch };
    delete replacement[patchDirective];
    return replacement;
  }
  if (directive === 'delete') return {};
  return unknownDirective(directive, patch);
}

function unknownDirective(directive: unknown, patch: JsonObject): never {
  return refusePatch(`unknown patch type: ${goFormat(directive)} in map: ${goFormat(patch)}`);
}

const badRetainKeys = 'invalid patch format of retainKeys';
const badElementOrder = 'invalid patch format of setElementOrder list';

/** `$retainKeys` names all fields that may stay; the others are cleared before the patch is merged. */
function applyRetainKeys(
  merged: Record<string, unknown>,
  rest: Record<string, unknown>,
  options: MergeOptions,
): void {
  if (!Object.hasOwn(rest, retainKeysDirective)) return;
  const names = rest[retainKeysDirective];
  delete rest[retainKeysDirective];
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
  for (const [key, value] of Object.entries(rest)) {
    if (value === null || isParallelList(key)) continue;
    if (!retained.has(key)) refusePatch(badRetainKeys);
  }
  for (const key of Object.keys(merged)) if (!retained.has(key)) delete merged[key];
}

function isParallelList(key: string): boolean {
  return key.startsWith(deleteListPrefix) || key.startsWith(elementOrderPrefix);
}

/** Merges every list that `$setElementOrder` speaks of, in that order, and takes it out of the patch. */
function applyElementOrders(
  merged: Record<string, unknown>,
  rest: Record<string, unknown>,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): void {
  for (const key of Object.keys(rest)) {
    if (!key.startsWith(elementOrderPrefix)) continue;
    const order = rest[key];
    delete rest[key];
    if (!options.intoObject) {
      if (Object.hasOwn(merged, key) && !equalJson(merged[key], order))
        refusePatch(badElementOrder);
      merged[key] = order;
    }
    if (!isList(order)) return refusePatch(wrongType('list', order));
    const name = parallelName(key, elementOrderPrefix, badElementOrder);
    const list = orderedList(merged, rest, name, order, fieldOf(schema, name), options);
    if (list !== undefined) setOwn(merged, name, list);
    delete rest[name];
  }
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
      const list = elements.map((each) =>
        mergeElement(original[each.original], patch[each.patch], field, options),
      );
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

function parallelName(key: string, prefix: string, problem: string): string {
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : refusePatch(problem);
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

/** Merges one key of the patch into the draft. */
function mergeKey(
  merged: Record<string, unknown>,
  patchKey: string,
  patchValue: unknown,
  schema: PatchSchema | undefined,
  options: MergeOptions,
): void {
  const isDeleteList = patchKey.startsWith(deleteListPrefix);
  if (isDeleteList && !options.intoObject) {
    setOwn(merged, patchKey, patchValue);
    return;
  }
  const key = isDeleteList
    ? parallelName(patchKey, deleteListPrefix, 'invalid patch format of primitive list')
    : patchKey;
  if (patchValue === null) {
    delete merged[key];
    if (options.intoObject) return;
  }
  const originalValue = Object.hasOwn(merged, key) ? merged[key] : undefined;
  if (originalValue === undefined || shapeOf(originalValue) !== shapeOf(patchValue)) {
    if (!isDeleteList) putFromPatch(merged, key, patchValue, options);
    return;
  }
  if (isObject(originalValue) && isObject(patchValue)) {
    const field = fieldOf(schema, key);
    const value =
      field.strategy === 'replace'
        ? patchValue
        : mergeObjects(originalValue, patchValue, field.schema, options);
    setOwn(merged, key, value);
  } else if (isList(originalValue) && isList(patchValue)) {
    setOwn(
      merged,
      key,
      mergeLists(originalValue, patchValue, fieldOf(schema, key), isDeleteList, options),
    );
  } else setOwn(merged, key, patchValue);
}

function shapeOf(value: unknown): string {
  return isList(value) ? 'list' : value === null ? 'null' : typeof value;
}

/** Takes a value over from the patch as it is, but for directives in it and, into an object, nulls. */
function putFromPatch(
  merged: Record<string, unknown>,
  key: string,
  patchValue: unknown,
  options: MergeOptions,
): void {
  const value = isClean(patchValue)
    ? patchValue
    : withoutDirectives(options.intoObject ? withoutNulls(patchValue) : patchValue);
  if (value === undefined) delete merged[key];
  else setOwn(merged, key, value);
}

/** Nothing in it is to be taken out: no directive and no null. Then it need not be copied. */
function isClean(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined;
  if (value === null) return false;
  if (isList(value)) return value.every(isClean);
  for (const key in value) {
    if (key === patchDirective || !isClean((value as JsonObject)[key])) return false;
  }
  return true;
}

/** The value without maps that carry `$patch`; undefined when it is one itself. */
function withoutDirectives(value: unknown): unknown {
  if (isList(value)) return withoutDirectivesInList(value);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const inner = withoutDirectives(value[key]);
    if (inner !== undefined) setOwn(kept, key, inner);
  }
  return kept;
}

function withoutDirectivesInList(list: JsonList): JsonList {
  return list.map(withoutDirectives).filter((item) => item !== undefined);
}

/** The value without null fields; null elements of lists stay. */
function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== null) setOwn(kept, key, withoutNulls(value[key]));
  }
  return kept;
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
    const merged = original.slice();
    positions.forEach((at, index) => {
      merged[at] = mergeElement(original[at], patch[index], field, options);
    });
    if (merged.every((item, index) => item === original[index])) return original;
    return options.intoObject ? mergedLists.keep(original, patch, field, merged) : merged;
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
