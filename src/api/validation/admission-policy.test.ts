import { describe, expect, test } from 'vitest';
import { fieldErrorMessage, type FieldError } from '../field-errors.ts';
import type { MatchCondition, ValidatingAdmissionPolicySpec } from '../generated/types.ts';
import { admissionVariables } from './admission-variables.ts';
import { checkPolicySpec } from './admission-policy.ts';
import { checkMatchConditions } from './webhook-configuration.ts';

function problems(spec: Partial<ValidatingAdmissionPolicySpec>): readonly string[] {
  const errors: FieldError[] = [];
  checkPolicySpec(
    {
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [
          {
            operations: ['CREATE'],
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            resources: ['deployments'],
            scope: '*',
          },
        ],
      },
      validations: [{ expression: 'true' }],
      ...spec,
    },
    errors,
  );
  return errors.map(fieldErrorMessage).map((each) => each.split('\n')[0] ?? '');
}

const ofExpression = (expression: string): readonly string[] =>
  problems({ validations: [{ expression }] }).map((each) =>
    each.replace(/^spec\.validations\[0\]\.expression: Invalid value: ".*?": /, ''),
  );

describe('expressions of policies', () => {
  test.each<[string, readonly string[]]>([
    ['object.spec.replicas <= 5 && oldObject == null', []],
    ['request.userInfo.groups.exists(g, g == "admins") && request.dryRun', []],
    ['namespaceObject.metadata.labels["a"] == "b"', []],
    ['namespaceObject.metadata.creationTimestamp < timestamp("2026-01-01T00:00:00Z")', []],
    ['authorizer.group("").resource("pods").check("get").allowed()', []],
    ['authorizer.requestResource.check("get").allowed()', []],
    ['object.spec.isOn', ['must evaluate to bool but got dyn']],
    ['1', ['must evaluate to bool but got int']],
    ['[1].map(x, string(x))', ['must evaluate to bool but got list(string)']],
    [
      'params.x == 1',
      [
        "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')",
      ],
    ],
    [
      'obj.x == 1',
      ["compilation failed: ERROR: <input>:1:1: undeclared reference to 'obj' (in container '')"],
    ],
    ['variables.x == 1', ["compilation failed: ERROR: <input>:1:10: undefined field 'x'"]],
    ['request.user == "a"', ["compilation failed: ERROR: <input>:1:8: undefined field 'user'"]],
    [
      'namespaceObject.metadata.managedFields == []',
      ["compilation failed: ERROR: <input>:1:25: undefined field 'managedFields'"],
    ],
    [
      'authorizer.resource("pods").check("get").allowed()',
      [
        "compilation failed: ERROR: <input>:1:20: found no matching overload for 'resource' applied to 'kubernetes.authorization.Authorizer.(string)'",
      ],
    ],
    [
      'object.x ==',
      [
        "compilation failed: ERROR: <input>:1:12: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      ],
    ],
  ])('%s', (expression, wanted) => {
    expect(ofExpression(expression)).toEqual(wanted);
  });

  test('speak of parameters where there is a kind of them', () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const validations = [{ expression: 'params.data.max == "5"' }];
    expect(problems({ paramKind, validations })).toEqual([]);
  });

  test('speak of variables that were made before', () => {
    const variables = [
      { name: 'a', expression: 'object.spec.replicas' },
      { name: 'b', expression: 'variables.a + 1' },
      { name: 'c', expression: 'variables.d' },
      { name: 'd', expression: '[variables.b]' },
    ];
    const validations = [
      { expression: 'variables.d[0] > variables.b', messageExpression: 'variables.b' },
      { expression: 'variables.b == "x"' },
    ];
    expect(problems({ variables, validations })).toEqual([
      `spec.variables[2].expression: Invalid value: "variables.d": compilation failed: ERROR: <input>:1:10: undefined field 'd'`,
      'spec.validations[0].messageExpression: Invalid value: "variables.b": must evaluate to string but got int',
      `spec.validations[1].expression: Invalid value: "variables.b == \\"x\\"": compilation failed: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'`,
    ]);
  });

  test('conditions know no variables, annotations give texts', () => {
    expect(
      problems({
        variables: [{ name: 'a', expression: '1' }],
        matchConditions: [{ name: 'x', expression: 'variables.a == 1' }],
        auditAnnotations: [
          { key: 'a', valueExpression: '1' },
          { key: 'b', valueExpression: 'null' },
        ],
      }),
    ).toEqual([
      `spec.matchConditions[0].expression: Invalid value: "variables.a == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables' (in container '')`,
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    ]);
  });

  test('conditions of webhooks', () => {
    const conditions: readonly MatchCondition[] = [
      { name: 'a', expression: 'request.operation != "DELETE"' },
      { name: 'b', expression: 'params.x' },
      { name: 'c', expression: '"a"' },
    ];
    const errors: FieldError[] = [];
    const variables = admissionVariables({ hasParams: false });
    checkMatchConditions(conditions, { path: 'm', variables }, errors);
    expect(errors.map(fieldErrorMessage)).toEqual([
      `m[1].expression: Invalid value: "params.x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x\n | ^`,
      'm[2].expression: Invalid value: "\\"a\\"": must evaluate to bool but got string',
    ]);
  });
});
