import { describe, expect, test } from 'vitest';
import { decodeObject } from '../decode/decode.ts';
import { fieldErrorMessage } from '../field-errors.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { schemaOf } from '../schema/lookup.ts';
import { allKinds, apiVersionOf } from './index.ts';
import type { KindDeclaration } from './kind.ts';

type Fields = Readonly<Record<string, unknown>>;

function kindCalled(name: string): KindDeclaration {
  const kind = allKinds.find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

/** As the server gets it: decoded, with defaults. */
function read(name: string, fields: Fields): KubernetesObject {
  const kind = kindCalled(name);
  const schema = schemaOf(apiVersionOf(kind), name);
  if (schema === undefined) throw new Error(`no schema of ${name}`);
  const metadata = { name: 'a', ...(kind.namespaced ? { namespace: 'default' } : {}) };
  const expected = { apiVersion: apiVersionOf(kind), kind: name };
  const decoded = decodeObject({ metadata, ...fields }, expected, schema, {
    fieldValidation: 'Strict',
  });
  if (!decoded.ok) throw new Error(decoded.error.message);
  return kind.defaults(decoded.value.value);
}

const problems = (name: string, fields: Fields): readonly string[] =>
  kindCalled(name).validate(read(name, fields)).map(fieldErrorMessage);

const webhook = {
  name: 'a.example.com',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { namespace: 'default', name: 'svc' } },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
};
const rule = webhook.rules[0];
const hooks = (change: Fields): Fields => ({ webhooks: [{ ...webhook, ...change }] });
const policy = {
  matchConstraints: { resourceRules: [rule] },
  validations: [{ expression: 'object.spec.replicas <= 5' }],
};
const level = (limited: Fields): Fields => ({ spec: { type: 'Limited', limited } });
const queues = (queuing: Fields): Fields =>
  level({ limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 6, ...queuing } } });
const flow = {
  matchingPrecedence: 500,
  priorityLevelConfiguration: { name: 'global-default' },
  rules: [
    {
      subjects: [{ kind: 'User', user: { name: '*' } }],
      resourceRules: [{ verbs: ['get'], apiGroups: ['*'], resources: ['*'], clusterScope: true }],
    },
  ],
};

describe('the generation of a webhook configuration', () => {
  test.each(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])('%s', (name) => {
    const kind = kindCalled(name);
    const old = kind.prepareForCreate(read(name, hooks({})));
    const same = kind.prepareForUpdate(read(name, hooks({})), old);
    expect(same.metadata.generation).toBe(1);
    const changed = kind.prepareForUpdate(read(name, hooks({ failurePolicy: 'Ignore' })), old);
    expect(changed.metadata.generation).toBe(2);
  });
});

describe('what is refused, in upstream’s words', () => {
  test.each<readonly [kind: string, fields: Fields, messages: readonly string[]]>([
    ['ValidatingWebhookConfiguration', hooks({}), []],
    [
      'ValidatingWebhookConfiguration',
      hooks({ name: 'short.name', timeoutSeconds: 31, failurePolicy: 'Perhaps' }),
      [
        'webhooks[0].name: Invalid value: "short.name": should be a domain with at least three segments separated by dots',
        'webhooks[0].failurePolicy: Unsupported value: "Perhaps": supported values: "Fail", "Ignore"',
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
      ],
    ],
    [
      'ValidatingWebhookConfiguration',
      { webhooks: [webhook, webhook] },
      ['webhooks[1].name: Duplicate value: "a.example.com"'],
    ],
    [
      'ValidatingWebhookConfiguration',
      hooks({ sideEffects: 'Some', admissionReviewVersions: ['v2', 'v2'] }),
      [
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
        'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
      ],
    ],
    [
      'MutatingWebhookConfiguration',
      hooks({ clientConfig: {}, reinvocationPolicy: 'Always' }),
      [
        'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
        'webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
      ],
    ],
    [
      'MutatingWebhookConfiguration',
      hooks({ clientConfig: { url: 'http://me@host/p?q=1#f' } }),
      [
        `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
        'webhooks[0].clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
      ],
    ],
    [
      'MutatingWebhookConfiguration',
      hooks({ clientConfig: { service: { namespace: '', name: '', port: 0, path: 'a//b' } } }),
      [
        'webhooks[0].clientConfig.service.name: Required value: service name is required',
        'webhooks[0].clientConfig.service.namespace: Required value: service namespace is required',
        'webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
        `webhooks[0].clientConfig.service.path: Invalid value: "a//b": must start with a '/'`,
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
        'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
      ],
    ],
    [
      'MutatingWebhookConfiguration',
      hooks({
        rules: [
          {
            operations: ['*', 'CREATE'],
            apiGroups: [],
            apiVersions: [''],
            resources: ['*', 'pods', 'pods/*', 'pods/status'],
            scope: 'World',
          },
        ],
      }),
      [
        `webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
        'webhooks[0].rules[0].apiGroups: Required value',
        'webhooks[0].rules[0].apiVersions[0]: Required value',
        `webhooks[0].rules[0].resources[3]: Invalid value: "pods/status": if 'pods/*' is present, must not specify pods/status`,
        `webhooks[0].rules[0].resources: Invalid value: ["*","pods","pods/*","pods/status"]: if '*' is present, must not specify other resources without subresources`,
        'webhooks[0].rules[0].scope: Unsupported value: "World": supported values: "*", "Cluster", "Namespaced"',
      ],
    ],
    [
      'ValidatingWebhookConfiguration',
      hooks({
        matchConditions: [
          { name: 'x', expression: ' ' },
          { name: 'x', expression: 'true' },
        ],
      }),
      [
        'webhooks[0].matchConditions[0].expression: Required value',
        'webhooks[0].matchConditions[1].name: Duplicate value: "x"',
      ],
    ],
    ['ValidatingAdmissionPolicy', { spec: policy }, []],
    [
      'ValidatingAdmissionPolicy',
      { spec: {} },
      [
        'spec.matchConstraints: Required value',
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
    ],
    [
      'ValidatingAdmissionPolicy',
      {
        spec: {
          ...policy,
          variables: [{ name: '1x', expression: '1' }],
          validations: [{ expression: '', message: 'a\nb', reason: 'Because' }],
        },
      },
      [
        'spec.variables[0].name: Invalid value: "1x": name is not a valid CEL identifier',
        'spec.validations[0].expression: Required value: expression is not specified',
        'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
      ],
    ],
    [
      'ValidatingAdmissionPolicyBinding',
      { spec: { validationActions: ['Deny', 'Deny'] } },
      ['spec.policyName: Required value', 'spec.validationActions[1]: Duplicate value: "Deny"'],
    ],
    [
      'APIService',
      {
        metadata: { name: 'v1.b' },
        spec: { group: 'a', version: 'v1', groupPriorityMinimum: 0, versionPriority: 1001 },
      },
      [
        'metadata.name: Invalid value: "v1.b": must be `spec.version+"."+spec.group`: "v1.a"',
        'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
        'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
      ],
    ],
    [
      'IngressClass',
      { spec: { controller: 'nginx', parameters: { kind: '', name: 'x', scope: 'Namespace' } } },
      [
        'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
        'spec.parameters.kind: Required value: kind is required',
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
      ],
    ],
    [
      'Role',
      {
        rules: [
          { verbs: [], resources: ['pods'] },
          { verbs: ['get'], nonResourceURLs: ['/x'] },
        ],
      },
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[1].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
    [
      'ClusterRoleBinding',
      {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'ServiceAccount', name: 's' },
          { kind: 'Robot', name: 'x' },
        ],
      },
      [
        'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        'subjects[0].namespace: Required value',
        'subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      ],
    ],
    ['FlowSchema', { spec: flow }, []],
    [
      'FlowSchema',
      { spec: { ...flow, matchingPrecedence: 1, priorityLevelConfiguration: { name: '' } } },
      [
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
        'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      ],
    ],
    [
      'FlowSchema',
      { spec: { ...flow, rules: [{ subjects: [{ kind: 'User', group: { name: 'g' } }] }] } },
      [
        "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      ],
    ],
    ['PriorityLevelConfiguration', queues({ queueLengthLimit: 50 }), []],
    [
      'PriorityLevelConfiguration',
      queues({ queues: 1_000_000, handSize: 9 }),
      [
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 9: required entropy bits of deckSize 1000000 and handSize 9 should not be greater than 60',
      ],
    ],
    [
      'PriorityLevelConfiguration',
      level({ lendablePercent: 101, limitResponse: { type: 'Reject', queuing: {} } }),
      [
        'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
        'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
      ],
    ],
    [
      'PriorityLevelConfiguration',
      { spec: { type: 'Exempt' } },
      [`spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`],
    ],
    [
      'NetworkPolicy',
      {
        spec: {
          ingress: [
            { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '11.0.0.0/8'] } }] },
          ],
        },
      },
      [
        'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "11.0.0.0/8": must be a strict subset of `cidr`',
      ],
    ],
    [
      'ResourceQuota',
      { spec: { hard: { services: '1', cpu: '1' }, scopes: ['BestEffort'] } },
      [
        'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
        'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
      ],
    ],
    [
      'ResourceQuota',
      {
        spec: {
          hard: { pods: '1' },
          scopeSelector: {
            matchExpressions: [
              { scopeName: 'PriorityClass', operator: 'In' },
              { scopeName: 'Terminating', operator: 'DoesNotExist' },
            ],
          },
        },
      },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        `spec.scopeSelector.matchExpressions.operator: Invalid value: "DoesNotExist": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity`,
      ],
    ],
    [
      'CSINode',
      {
        spec: {
          drivers: [
            { name: 'd.io', nodeID: '', topologyKeys: ['a', 'a'] },
            { name: 'd.io', nodeID: 'n' },
          ],
        },
      },
      [
        'spec.drivers[0].nodeID: Required value',
        'spec.drivers[0].topologyKeys: Duplicate value: "a"',
        'spec.drivers[1].name: Duplicate value: "d.io"',
      ],
    ],
    [
      'VolumeAttachment',
      { spec: { attacher: 'd.io', nodeName: 'n', source: { persistentVolumeName: '' } } },
      [
        'spec.source.persistentVolumeName: Required value: must specify non empty persistentVolumeName',
      ],
    ],
  ])('%s %#', (kind, fields, messages) => {
    expect(problems(kind, fields)).toEqual(messages);
  });

  test.each<readonly [kind: string, old: Fields, next: Fields, messages: readonly string[]]>([
    [
      'RoleBinding',
      { roleRef: { kind: 'Role', name: 'a' } },
      { roleRef: { kind: 'Role', name: 'b' } },
      [
        'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef',
      ],
    ],
    [
      'IngressClass',
      { spec: { controller: 'a.io/b' } },
      { spec: { controller: 'a.io/c' } },
      ['spec.controller: Invalid value: "a.io/c": field is immutable'],
    ],
    [
      'CSIDriver',
      { spec: { attachRequired: true } },
      { spec: { attachRequired: false } },
      ['spec.attachedRequired: Invalid value: false: field is immutable'],
    ],
    [
      'RuntimeClass',
      { handler: 'runc' },
      { handler: 'kata' },
      ['handler: Invalid value: "kata": field is immutable'],
    ],
  ])('a change of %s', (kind, old, next, messages) => {
    const meta = { name: 'a', namespace: kindCalled(kind).namespaced ? 'default' : undefined };
    const metadata = { ...meta, resourceVersion: '1' };
    const errors = kindCalled(kind).validateUpdate(
      read(kind, { metadata, ...next }),
      read(kind, { metadata, ...old }),
    );
    expect(errors.map(fieldErrorMessage)).toEqual(messages);
  });
});
