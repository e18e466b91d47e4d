import { draftOf } from '../../base/copy.ts';

/**
 * Helpers to fill absent fields without touching what is there. All of them give back the very object they were
 * given when nothing is to be filled, so that an object which has been through once costs no allocation.
 */

/** The object with each field of `defaults` that it lacks. The empty text is no value where the default is one. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  let result = object;
  for (const key in defaults) {
    const value = defaults[key];
    const given = object[key];
    const isGiven = given !== undefined && (given !== '' || typeof value !== 'string');
    if (isGiven || given === value) continue;
    if (result === object) result = draftOf(object);
    // The copy is this function's own until it is handed out.
    (result as Record<string, unknown>)[key] = value;
  }
  return result;
}

/** The list with each item passed through `change`; the same list when no item changed. */
export function mapSame<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index] as T; // In range by the loop.
    const changed = change(item);
    if (changed === item) continue;
    const copy = list.slice(0, index);
    copy.push(changed);
    for (let rest = index + 1; rest < list.length; rest += 1) copy.push(change(list[rest] as T));
    return copy;
  }
  return list;
}

/** The object with one field replaced; the same object when the field is already that. */
export function withField<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): T {
  if (object[key] === value) return object;
  const copy = draftOf(object) as T;
  copy[key] = value;
  return copy;
}

/** The object with a field, where it has one, passed through `change`. */
export function changeField<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: NonNullable<T[K]>) => T[K],
): T {
  const value = object[key];
  return value === undefined || value === null ? object : withField(object, key, change(value));
}

/** As `changeField`, with `empty` standing in for a field that is absent. */
export function changeOrMake<T extends object, K extends keyof T>(
  object: T,
  key: K,
  empty: T[K],
  change: (value: T[K]) => T[K],
): T {
  return withField(object, key, change(object[key] ?? empty));
}
