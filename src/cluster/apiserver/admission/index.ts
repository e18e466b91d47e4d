import { success } from '../../../base/result.ts';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { StatusError } from '../../../api/status-error.ts';
import type { VerbCall } from '../verb.ts';
import type { Admit, WrittenKind } from '../writes/written-kind.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { Admitted, AdmissionPlugin, ChangePlace } from './plugin.ts';
import { priority } from './priority.ts';
import { rbacEscalation } from './rbac-escalation.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount, serviceAccountToken } from './service-account.ts';
import { storageInUse } from './storage-in-use.ts';
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
  storageInUse,
  runtimeClass,
  rbacEscalation,
  serviceAccountToken,
];

function pluginsConcerned(place: ChangePlace): readonly Admit[] {
  const found: Admit[] = [];
  for (const { admit: ask, concerns } of plugins) {
    if (ask !== undefined && concerns?.(place) !== false) found.push(ask);
  }
  return found;
}

/** Puts a change through admission: each plugin may alter the object or refuse it. */
export function admit(
  call: VerbCall,
  next: KubernetesObject,
  old: KubernetesObject | undefined,
  written: WrittenKind,
): Admitted {
  const { kind, subresource } = call.target;
  const isCreation = old === undefined;
  const bySubresource = isCreation ? written.creations : written.changes;
  let found = bySubresource.get(subresource);
  if (found === undefined) {
    found = pluginsConcerned({ kind, subresource, isCreation });
    bySubresource.set(subresource, found);
  }
  let answer: Admitted = success(next);
  for (let i = 0; i < found.length; i += 1) {
    const ask = found[i] as Admit; // In range by the loop.
    answer = ask(call, { next: answer.value, old });
    if (!answer.ok) return answer;
  }
  return answer;
}

/** The refusal of a deletion, where a plugin has one. */
export function admitDeletion(call: VerbCall): StatusError | undefined {
  for (const plugin of plugins) {
    const refused = plugin.admitDeletion?.(call);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
