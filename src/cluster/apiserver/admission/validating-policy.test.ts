import { describe, expect, test } from 'vitest';
import { apiServerRig, ask, configBody, run } from '../testing.ts';

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

describe('ValidatingAdmissionPolicy', () => {
  test.each<[readonly string[], number]>([
    [['Deny'], 422],
    [['Warn'], 201],
  ])('%s', (validationActions, code) => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['configmaps'],
            },
          ],
        },
        variables: [{ name: 'max', expression: '2' }],
        validations: [{ expression: 'size(object.data) <= variables.max' }],
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'b' },
      spec: { policyName: 'p', validationActions },
    };
    ask(rig, { method: 'POST', path: `${ROOT}/validatingadmissionpolicies`, body: policy });
    ask(rig, { method: 'POST', path: `${ROOT}/validatingadmissionpolicybindings`, body: binding });
    run(rig);
    const few = configBody('few', { a: '1' });
    expect(ask(rig, { method: 'POST', path: MAPS, body: few }).code).toBe(201);
    const many = configBody('many', { a: '1', b: '2', c: '3' });
    const answer = ask(rig, { method: 'POST', path: MAPS, body: many });
    expect(answer.code).toBe(code);
    const why = 'failed expression: size(object.data) <= variables.max';
    if (code === 422) {
      expect(answer.body).toMatchObject({
        reason: 'Invalid',
        message: `configmaps "many" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`,
      });
    } else {
      expect(answer.warnings).toContain(
        `Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': ${why}`,
      );
    }
  });
});
