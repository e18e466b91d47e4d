import type { Result } from '../../base/result.ts';
import { asMaps, elementKind, mergeKeyOf, sortedLike } from './element-order.ts';
import { goFormat } from './go-format.ts';
import { equalJson, isList, isObject, setOwn, type JsonList, type JsonObject } from './json.ts';
import type { PatchField, PatchSchema } from './patch-schema.ts';
import { attempt, refusePatch, type PatchProblem } from './problem.ts';
import { deleteListPrefix, elementOrderPrefix, retainKeysDirective } from './directives.ts';
import { fieldOf } from './strategic-apply.ts';

/** Making strategic merge patches from two objects (upstream: apimachinery's strategicpatch). */
export interface DiffOptions {
  /** Lists get their `$setElementOrder/FIELD`. */
  readonly elementOrder: boolean;
  readonly ignoreChangesAndAdditions: boolean;
  readonly ignoreDeletions: boolean;
}

/** The patch that turns `original` into `modified`; empty when they do not differ. */
export function createTwoWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema,
): Result<JsonObject, PatchProblem> {
  const options = { elementOrder: true, ignoreChangesAndAdditions: false, ignoreDeletions: false };
  return attempt(() => diffObjects(original, modified, schema, options));
}

/** The recursion behind `createTwoWayMergePatch`; leaves by `refusePatch`. */
export function diffObjects(
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema | undefined,
  options: DiffOptions,
  retainKeys = false,
): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(modified)) {
    const value = modified[key];
    if (!Object.hasOwn(original, key)) {
      if (!options.ignoreChangesAndAdditions) setOwn(patch, key, value);
    } else diffKey(patch, key, original[key], value, schema, options);
  }
  if (!options.ignoreDeletions) {
    for (const key of Object.keys(original)) {
      if (!Object.hasOwn(modified, key)) setOwn(patch, key, null);
    }
  }
  if (retainKeys) addRetainKeys(patch, original, modified);
  return patch;
}

/** `$retainKeys` is sent when something changes, or when the original has fields that must go. */
function addRetainKeys(
  patch: Record<string, unknown>,
  original: JsonObject,
  modified: JsonObject,
): void {
  const names = Object.keys(modified).filter((key) => modified[key] !== null);
  if (names.length === 0) return;
  const hasMore = Object.keys(original).some(
    (key) => original[key] !== null && !Object.hasOwn(modified, key),
  );
  if (Object.keys(patch).length > 0 || hasMore) patch[retainKeysDirective] = names.sort();
}

function diffKey(
  patch: Record<string, unknown>,
  key: string,
  original: unknown,
  modified: unknown,
  schema: PatchSchema | undefined,
  options: DiffOptions,
): void {
  if (key === '$patch') {
    if (typeof original !== 'string' || typeof modified !== 'string') {
      refusePatch('invalid value for special key: $patch');
    }
    if (original !== modified) patch[key] = modified;
    return;
  }
  if (isObject(original) && isObject(modified)) {
    if (original !== modified) diffObjectKey(patch, key, original, modified, schema, options);
  } else if (isList(original) && isList(modified)) {
    diffListKey(patch, key, original, modified, schema, options);
  } else if (!options.ignoreChangesAndAdditions && original !== modified) {
    setOwn(patch, key, modified);
  }
}

function diffObjectKey(
  patch: Record<string, unknown>,
  key: string,
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema | undefined,
  options: DiffOptions,
): void {
  const field = fieldUnlessEqual(schema, key, original, modified);
  if (field === undefined) return;
  if (field.strategy === 'replace') {
    if (!options.ignoreChangesAndAdditions) setOwn(patch, key, modified);
    return;
  }
  const inner = diffObjects(original, modified, field.schema, options, field.retainKeys);
  if (Object.keys(inner).length > 0) setOwn(patch, key, inner);
}

/** A field that the schema does not know is no problem as long as it does not differ. */
function fieldUnlessEqual(
  schema: PatchSchema | undefined,
  key: string,
  original: unknown,
  modified: unknown,
): PatchField | undefined {
  const field = schema?.field(key);
  if (field !== undefined) return field;
  return equalJson(original, modified) ? undefined : fieldOf(schema, key);
}

function diffListKey(
  patch: Record<string, unknown>,
  key: string,
  original: JsonList,
  modified: JsonList,
  schema: PatchSchema | undefined,
  options: DiffOptions,
): void {
  const field = fieldUnlessEqual(schema, key, original, modified);
  if (field === undefined) return;
  if (field.strategy !== 'merge') {
    if (!options.ignoreChangesAndAdditions && !equalJson(original, modified)) {
      setOwn(patch, key, modified);
    }
    return;
  }
  const { additions, deletions, order } = diffLists(original, modified, field, options);
  if (additions.length > 0) setOwn(patch, key, additions);
  if (deletions.length > 0) patch[`${deleteListPrefix}/${key}`] = deletions;
  if (order.length > 0) patch[`${elementOrderPrefix}/${key}`] = order;
}

interface ListDiff {
  /** Elements to add or merge; lists of maps have their deletions here too, as `$patch: delete`. */
  readonly additions: JsonList;
  /** Plain values to delete. */
  readonly deletions: JsonList;
  readonly order: JsonList;
}

const noDiff: ListDiff = { additions: [], deletions: [], order: [] };

function diffLists(
  original: JsonList,
  modified: JsonList,
  field: PatchField,
  options: DiffOptions,
): ListDiff {
  if (original.length === 0) {
    if (modified.length === 0 || options.ignoreChangesAndAdditions) return noDiff;
    return { ...noDiff, additions: modified };
  }
  return elementKind(original, modified) === 'map'
    ? diffMapLists(asMaps(original), asMaps(modified), field, options)
    : diffScalarLists(original, modified, field, options);
}

function diffMapLists(
  original: readonly JsonObject[],
  modified: readonly JsonObject[],
  field: PatchField,
  options: DiffOptions,
): ListDiff {
  const { mergeKey } = field;
  const changes: JsonObject[] = [];
  const deletions: JsonObject[] = [];
  const left = sortedByText(original, (item) => keyText(item, mergeKey));
  const right = sortedByText(modified, (item) => keyText(item, mergeKey));
  walkSorted(left, right, {
    onlyLeft({ item }) {
      if (options.ignoreDeletions) return;
      deletions.push({ [mergeKey]: item[mergeKey], $patch: 'delete' });
    },
    onlyRight({ item }) {
      if (!options.ignoreChangesAndAdditions) changes.push(item);
    },
    both(before, after) {
      const inner = diffObjects(before.item, after.item, field.schema, options, field.retainKeys);
      if (Object.keys(inner).length > 0)
        changes.push({ ...inner, [mergeKey]: after.item[mergeKey] });
    },
  });
  const additions = [...sortedLike(changes, modified, mergeKey), ...deletions];
  const sameOrder =
    original.length === modified.length &&
    original.every((item, index) => {
      return mergeKeyOf(item, mergeKey) === mergeKeyOf(modified[index], mergeKey);
    });
  const wanted =
    (!options.ignoreChangesAndAdditions && (additions.length > 0 || !sameOrder)) ||
    (!options.ignoreDeletions && additions.length > 0);
  const order =
    options.elementOrder && wanted
      ? modified.map((item) => ({ [mergeKey]: item[mergeKey] ?? null }))
      : [];
  return { additions, deletions: [], order };
}

function diffScalarLists(
  original: JsonList,
  modified: JsonList,
  field: PatchField,
  options: DiffOptions,
): ListDiff {
  const additions: unknown[] = [];
  const deletions = new Set<unknown>();
  const left = sortedByText(original, goFormat);
  walkSorted(left, sortedByText(modified, goFormat), {
    onlyLeft({ item }) {
      if (!options.ignoreDeletions) deletions.add(item);
    },
    onlyRight({ item }) {
      if (!options.ignoreChangesAndAdditions) additions.push(item);
    },
    both() {
      return;
    },
  });
  // Upstream has sorted the original by now, so a list that was unsorted always gets its order stated.
  const sortedOriginal = left.map((each) => each.item);
  const wanted =
    (!options.ignoreDeletions && deletions.size > 0) ||
    (!options.ignoreChangesAndAdditions && !equalJson(sortedOriginal, modified));
  return {
    additions: sortedLike(additions, modified, field.mergeKey),
    deletions: [...deletions],
    order: options.elementOrder && wanted ? modified : [],
  };
}

interface Keyed<T> {
  readonly item: T;
  readonly text: string;
}

function keyText(item: JsonObject, mergeKey: string): string {
  return goFormat(mergeKeyOf(item, mergeKey));
}

function sortedByText<T>(items: readonly T[], text: (item: T) => string): readonly Keyed<T>[] {
  const keyed = items.map((item) => ({ item, text: text(item) }));
  return keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
}

/** Walks two sorted lists side by side. */
function walkSorted<T>(
  left: readonly Keyed<T>[],
  right: readonly Keyed<T>[],
  visit: {
    onlyLeft(each: Keyed<T>): void;
    onlyRight(each: Keyed<T>): void;
    both(left: Keyed<T>, right: Keyed<T>): void;
  },
): void {
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const before = left[i];
    const after = right[j];
    if (before !== undefined && (after === undefined || before.text < after.text)) {
      visit.onlyLeft(before);
      i += 1;
    } else if (after !== undefined && (before === undefined || before.text > after.text)) {
      visit.onlyRight(after);
      j += 1;
    } else if (before !== undefined && after !== undefined) {
      visit.both(before, after);
      i += 1;
      j += 1;
    }
  }
}
