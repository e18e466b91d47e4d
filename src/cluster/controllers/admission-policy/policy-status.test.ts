import { expect, test } from 'vitest';
import type { ValidatingAdmissionPolicy } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { ask, list, managerRig, run } from '../testing-rig.ts';

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

test('a policy is told what does not fit what it matches, once for each of its generations', () => {
  const rig = managerRig();
  const seen = (): ValidatingAdmissionPolicy | undefined =>
    list<ValidatingAdmissionPolicy>(rig, POLICIES)[0];
  const rule = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['deployments'],
  };
  ask(rig, 'POST', POLICIES, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'object.replicas > 1' }],
    },
  });
  run(rig, 5 * SECOND);
  expect(seen()?.status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: 'spec.validations[0].expression',
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
        },
      ],
    },
  });
  expect(seen()?.metadata.managedFields).toContainEqual(
    expect.objectContaining({
      manager: 'validatingadmissionpolicy-status-controller',
      operation: 'Apply',
      subresource: 'status',
    }),
  );
  const version = seen()?.metadata.resourceVersion;
  run(rig, 60 * SECOND);
  expect(seen()?.metadata.resourceVersion).toBe(version);
  ask(rig, 'PATCH', `${POLICIES}/p`, {
    spec: { validations: [{ expression: 'object.spec.replicas > 1' }] },
  });
  run(rig, 5 * SECOND);
  // What was applied before and is not any more is taken away, and what holds nothing then with it.
  expect(seen()?.status).toEqual({ observedGeneration: 2 });
});
