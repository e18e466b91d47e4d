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

/** What plugins do with the changes that concern them. */
type Admit = NonNullable<AdmissionPlugin['admit']>;

/** By subresource, what concerns the creations and the changes of a kind there. */
interface Concerned {
  readonly creations: Map<string, Admit[]>;
  readonly changes: Map<string, Admit[]>;
}

/** A memo only. */
const concerned = new WeakMap<KindDeclaration, Concerned>();

function pluginsOf({ kind, subresource }: RequestTarget, isCreation: boolean): readonly Admit[] {
  let ofKind = concerned.get(kind);
  if (ofKind === undefined) {
    ofKind = { creations: new Map(), changes: new Map() };
    concerned.set(kind, ofKind);
  }
  const bySubresource = isCreation ? ofKind.creations : ofKind.changes;
  let found = bySubresource.get(subresource);
  if (found === undefined) {
    const place = { kind, subresource, isCreation };
    found = [];
    for (const { admit: ask, concerns } of plugins) {
      if (ask !== undefined && concerns?.(place) !== false) found.push(ask);
    }
    bySubresource.set(subresource, found);
  }
  return found;
}

/** Puts a change through admission: each plugin may alter the object or refuse it. */
export function admit(call: VerbCall, change: Change): Admitted {
  const { old } = change;
  const found = pluginsOf(call.target, old === undefined);
  let current = change;
  let answer: Admitted | undefined;
  for (let i = 0; i < found.length; i += 1) {
    const ask = found[i] as Admit; // In range by the loop.
    answer = ask(call, current);
    if (!answer.ok) return answer;
    if (answer.value !== current.next) current = { next: answer.value, old };
  }
  return answer ?? success(current.next);
}

/** The refusal of a deletion, where a plugin has one. */
export function admitDeletion(call: VerbCall): StatusError | undefined {
  for (const plugin of plugins) {
    const refused = plugin.admitDeletion?.(call);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
