import { describe, expect, test } from 'vitest';
import type {
  CustomResourceDefinition,
  Validation,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts';
import { policyWarnings } from './policy-types.ts';

const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { max: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
  status: {
    conditions: [
      { type: 'Established', status: 'True', lastTransitionTime: '', reason: '', message: '' },
    ],
  },
};

function warnings(
  resources: readonly string[],
  validations: readonly Validation[],
  more: ValidatingAdmissionPolicySpec = {},
): readonly string[] {
  const isCustom = resources.includes('crontabs');
  const isCore = resources.some((each) => ['pods', 'secrets'].includes(each));
  return policyWarnings(
    {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [isCustom ? 'stable.example.com' : isCore ? '' : 'apps'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources,
          },
        ],
      },
      validations,
      ...more,
    },
    [definition],
  ).map(({ fieldRef, warning }) => `${fieldRef}: ${warning}`);
}

const one = (expression: string): readonly Validation[] => [{ expression }];

describe("a policy's expressions against what it matches", () => {
  test('each type that does not fit is named', () => {
    const found = warnings(
      ['replicasets', 'deployments', 'deployments/scale', '*'],
      [
        { expression: 'object.spec.replicas > 1', messageExpression: 'object.name' },
        { expression: 'object.replicas > 1' },
      ],
    );
    expect(found).toEqual([
      "spec.validations[0].messageExpression: apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'name'\n | object.name\n | ......^\n\napps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'name'\n | object.name\n | ......^\n",
      "spec.validations[1].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n\napps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
    ]);
  });

  test.each<[string, string, string]>([
    ['deployments', 'object.metadata.labels.all(k, k != "") && object.kind == "Deployment"', ''],
    ['deployments', 'object.spec.template.spec.containers.all(c, c.image.startsWith("a/"))', ''],
    ['deployments', 'object.metadata.creationTimestamp < timestamp("2026-01-01T00:00:00Z")', ''],
    ['deployments', 'object.spec.strategy.rollingUpdate.maxSurge == 1', ''],
    ['pods', 'oldObject.spec.nodeName == object.spec.nodeName', ''],
    ['secrets', 'object.data.all(k, size(object.data[k]) < 10)', ''],
    ['crontabs', 'object.spec.max > 1 && object.metadata.labels["a"] == "b"', ''],
    ['nothings', 'object.nothing', ''],
    ['*', 'object.nothing', ''],
    [
      'pods',
      'object.spec.replicas > 1',
      "/v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'",
    ],
    [
      'pods',
      'object.spec.containers.exists(c, c.name == 1)',
      "/v1, Kind=Pod: ERROR: <input>:1:41: found no matching overload for '_==_' applied to '(string, int)'",
    ],
    [
      'crontabs',
      'object.spec.max == "1"',
      "stable.example.com/v1, Kind=CronTab: ERROR: <input>:1:17: found no matching overload for '_==_' applied to '(int, string)'",
    ],
    [
      'pods',
      'object.metadata == 1',
      "/v1, Kind=Pod: ERROR: <input>:1:17: found no matching overload for '_==_' applied to '(Pod1.metadata, int)'",
    ],
  ])('%s: %s', (resource, expression, wanted) => {
    const found = warnings([resource], one(expression)).map((each) => each.split('\n')[0]);
    expect(found).toEqual(wanted === '' ? [] : [`spec.validations[0].expression: ${wanted}`]);
  });

  test('parameters and variables have types', () => {
    const more: ValidatingAdmissionPolicySpec = {
      paramKind: { apiVersion: 'stable.example.com/v1', kind: 'CronTab' },
      variables: [{ name: 'n', expression: 'object.spec.replicas' }],
    };
    expect(warnings(['deployments'], one('variables.n <= params.spec.max'), more)).toEqual([]);
    expect(
      warnings(['deployments'], one('variables.n == params.kind'), more).map(
        (each) => each.split('\n')[0],
      ),
    ).toEqual([
      "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'",
    ]);
  });
});
