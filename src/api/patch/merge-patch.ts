import { isList, isObject, ownValue, setOwn, equalJson, type JsonObject } from './json.ts';
import { attempt, refusePatch, type PatchProblem } from './problem.ts';
import type { Result } from '../../base/result.ts';

/** JSON merge patches, RFC 7386: objects merge, everything else is replaced, null deletes. */

/** What the patch makes of a document; unchanged parts are shared with it. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return withoutNullFields(patch);
  const base: JsonObject = isObject(document) ? document : {};
  const merged: Record<string, unknown> = { ...base };
  let changed = base !== document;
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      if (!Object.hasOwn(merged, key)) continue;
      delete merged[key];
      changed = true;
      continue;
    }
    const before = ownValue(merged, key);
    const after = isObject(value) ? applyMergePatch(before, value) : withoutNullFields(value);
    if (after === before) continue;
    setOwn(merged, key, after);
    changed = true;
  }
  return changed ? merged : document;
}

function withoutNullFields(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNullFields);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== null) setOwn(kept, key, withoutNullFields(value[key]));
  }
  return kept;
}

/** The patch that turns one object into another; empty when they do not differ. */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(modified)) {
    const before = ownValue(original, key);
    const after = modified[key];
    if (isObject(before) && isObject(after)) {
      const inner = createMergePatch(before, after);
      if (Object.keys(inner).length > 0) setOwn(patch, key, inner);
    } else if (!Object.hasOwn(original, key) || !equalJson(before, after))
      setOwn(patch, key, after);
  }
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(modified, key)) setOwn(patch, key, null);
  }
  return patch;
}

/**
 * The JSON merge patch of `kubectl apply` for kinds without a Go type (custom resources): brings the live object
 * `current` to `modified`, and deletes what `original` (applied last) had and `modified` has no more.
 */
export function createThreeWayJsonMergePatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
): Result<JsonObject, PatchProblem> {
  return attempt(() => {
    const changes = onlyNulls(createMergePatch(current, modified), false);
    const deletions = onlyNulls(createMergePatch(original, modified), true);
    if (conflicts(changes, deletions)) {
      refusePatch(
        `patch:\n${JSON.stringify(changes)}\nconflicts with changes made from original to current:\n${JSON.stringify(deletions)}\n`,
        'conflict',
      );
    }
    return joined(deletions, changes);
  });
}

/** Keeps of a merge patch only its deletions, or only its other changes. */
function onlyNulls(patch: JsonObject, nulls: boolean): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      if (nulls) setOwn(kept, key, null);
    } else if (isObject(value) && Object.keys(value).length > 0) {
      const inner = onlyNulls(value, nulls);
      if (Object.keys(inner).length > 0) setOwn(kept, key, inner);
    } else if (!nulls) setOwn(kept, key, value);
  }
  return kept;
}

function conflicts(left: unknown, right: unknown): boolean {
  if (isObject(left)) {
    if (!isObject(right)) return true;
    return Object.keys(left).some(
      (key) => Object.hasOwn(right, key) && conflicts(left[key], right[key]),
    );
  }
  return !equalJson(left, right);
}

/** Two merge patches as one; nulls stay. */
function joined(first: JsonObject, second: JsonObject): JsonObject {
  const both: Record<string, unknown> = { ...first };
  for (const key of Object.keys(second)) {
    const before = ownValue(both, key);
    const after = second[key];
    setOwn(both, key, isObject(before) && isObject(after) ? joined(before, after) : after);
  }
  return both;
}
