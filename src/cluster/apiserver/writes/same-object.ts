import type { KubernetesObject } from '../../../api/generated/types.ts';

/** Whether two objects say the same, whoever manages their fields and whatever their resourceVersion. */
export function isSameObject(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a === b) return true;
  // The metadata come last: what differs is mostly the status, or the spec.
  return isSameValue(a, b, 'metadata') && isSameMetadata(a.metadata, b.metadata);
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

/**
 * Deep equality of plain values; a field that is undefined counts as absent, and the field `except` does not count.
 * One function that calls itself, so that a list or an object takes no second call.
 */
export function isSameValue(a: unknown, b: unknown, except?: string): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!isSameValue(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key in left) {
    const value = left[key];
    if (value !== undefined) count += 1;
    const other = right[key];
    if (value !== other && key !== except && !isSameValue(value, other)) return false;
  }
  for (const key in right) if (right[key] !== undefined) count -= 1;
  return count === 0;
}
