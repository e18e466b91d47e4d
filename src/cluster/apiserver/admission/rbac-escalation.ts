import { escalationProblem } from '../authorization/escalation.ts';
import { admitted, notAdmitted, type AdmissionPlugin } from './plugin.ts';

/** Upstream's storages of roles and bindings ask this after admission; no plugin of its own there. */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',

  concerns: ({ kind }) => kind.group === 'rbac.authorization.k8s.io',

  admit(call, change) {
    const status = escalationProblem(call, change.next, change.old);
    return status === undefined ? admitted(change.next) : notAdmitted({ status });
  },
};
