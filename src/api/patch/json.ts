/**
 * Plain JSON values as the patches see them: no schema, no types, never changed in place. Keys come from users, so
 * nothing here may be fooled by a key called `__proto__` or `constructor`.
 */
export type JsonObject = { readonly [key: string]: unknown };
export type JsonList = readonly unknown[];

/** True for objects, not for lists and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for lists. `Array.isArray` alone would type the items as `any`. */
export function isList(value: unknown): value is JsonList {
  return Array.isArray(value);
}

/** Both lists, both objects, both null, or plain values of one type. */
export function isSameShape(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return typeof a === typeof b;
  return a === null || b === null ? a === b : isList(a) === isList(b);
}

/** The value of a key that the object itself has; never one inherited from Object's prototype. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a key on an object under construction, even one called `__proto__`. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else object[key] = value;
}

/** The object with one key set; the same object when the key already has that very value. */
export function withKey(object: JsonObject, key: string, value: unknown): JsonObject {
  if (Object.hasOwn(object, key) && object[key] === value) return object;
  const copy: Record<string, unknown> = { ...object };
  setOwn(copy, key, value);
  return copy;
}

/** The object without a key; the same object when it has no such key. */
export function withoutKey(object: JsonObject, key: string): JsonObject {
  if (!Object.hasOwn(object, key)) return object;
  const copy: Record<string, unknown> = { ...object };
  delete copy[key];
  return copy;
}

/**
 * Deep equality of JSON values, whatever the order of keys; a field that is undefined counts as absent, and the field
 * `except` does not count. One function that calls itself, so that a list or an object takes no second call.
 */
export function equalJson(a: unknown, b: unknown, except?: string): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) {
      if (a[i] !== b[i] && !equalJson(a[i], b[i])) return false;
    }
    return true;
  }
  if (Array.isArray(b)) return false;
  // As they are no lists.
  const these = a as JsonObject;
  const those = b as JsonObject;
  // Not Object.keys, whose lists would be garbage at once: what JSON holds inherits nothing that could be listed.
  let left = 0;
  for (const key in these) {
    const value = these[key];
    if (value === undefined) continue;
    const other = those[key];
    // Most values are equal, and need no call.
    if (value !== other && key !== except && !equalJson(value, other)) return false;
    // The one thing that is inherited and is no function.
    if (key === '__proto__' && !Object.hasOwn(those, key)) return false;
    left += 1;
  }
  for (const key in those) if (those[key] !== undefined) left -= 1;
  return left === 0;
}

/** Whether two objects have the very same values under the same keys. */
export function sameEntries(a: JsonObject, b: JsonObject): boolean {
  let left = 0;
  for (const key in b) {
    if (a[key] !== b[key] || !Object.hasOwn(a, key)) return false;
    left += 1;
  }
  for (const _ in a) left -= 1;
  return left === 0;
}
