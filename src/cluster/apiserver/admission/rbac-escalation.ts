import { escalationProblem } from '../authorization/escalation.ts';
import { admitted, notAdmitted, type AdmissionPlugin } from './plugin.ts';

/** Upstream's storages of roles and bindings ask this after admission; no plugin of its own there. */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  admit(call, change) {
    if (call.target.kind.group !== 'rbac.authorization.k8s.io') return admitted(change.next);
    const status = escalationProblem(call, change.next, change.old);
    return status === undefined ? admitted(change.next) : notAdmitted({ status });
  },
};
