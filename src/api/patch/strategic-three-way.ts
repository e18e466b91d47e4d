import type { Result } from '../../base/result.ts';
import { asMaps, elementKind } from './element-order.ts';
import { goFormat } from './go-format.ts';
import { equalJson, isList, isObject, ownValue, type JsonList, type JsonObject } from './json.ts';
import type { PatchSchema } from './patch-schema.ts';
import { attempt, refusePatch, type PatchProblem } from './problem.ts';
import { retainKeysDirective } from './directives.ts';
import { fieldOf, mergeObjects } from './strategic-apply.ts';
import { diffObjects } from './strategic-diff.ts';

/**
 * The patch of `kubectl apply`: brings the live object `current` to what `modified` says, and deletes what `original`
 * (the configuration applied last) had and `modified` has no more. Fields that only `current` has are left alone.
 *
 * Without `overwrite` it is a problem of kind `conflict` when `current` was changed meanwhile in a field that the patch
 * would set differently; kubectl always overwrites.
 */
export function createThreeWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema: PatchSchema,
  overwrite: boolean,
): Result<JsonObject, PatchProblem> {
  return attempt(() => {
    const changes = diffObjects(current, modified, schema, {
      elementOrder: true,
      ignoreChangesAndAdditions: false,
      ignoreDeletions: true,
    });
    const deletions = diffObjects(original, modified, schema, {
      elementOrder: true,
      ignoreChangesAndAdditions: true,
      ignoreDeletions: false,
    });
    const patch = mergeObjects(deletions, changes, schema, { intoObject: false });
    if (!overwrite) {
      const meanwhile = diffObjects(original, current, schema, {
        elementOrder: false,
        ignoreChangesAndAdditions: false,
        ignoreDeletions: false,
      });
      if (objectsConflict(patch, meanwhile, schema)) {
        refusePatch(
          `patch:\n${JSON.stringify(patch)}\nconflicts with changes made from original to current:\n${JSON.stringify(meanwhile)}\n`,
          'conflict',
        );
      }
    }
    return patch;
  });
}

/** True when two patches set one field to different values. */
function objectsConflict(
  left: JsonObject,
  right: JsonObject,
  schema: PatchSchema | undefined,
): boolean {
  for (const key of Object.keys(left)) {
    if (key === '$patch' || key === retainKeysDirective || !Object.hasOwn(right, key)) continue;
    const value = left[key];
    const field = isObject(value) || isList(value) ? fieldOf(schema, plainKey(key)) : undefined;
    if (
      valuesConflict(value, right[key], field?.schema, field?.strategy ?? '', field?.mergeKey ?? '')
    ) {
      return true;
    }
  }
  return false;
}

/** Parallel lists are named after their field. */
function plainKey(key: string): string {
  return key.startsWith('$') ? key.slice(key.indexOf('/') + 1) : key;
}

function valuesConflict(
  left: unknown,
  right: unknown,
  schema: PatchSchema | undefined,
  strategy: '' | 'merge' | 'replace',
  mergeKey: string,
): boolean {
  if (isObject(left)) {
    if (!isObject(right)) return true;
    if (ownValue(left, '$patch') !== ownValue(right, '$patch')) return true;
    return strategy === 'replace' ? false : objectsConflict(left, right, schema);
  }
  if (isList(left)) return !isList(right) || listsConflict(left, right, schema, strategy, mergeKey);
  return !equalJson(left, right);
}

function listsConflict(
  left: JsonList,
  right: JsonList,
  schema: PatchSchema | undefined,
  strategy: '' | 'merge' | 'replace',
  mergeKey: string,
): boolean {
  const kind = elementKind(left, right);
  if (strategy === 'merge') {
    if (kind !== 'map') return false;
    const byKey = new Map(asMaps(right).map((item) => [goFormat(item[mergeKey]), item]));
    return asMaps(left).some((item) => {
      const other = byKey.get(goFormat(item[mergeKey]));
      return other !== undefined && valuesConflict(item, other, schema, '', '');
    });
  }
  if (left.length !== right.length) return true;
  const [a, b] = kind === 'map' ? [left, right] : [sortedTexts(left), sortedTexts(right)];
  return a.some((item, index) => valuesConflict(item, b[index], schema, '', ''));
}

function sortedTexts(list: JsonList): JsonList {
  return [...new Set(list.map(goFormat))].sort();
}
