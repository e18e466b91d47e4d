import { policyWarnings } from '../../../api/validation/policy-types.ts';
import { itself, type Controller } from '../controller.ts';
import { inOrder, rest } from '../plan.ts';
import { applyStatus } from '../writes.ts';

const NAME = 'validatingadmissionpolicy-status-controller';
const POLICIES = 'validatingadmissionpolicies';

/** Says in a policy's status what is wrong with its expressions for the types of the objects that it matches. */
export const policyStatusController: Controller = {
  name: NAME,
  workers: 5,
  wokenBy: [itself(POLICIES)],

  reconcile(key, cluster) {
    const policy = cluster.get(POLICIES, key);
    if (policy === undefined) return rest('it is gone');
    const { generation = 0 } = policy.metadata;
    if (generation <= (policy.status?.observedGeneration ?? 0)) return rest('it was looked at');
    const definitions = cluster.all('customresourcedefinitions').values();
    const warnings = policyWarnings(policy.spec ?? {}, definitions);
    const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
    return inOrder(`${warnings.length} expressions of policy ${key} do not fit what it matches`, [
      applyStatus(POLICIES, key, NAME, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: key },
        status: { observedGeneration: generation, typeChecking },
      }),
    ]);
  },
};
