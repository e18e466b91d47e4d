import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { StatusError } from '../../../api/status-error.ts';
import { success, type Result } from '../../../base/result.ts';
import type { VerbCall } from '../verb.ts';
import type { AdmissionPlugin, Change } from './plugin.ts';

/** The plugins in upstream's order. */
export const plugins: readonly AdmissionPlugin[] = [];

/** Puts a change through admission: each plugin may alter the object or refuse it. */
export function admit(call: VerbCall, change: Change): Result<KubernetesObject, StatusError> {
  let next = change.next;
  for (const plugin of plugins) {
    const admitted = plugin.admit(call, { ...change, next });
    if (!admitted.ok) return admitted;
    next = admitted.value;
  }
  return success(next);
}

/** The refusal of a deletion, where a plugin has one. */
export function admitDeletion(call: VerbCall): StatusError | undefined {
  for (const plugin of plugins) {
    const refused = plugin.admitDeletion?.(call);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
