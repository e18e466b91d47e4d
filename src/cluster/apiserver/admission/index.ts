import { success } from '../../../base/result.ts';
import type { StatusError } from '../../../api/status-error.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import type { RequestTarget } from '../request-target.ts';
import type { VerbCall } from '../verb.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { Admitted, AdmissionPlugin, Change } from './plugin.ts';
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

/** By kind, then by the rest of a place: the plugins that it concerns. A memo only. */
const concerned = new WeakMap<KindDeclaration, Map<string, readonly AdmissionPlugin[]>>();

function pluginsOf({ kind, subresource }: RequestTarget, isCreation: boolean) {
  let byPlace = concerned.get(kind);
  if (byPlace === undefined) {
    byPlace = new Map();
    concerned.set(kind, byPlace);
  }
  const name = isCreation ? `+${subresource}` : subresource;
  let found = byPlace.get(name);
  if (found === undefined) {
    const place = { kind, subresource, isCreation };
    found = plugins.filter((each) => each.admit !== undefined && each.concerns?.(place) !== false);
    byPlace.set(name, found);
  }
  return found;
}

/** Puts a change through admission: each plugin may alter the object or refuse it. */
export function admit(call: VerbCall, change: Change): Admitted {
  let { next } = change;
  for (const plugin of pluginsOf(call.target, change.old === undefined)) {
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
