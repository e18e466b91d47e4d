import { nothing } from '../../../api/manifest/kyaml.ts';

/**
 * A map of an object under construction. A build works on its own copies of what it read, and changes them in place as
 * kustomize does: transformers hold on to fields while others move.
 */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null, nothing behind a key, or no such field. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === nothing;
}

export function isScalar(value: unknown): boolean {
  return !isMissing(value) && typeof value !== 'object';
}

/** A scalar as its text stands in YAML; empty for what is none. */
export function scalarText(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

/** A field's own value; undefined where the map does not have it. */
export function own(tree: unknown, key: string): unknown {
  return isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** The value at a path of keys. */
export function lookUp(tree: unknown, ...path: readonly string[]): unknown {
  let value = tree;
  for (const key of path) value = own(value, key);
  return value;
}

/** Sets a field; undefined takes it away. */
export function setField(tree: Tree, key: string, value: unknown): void {
  if (value === undefined) delete tree[key];
  else {
    Object.defineProperty(tree, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

/** The map at a path, made where it is missing. */
export function mapAt(tree: Tree, ...path: readonly string[]): Tree {
  let current = tree;
  for (const key of path) {
    const next = own(current, key);
    const map = isTree(next) ? next : {};
    if (map !== next) setField(current, key, map);
    current = map;
  }
  return current;
}

/** A copy that shares nothing. */
export function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (!isTree(value)) return value;
  const result: Tree = {};
  for (const [key, each] of Object.entries(value)) setField(result, key, copied(each));
  return result as T;
}

/** As JSON has it: nothing is null. */
export function asJson<T>(value: T): T {
  if (value === (nothing as unknown)) return null as T;
  if (Array.isArray(value)) return value.map(asJson) as T;
  if (!isTree(value)) return value;
  const result: Tree = {};
  for (const [key, each] of Object.entries(value)) setField(result, key, asJson(each));
  return result as T;
}

/** A map of texts: values that are none are written as YAML has them. */
export function textsOf(value: unknown): Map<string, string> {
  return new Map(
    isTree(value) ? Object.entries(value).map(([key, each]) => [key, scalarText(each)]) : [],
  );
}
