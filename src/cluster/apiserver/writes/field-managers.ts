import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { VerbCall } from '../verb.ts';

/** Files the fields that a write changes under its manager. Until the managers are there: as they were. */
export function ownFields(
  _call: VerbCall,
  { next }: { readonly next: KubernetesObject; readonly old: KubernetesObject | undefined },
): KubernetesObject {
  return next;
}
