import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allKinds, apiVersionOf } from '../../api/kinds/index.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { SECOND } from '../../kernel/time.ts';
import type { Method } from '../messages.ts';
import { answerTo, heard, rigWithAccount, run, send } from './testing.ts';

/**
 * Whatever a person sends, the server answers, and its state stays plain data. Bodies are JSON as a host hands it on:
 * untyped.
 */
const words = [
  'a',
  'default',
  'web',
  '__proto__',
  'constructor',
  '',
  '../x',
  '%00',
  '%2F',
  'ü',
  'kubernetes',
];
const subresources = [
  '',
  '/status',
  '/scale',
  '/binding',
  '/eviction',
  '/finalize',
  '/log',
  '/token',
  '/resize',
];
const types = [
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  '',
  'text/plain',
];
const queries = [
  '',
  'watch=true',
  'limit=1',
  'dryRun=All',
  'dryRun=x',
  'fieldManager=me&force=true',
  'labelSelector=a%3Db',
  'labelSelector=%21%21',
  'fieldSelector=metadata.name%3Da',
  'fieldSelector=%2C%5C',
  'resourceVersion=-1',
  'continue=AAAA',
  'continue=%FF',
  'resourceVersion=2&resourceVersionMatch=Exact',
  'gracePeriodSeconds=-1',
  'propagationPolicy=Foreground',
  '__proto__=x',
];

const path = fc
  .record({
    kind: fc.constantFrom(...allKinds),
    namespace: fc.constantFrom(...words),
    name: fc.constantFrom(...words),
    subresource: fc.constantFrom(...subresources),
    query: fc.constantFrom(...queries),
    isObject: fc.boolean(),
  })
  .map(({ kind, namespace, name, subresource, query, isObject }) => {
    const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const scope = kind.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
    return {
      kind,
      path: `${root}${scope}/${kind.plural}${isObject ? `/${name}${subresource}` : ''}?${query}`,
    };
  });

/** Fields that objects have, with values that may be anything. */
const value = fc.jsonValue({ maxDepth: 3 });
const fields = fc.constantFrom(
  'metadata',
  'spec',
  'status',
  'data',
  'target',
  'deleteOptions',
  'involvedObject',
  'kind',
  '__proto__',
);
const inner = fc.dictionary(
  fc.constantFrom(
    'name',
    'namespace',
    'labels',
    'finalizers',
    'managedFields',
    'replicas',
    'containers',
    'template',
    'selector',
    'ports',
    'resourceVersion',
    'uid',
    'ownerReferences',
    'clusterIP',
    'type',
    'taints',
    'priorityClassName',
  ),
  value,
);
const body = fc.oneof(
  fc.constant(undefined),
  value,
  fc.array(
    fc.record({
      op: fc.constantFrom('add', 'remove', 'test', 'move', 'x'),
      path: fc.constantFrom('', '/', '/metadata/name', '/spec/-', '/a/b'),
      value,
    }),
  ),
  fc.dictionary(fields, fc.oneof(value, inner)),
);

const request = fc.record({
  method: fc.constantFrom<Method>('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path,
  body,
  contentType: fc.constantFrom(...types),
  isOfKind: fc.boolean(),
  accept: fc.constantFrom('application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io'),
});

describe('hostile requests', () => {
  test('are all answered', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 12 }), (requests) => {
        const rig = rigWithAccount();
        const ids = requests.map(
          ({ method, path: at, body: given, contentType, isOfKind, accept }) => {
            const isPlainObject =
              typeof given === 'object' && given !== null && !Array.isArray(given);
            const sent =
              isOfKind && isPlainObject
                ? {
                    metadata: { name: 'web' },
                    ...given,
                    apiVersion: apiVersionOf(at.kind),
                    kind: at.kind.kind,
                  }
                : given;
            const id = send(rig, {
              method,
              path: at.path,
              contentType,
              accept,
              ...(sent === undefined ? {} : { body: sent }),
            });
            run(rig, SECOND / 10);
            return id;
          },
        );
        run(rig, 40 * SECOND);
        const isOpen = (id: number): boolean =>
          heard(rig).some((each) => each.type === 'api/watch' && each.id === id);
        for (const id of ids) {
          const answer = answerTo(rig, id);
          if (answer === undefined) expect(isOpen(id)).toBe(true);
          else expect(answer.code).toBeGreaterThanOrEqual(200);
        }
        hashWorld(rig.world);
        expect(({} as { x?: unknown; polluted?: unknown }).polluted).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('an object with one value of it exchanged is taken or refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...wholes),
        fc.nat(200),
        fc.oneof(value, fc.constantFrom(null, '', 0, -1, [], {}, [null], [{}], 'x'.repeat(300))),
        fc.constantFrom<Method>('POST', 'PUT', 'PATCH'),
        fc.constantFrom(...types.slice(1, 5)),
        (whole, at, exchanged, method, contentType) => {
          const rig = rigWithAccount();
          const { path: collection, body: original } = whole;
          const changed = exchange(original, at, exchanged);
          if (method !== 'POST') send(rig, { method: 'POST', path: collection, body: original });
          run(rig, SECOND / 20);
          const target = method === 'POST' ? collection : `${collection}/web?fieldManager=me`;
          const id = send(rig, { method, path: target, body: changed, contentType });
          run(rig, 2 * SECOND);
          const { code } = answerTo(rig, id) ?? { code: 0 };
          expect(code).toBeGreaterThanOrEqual(200);
          hashWorld(rig.world);
        },
      ),
      { numRuns: 200 },
    );
  });
});

const podSpec = {
  containers: [
    {
      name: 'main',
      image: 'nginx',
      command: ['a'],
      env: [
        { name: 'A', value: 'b' },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }],
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: 2 } },
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 3 },
      lifecycle: { preStop: { exec: { command: ['x'] } } },
      volumeMounts: [{ name: 'v', mountPath: '/v' }],
    },
  ],
  volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'a', path: 'b' }] } }],
  tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: 3, effect: 'NoExecute' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
      },
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
  ],
};
const named = {
  name: 'web',
  labels: { app: 'web' },
  annotations: { a: 'b' },
  finalizers: ['a.b/c'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }],
};
const template = { metadata: { labels: { app: 'web' } }, spec: podSpec };
const wholes = [
  {
    path: '/api/v1/namespaces/default/pods',
    body: { apiVersion: 'v1', kind: 'Pod', metadata: named, spec: podSpec },
  },
  {
    path: '/apis/apps/v1/namespaces/default/deployments',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: named,
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' }, matchExpressions: [] },
        strategy: { rollingUpdate: { maxSurge: '25%' } },
        template,
      },
    },
  },
  {
    path: '/api/v1/namespaces/default/services',
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: named,
      spec: {
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [{ port: 80, targetPort: 'http', nodePort: 30100 }],
        clusterIP: '10.96.0.77',
        sessionAffinity: 'ClientIP',
      },
    },
  },
  {
    path: '/api/v1/nodes',
    body: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: named,
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
      status: { capacity: { cpu: '4' } },
    },
  },
  {
    path: '/api/v1/namespaces/default/events',
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'web' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
      series: { count: 1 },
    },
  },
  {
    path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: named,
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
      ports: [{ name: 'a', port: 1 }],
    },
  },
];

/** The object with its n-th value, counted depth first, exchanged. */
function exchange(original: unknown, at: number, exchanged: unknown): unknown {
  let left = at;
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return exchanged;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, walk(each)]));
  };
  return walk(original);
}
