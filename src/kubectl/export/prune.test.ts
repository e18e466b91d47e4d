import { describe, expect, test } from 'vitest';
import { isOwn } from './belongs.ts';
import type { ApiObject } from './object.ts';
import { pruned } from './prune.ts';

const object = (kind: string, rest: object = {}, metadata: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', namespace: 'default', ...metadata },
  ...rest,
});

describe('what is somebody’s own', () => {
  test.each([
    ['a Deployment', object('Deployment'), true],
    [
      'what a controller made',
      object('Pod', {}, { ownerReferences: [{ kind: 'ReplicaSet', controller: true }] }),
      false,
    ],
    [
      'what is owned without a controller',
      object('Secret', {}, { ownerReferences: [{ kind: 'Job' }] }),
      true,
    ],
    ['what is leaving', object('Pod', {}, { deletionTimestamp: 'now' }), false],
    ['kube-system', object('ConfigMap', {}, { namespace: 'kube-system' }), false],
    [
      'Namespace default',
      object('Namespace', {}, { name: 'default', namespace: undefined }),
      false,
    ],
    ['Namespace shop', object('Namespace', {}, { name: 'shop', namespace: undefined }), true],
    ['the Service of the API itself', object('Service', {}, { name: 'kubernetes' }), false],
    ['every namespace’s account', object('ServiceAccount', {}, { name: 'default' }), false],
    ['every namespace’s certificate', object('ConfigMap', {}, { name: 'kube-root-ca.crt' }), false],
    ['a token', object('Secret', { type: 'kubernetes.io/service-account-token' }), false],
    [
      'a bootstrap role',
      object('ClusterRole', {}, { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }),
      false,
    ],
    [
      'a provisioned volume',
      object('PersistentVolume', {}, { annotations: { 'pv.kubernetes.io/provisioned-by': 'p' } }),
      false,
    ],
  ])('%s', (_name, given, want) => {
    expect(isOwn(given)).toBe(want);
  });
});

describe('what is left of an object', () => {
  /** As it is written: fields without a value are not. */
  const written = (given: ApiObject): unknown => JSON.parse(JSON.stringify(pruned(given)));

  test('metadata: only what an author writes', () => {
    const metadata = {
      uid: 'u',
      resourceVersion: '1',
      generation: 2,
      creationTimestamp: 'now',
      managedFields: [],
      ownerReferences: [{ kind: 'Job' }],
      labels: { a: 'b' },
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'deployment.kubernetes.io/revision': '3',
        note: 'mine',
      },
      finalizers: ['kubernetes.io/pvc-protection', 'example.com/mine'],
    };
    expect(written(object('ConfigMap', { data: { k: 'v' }, status: {} }, metadata))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'x',
        namespace: 'default',
        labels: { a: 'b' },
        annotations: { note: 'mine' },
        finalizers: ['example.com/mine'],
      },
      data: { k: 'v' },
    });
  });

  const ports = [{ port: 80, nodePort: 30080 }];
  test.each([
    [
      'addresses of a Service',
      object('Service', {
        spec: {
          clusterIP: '10.96.0.9',
          clusterIPs: ['10.96.0.9'],
          ipFamilyPolicy: 'SingleStack',
          ipFamilies: ['IPv4'],
          ports,
        },
      }),
      { ports: [{ port: 80 }] },
    ],
    [
      'a node port that was written',
      object(
        'Service',
        { spec: { ports } },
        {
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"nodePort":30080}' },
        },
      ),
      { ports },
    ],
    [
      'a headless Service',
      object('Service', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
      { clusterIP: 'None' },
    ],
    [
      'a Pod’s node, token and tolerations',
      object('Pod', {
        spec: {
          nodeName: 'node-1',
          priority: 0,
          serviceAccount: 'a',
          serviceAccountName: 'a',
          volumes: [{ name: 'kube-api-access-abc12' }, { name: 'mine' }],
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              effect: 'NoExecute',
              operator: 'Exists',
              tolerationSeconds: 300,
            },
          ],
          containers: [{ name: 'c', volumeMounts: [{ name: 'kube-api-access-abc12' }] }],
        },
      }),
      { serviceAccountName: 'a', volumes: [{ name: 'mine' }], containers: [{ name: 'c' }] },
    ],
    [
      'a Job’s own selector',
      object('Job', {
        spec: {
          selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
          template: { metadata: { labels: { 'controller-uid': 'u', 'job-name': 'x', a: 'b' } } },
        },
      }),
      { template: { metadata: { labels: { a: 'b' } } } },
    ],
    [
      'a claim’s provisioned volume',
      object(
        'PersistentVolumeClaim',
        { spec: { volumeName: 'pvc-1' } },
        { annotations: { 'volume.kubernetes.io/storage-provisioner': 'p' } },
      ),
      {},
    ],
    [
      'a claim’s chosen volume',
      object('PersistentVolumeClaim', { spec: { volumeName: 'mine' } }),
      { volumeName: 'mine' },
    ],
  ])('%s', (_name, given, spec) => {
    expect((written(given) as { spec: unknown }).spec).toEqual(spec);
  });
});
