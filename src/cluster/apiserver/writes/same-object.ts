import type { KubernetesObject } from '../../../api/generated/types.ts';
import { equalJson } from '../../../api/patch/json.ts';

/** Whether two objects say the same, whoever manages their fields and whatever their resourceVersion. */
export function isSameObject(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a === b) return true;
  // The metadata come last: what differs is mostly the status, or the spec.
  return equalJson(a, b, 'metadata') && isSameMetadata(a.metadata, b.metadata);
}

function isSameMetadata(a: object, b: object): boolean {
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) {
    if (isIgnored(key) || left[key] === right[key]) continue;
    if (!equalJson(left[key], right[key])) return false;
  }
  for (const key in right) {
    if (left[key] === undefined && right[key] !== undefined && !isIgnored(key)) return false;
  }
  return true;
}

function isIgnored(key: string): boolean {
  return key === 'resourceVersion' || key === 'managedFields';
}
