import { patchDirective } from './directives.ts';
import { isList, isObject, setOwn, type JsonList, type JsonObject } from './json.ts';

/** What of a patch does not go into an object: maps that are directives, and fields that are null. */

/** Nothing in it is to be taken out: no directive and no null. Then it need not be copied. */
export function isClean(value: object): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      const item: unknown = value[i];
      if (typeof item !== 'object' ? item === undefined : item === null || !isClean(item)) {
        return false;
      }
    }
    return true;
  }
  const fields = value as JsonObject; // As it is no list.
  for (const key in fields) {
    const inner = fields[key];
    if (key === patchDirective) return false;
    if (typeof inner !== 'object' ? inner === undefined : inner === null || !isClean(inner)) {
      return false;
    }
  }
  return true;
}

/** The value without maps that carry `$patch`; undefined when it is one itself. */
export function withoutDirectives(value: unknown): unknown {
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

export function withoutDirectivesInList(list: JsonList): JsonList {
  return list.map(withoutDirectives).filter((item) => item !== undefined);
}

/** The value without null fields; null elements of lists stay. */
export function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (value[key] !== null) setOwn(kept, key, withoutNulls(value[key]));
  }
  return kept;
}
