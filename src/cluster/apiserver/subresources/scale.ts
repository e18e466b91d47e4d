import type { KubernetesObject } from '../../../api/generated/types.ts';

/** The Scale that stands for an object. */
export function scaleOf(_path: string, object: KubernetesObject): unknown {
  return object;
}
