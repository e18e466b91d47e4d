import { compareNumbers, compareStrings, sortedStrings } from '../../../base/compare.ts';
import { JqError } from './syntax.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeOf(value) === 'object';
}

export function isTruthy(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}

const ORDER = ['null', 'false', 'true', 'number', 'string', 'array', 'object'];

function rank(value: unknown): number {
  return ORDER.indexOf(typeof value === 'boolean' ? String(value) : typeOf(value));
}

/** jq's order of all values: by kind, then by content. */
export function compareJson(a: unknown, b: unknown): number {
  const kinds = compareNumbers(rank(a), rank(b));
  if (kinds !== 0) return kinds;
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareJson(a[i], b[i]);
      if (order !== 0) return order;
    }
    return compareNumbers(a.length, b.length);
  }
  if (isObject(a) && isObject(b)) {
    const left = sortedStrings(Object.keys(a));
    const right = sortedStrings(Object.keys(b));
    const keys = compareJson(left, right);
    if (keys !== 0) return keys;
    for (const key of left) {
      const order = compareJson(a[key], b[key]);
      if (order !== 0) return order;
    }
  }
  return 0;
}

/** How an error names a value: its kind and the beginning of its text. */
export function described(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  const short = text.length > 11 ? `${text.slice(0, 10)}...` : text;
  return value === null || value === undefined ? 'null (null)' : `${typeOf(value)} (${short})`;
}

export function getAt(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) {
    if (typeof key === 'string' || typeof key === 'number' || key === null) return null;
  } else if (isObject(value) && typeof key === 'string')
    return Object.hasOwn(value, key) ? value[key] : null;
  else if (Array.isArray(value) && typeof key === 'number') {
    const at = Math.floor(key);
    return value[at < 0 ? value.length + at : at] ?? null;
  } else if (Array.isArray(value) && Array.isArray(key)) {
    const found: number[] = [];
    for (let i = 0; i + key.length <= value.length; i++)
      if (key.length > 0 && compareJson(value.slice(i, i + key.length), key) === 0) found.push(i);
    return found;
  }
  const shown = typeof key === 'string' ? `string "${key}"` : described(key);
  if (isObject(value)) throw new JqError(`Cannot index object with ${typeOf(key)}`);
  throw new JqError(
    typeof key === 'string'
      ? `Cannot index ${typeOf(value)} with "${key}"`
      : `Cannot index ${typeOf(value)} with ${typeof key === 'number' ? 'number' : shown}`,
  );
}

export function withAt(value: unknown, key: unknown, next: unknown): unknown {
  if (typeof key === 'string') {
    if (value !== null && value !== undefined && !isObject(value))
      throw new JqError(`Cannot index ${typeOf(value)} with "${key}"`);
    return fromEntries([...Object.entries(value ?? {}), [key, next]]);
  }
  if (typeof key === 'number') {
    if (value !== null && value !== undefined && !Array.isArray(value))
      throw new JqError(`Cannot index ${typeOf(value)} with number`);
    const copy: unknown[] = [...((value as unknown[] | null | undefined) ?? [])];
    const at = key < 0 ? copy.length + key : key;
    if (at < 0) throw new JqError('Out of bounds negative array index');
    if (at > 1_000_000) throw new JqError('Array index too large');
    while (copy.length < at) copy.push(null);
    copy[at] = next;
    return copy;
  }
  throw new JqError(`Cannot update field at ${typeOf(key)} index`);
}

/** An object of these entries; a name such as `__proto__` is one like any other. */
export function fromEntries(entries: Iterable<readonly [string, unknown]>): JsonObject {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries)
    Object.defineProperty(result, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return result;
}

export function valuesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.values(value);
  throw new JqError(`Cannot iterate over ${described(value)}`);
}

/** Compact JSON as jq writes it: numbers without a trailing `.0`, keys in their order. */
export function toJson(value: unknown): string {
  return JSON.stringify(value === undefined ? null : value);
}

export function toJqText(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value);
}
