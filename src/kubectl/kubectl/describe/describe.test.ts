import { describe, expect, test } from 'vitest';
import type { ApiObject } from '../objects.ts';
import { describeBinding, describeRole } from './access.ts';
import { readRequest } from './certificate-request.ts';
import { describeConfigMap, describePriorityClass } from './config.ts';
import type { DescribeContext, Describer } from './describer.ts';
import { describeAnything, labelOf } from './generic.ts';
import { describeClaim } from './storage.ts';
import { described } from './writer.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

const resource: DescribeContext['resource'] = {
  group: '',
  version: 'v1',
  name: 'things',
  singular: 'thing',
  kind: 'Thing',
  namespaced: true,
  verbs: [],
  shortNames: [],
  categories: [],
  subresources: [],
};

async function text(
  describer: Describer,
  object: object,
  events: readonly unknown[] = [],
  others: readonly object[] = [],
): Promise<string> {
  const context: DescribeContext = {
    resource,
    chunkSize: 500,
    events: async () => events,
    list: async () => others as readonly ApiObject[],
    find: async () => undefined,
    ask: async () => ({ object: undefined, refusal: 'not found' }),
  };
  return described(NOW, await describer(object as ApiObject, context));
}

const metadata = { name: 'x', namespace: 'default', labels: { b: '2', a: '1' } };

describe('descriptions', () => {
  test('of a Role: rules are broken down, put together and sorted', async () => {
    const role = {
      metadata: { name: 'x' },
      rules: [
        { apiGroups: ['', 'apps'], resources: ['pods', 'pods/log'], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
        { nonResourceURLs: ['/b', '/a'], verbs: ['get'] },
      ],
    };
    expect(await text(describeRole, role)).toBe(`Name:         x
Labels:       <none>
Annotations:  <none>
PolicyRule:
  Resources      Non-Resource URLs  Resource Names  Verbs
  ---------      -----------------  --------------  -----
  pods           []                 []              [get list]
                 [/a]               []              [get]
                 [/b]               []              [get]
  pods/log       []                 []              [get]
  pods.apps/log  []                 []              [get]
  pods.apps      []                 []              [get]
`);
  });

  test('of a binding', async () => {
    const binding = {
      metadata,
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'jane' }],
    };
    expect(await text(describeBinding, binding)).toBe(`Name:         x
Labels:       a=1
              b=2
Annotations:  <none>
Role:
  Kind:  Role
  Name:  r
Subjects:
  Kind  Name  Namespace
  ----  ----  ---------
  User  jane  
`);
  });

  test('of a ConfigMap, with its events', async () => {
    const event = {
      type: 'Normal',
      reason: 'Seen',
      message: 'was seen',
      count: 3,
      source: { component: 'test' },
      firstTimestamp: '2026-01-01T11:00:00Z',
      lastTimestamp: '2026-01-01T11:59:30Z',
    };
    const map = { metadata: { name: 'x', namespace: 'n' }, data: { k: 'v' } };
    expect(await text(describeConfigMap, map, [event])).toBe(`Name:         x
Namespace:    n
Labels:       <none>
Annotations:  <none>

Data
====
k:
----
v


BinaryData
====

Events:
  Type    Reason  Age                From  Message
  ----    ------  ----               ----  -------
  Normal  Seen    30s (x3 over 60m)  test  was seen
`);
  });

  test('of a PriorityClass', async () => {
    const given = { metadata: { name: 'x' }, value: 5, preemptionPolicy: 'Never' };
    expect(await text(describePriorityClass, given)).toBe(`Name:              x
Value:             5
GlobalDefault:     false
PreemptionPolicy:  Never
Description:       
Annotations:       <none>
Events:            <none>
`);
  });

  test('of anything else', async () => {
    const thing = { apiVersion: 'e/v1', kind: 'Thing', metadata, spec: { aList: [1, { bC: 2 }] } };
    expect(await text(describeAnything, thing)).toBe(`Name:         x
Namespace:    default
Labels:       a=1
              b=2
Annotations:  <none>
API Version:  e/v1
Kind:         Thing
Metadata:
Spec:
  A List:
    1
    B C:  2
Events:   <none>
`);
  });

  test('of a claim: the Pods that name it, and the one that it was made for', async () => {
    const user = (name: string, ...volumes: readonly object[]) => ({
      metadata: { name, uid: `uid-${name}` },
      spec: { volumes },
    });
    const ownerReferences = [{ kind: 'Pod', name: 'web', uid: 'uid-web' }];
    const pods = [
      user('web', { name: 'scratch', ephemeral: {} }),
      user('guest', { name: 'd', persistentVolumeClaim: { claimName: 'web-scratch' } }),
      user('other', { name: 'd', persistentVolumeClaim: { claimName: 'other' } }),
      user('stranger', { name: 'scratch', ephemeral: {} }),
    ];
    const claim = { metadata: { name: 'web-scratch', namespace: 'default', ownerReferences } };
    const lines = (await text(describeClaim, claim, [], pods)).split('\n');
    expect(lines.filter((line) => /guest|web$|other|stranger/.test(line))).toEqual([
      'Used By:       guest',
      '               web',
    ]);
  });

  test.each([
    ['lastTransitionTime', 'Last Transition Time'],
    ['apiServerURL', 'API Server URL'],
    ['UIDs', 'Ui Ds'],
    ['someHTTPThing', 'Some Http Thing'],
    ['a.b', 'a.b'],
    ['x-y', 'X - Y'],
  ])('the label of %s', (field, label) => {
    expect(labelOf(field)).toBe(label);
  });
});

describe('certificate signing requests', () => {
  test('what is none is not shown', () => {
    expect(readRequest('')).toBeUndefined();
    expect(readRequest('bm9uZQ==')).toBeUndefined();
  });

  test('subject', () => {
    const request = [
      'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIYU1JR0FBZ0VBTUI0eERUQUxC',
      'Z05WQkFNTUJHcGhibVV4RFRBTEJnTlZCQW9NQkdSbGRuTXdXVEFUQmdjcQpoa2pPUFFJQkJnZ3Fo',
      'a2pPUFFNQkJ3TkNBQVM3VVF4VFRtT3JWWUxCNjVIYzJ2MTRnTXVQdEdKeTZxMHJlWlpLCnZPWVlJ',
      'UVY5NVVncWVPS2cwbjFxOGZOanlRT0N4eXFEbWtGTFZ0WStrTHlCRUkxZW9BQXdDZ1lJS29aSXpq',
      'MEUKQXdJRFNRQXdSZ0loQUpOdjdWUk1BTkpmNlNsanErUFBVSzFQUmR1d0kzV0Z6VnRMaUM5UDJS',
      'aUhBaUVBM1hFbApKNWhya1ZWUC9ORGdndlMrV25kOWhkMno5WlFYTnZrT2tlVDhDYlk9Ci0tLS0t',
      'RU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=',
    ].join('');
    expect(Object.fromEntries(readRequest(request)?.subject ?? [])).toEqual({
      'Common Name': ['jane'],
      Organization: ['devs'],
    });
    expect(readRequest(request)?.names.size).toBe(0);
  });
});
