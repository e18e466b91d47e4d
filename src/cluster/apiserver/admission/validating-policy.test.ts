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

  const refused = (
    spec: object,
    { user = 'kubernetes-admin', param }: { user?: string; param?: object } = {},
  ): string => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    if (param !== undefined) ask(rig, { method: 'POST', path: MAPS, body: param });
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] },
          ],
        },
        ...spec,
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'b' },
      spec: {
        policyName: 'p',
        validationActions: ['Deny'],
        ...(param === undefined
          ? {}
          : { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } }),
      },
    };
    ask(rig, { method: 'POST', path: `${ROOT}/validatingadmissionpolicies`, body: policy });
    ask(rig, { method: 'POST', path: `${ROOT}/validatingadmissionpolicybindings`, body: binding });
    run(rig);
    const body = configBody('x', { a: '1' });
    const answer = ask(rig, { method: 'POST', path: MAPS, body, user });
    if (answer.code === 201) return '';
    return (answer.body as { message: string }).message.replace(/^.*denied request: /, '');
  };

  test.each<[string, object, string]>([
    [
      'the authorizer',
      {
        validations: [
          {
            expression:
              "authorizer.group('').resource('secrets').namespace('default').check('get').allowed() && authorizer.requestResource.check('create').allowed()",
          },
          {
            expression:
              "!authorizer.serviceAccount('default', 'nobody').resource('pods').check('get').allowed()",
          },
        ],
      },
      '',
    ],
    [
      'the namespace and the user',
      {
        validations: [
          {
            expression:
              "namespaceObject.metadata.name == 'default' && request.userInfo.username == 'kubernetes-admin' && request.operation == 'CREATE'",
          },
        ],
      },
      '',
    ],
    [
      'a variable that fails, where it is read',
      {
        variables: [{ name: 'x', expression: 'object.data.nothing' }],
        validations: [
          { expression: "true || variables.x == ''" },
          { expression: "variables.x == ''" },
        ],
      },
      `expression 'variables.x == ''' resulted in error: composited variable "x" fails to evaluate: no such key: nothing`,
    ],
  ])('%s', (_, spec, want) => {
    expect(refused(spec)).toBe(want);
  });

  test('parameters', () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const validations = [
      {
        expression: 'size(object.data) <= int(params.data.max)',
        messageExpression: "'at most ' + params.data.max",
      },
    ];
    const matchConditions = [
      { name: 'not-itself', expression: "object.metadata.name != 'limits'" },
    ];
    const spec = { paramKind, validations, matchConditions };
    expect(refused(spec, { param: configBody('limits', { max: '0' }) })).toBe('at most 0');
    expect(refused(spec, { param: configBody('limits', { max: '1' }) })).toBe('');
    expect(refused(spec, { param: configBody('others', { max: '1' }) })).toBe(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
  });

  test('one that does not compile is refused', () => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    const resourceRules = [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
    ];
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules },
        validations: [{ expression: 'objekt.data.size() > 1' }],
      },
    };
    const answer = ask(rig, { method: 'POST', path: `${ROOT}/validatingadmissionpolicies`, body });
    expect(answer.code).toBe(422);
    expect(answer.body).toMatchObject({
      message:
        'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.validations[0].expression: Invalid value: "objekt.data.size() > 1": compilation failed: ERROR: <input>:1:1: undeclared reference to \'objekt\' (in container \'\')\n | objekt.data.size() > 1\n | ^',
    });
  });
});
