import { success } from '../../../base/result.ts';
import type { StatusError } from '../../../api/status-error.ts';
import type { VerbCall } from '../verb.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { Admitted, AdmissionPlugin, Change } from './plugin.ts';
import { priority } from './priority.ts';
import { rbacEscalation } from './rbac-escalation.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** The plugins in upstream's order. */
export const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  runtimeClass,
  rbacEscalation,
];

/** Puts a change through admission: each plugin may alter the object or refuse it. */
export function admit(call: VerbCall, change: Change): Admitted {
  let { next } = change;
  for (const plugin of plugins) {
    if (plugin.admit === undefined) continue;
    const answer = plugin.admit(call, next === change.next ? change : { next, old: change.old });
    if (!answer.ok) return answer;
    next = answer.value;
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
