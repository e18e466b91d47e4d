import type { KubernetesObject } from '../../../api/generated/types.ts';

/** Whether two objects say the same, whoever manages their fields and whatever their resourceVersion. */
export function isSameObject(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a === b) return true;
  return isSameStruct(a, b, TOP_LEVEL);
}

/** How the fields of a struct are compared where that is not as plain values. */
interface Exceptions {
  readonly metadata: boolean;
}

const TOP_LEVEL: Exceptions = { metadata: true };

function isSameStruct(a: object, b: object, exceptions: Exceptions | undefined): boolean {
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key in left) {
    const value = left[key];
    const other = right[key];
    if (value !== undefined) count += 1;
    if (value === other) continue;
    if (exceptions !== undefined && key === 'metadata') {
      if (!isSameMetadata(value as object, other as object)) return false;
    } else if (!isSameValue(value, other)) return false;
  }
  for (const key in right) if (right[key] !== undefined) count -= 1;
  return count === 0;
}

function isSameMetadata(a: object, b: object): boolean {
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) {
    if (isIgnored(key) || left[key] === right[key]) continue;
    if (!isSameValue(left[key], right[key])) return false;
  }
  for (const key in right) {
    if (left[key] === undefined && right[key] !== undefined && !isIgnored(key)) return false;
  }
  return true;
}

function isIgnored(key: string): boolean {
  return key === 'resourceVersion' || key === 'managedFields';
}

/** Deep equality of plain values; a field that is undefined counts as absent. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!isSameValue(a[i], b[i])) return false;
    return true;
  }
  return !Array.isArray(b) && isSameStruct(a, b, undefined);
}
