import { describe, expect, test } from 'vitest';
import type {
  LimitRange,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Status,
} from '../../../api/generated/types.ts';
import { ask, podBody, rigWithAccount, type ApiServerRig } from '../testing.ts';

const NAMESPACE = '/api/v1/namespaces/default';

function post(rig: ApiServerRig, path: string, body: object) {
  return ask(rig, { method: 'POST', path, body });
}

function pod(rig: ApiServerRig, name: string, resources: object = {}, more: object = {}) {
  const spec = { containers: [{ name: 'c', image: 'nginx', resources }], ...more };
  return post(rig, `${NAMESPACE}/pods`, podBody(name, { spec }));
}

const messageOf = ({ body }: { body?: unknown }) => (body as Status).message;

describe('LimitRanger', () => {
  const withRange = (limits: LimitRange['spec']['limits']) => {
    const rig = rigWithAccount();
    const metadata = { name: 'range', namespace: 'default' };
    const body = { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } };
    expect(post(rig, `${NAMESPACE}/limitranges`, body).code).toBe(201);
    return rig;
  };

  test('gives what containers do not say, and notes it', () => {
    const rig = withRange([
      { type: 'Container', default: { memory: '512Mi' }, defaultRequest: { memory: '256Mi' } },
    ]);
    const made = pod(rig, 'p').body as Pod;
    expect(made.spec.containers[0]?.resources).toEqual({
      limits: { memory: '512Mi' },
      requests: { memory: '256Mi' },
    });
    expect(made.metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: memory request for container c; memory limit for container c',
    );
    expect(made.status?.qosClass).toBe('Burstable');
    const own = pod(rig, 'q', { limits: { memory: '1Gi' } }).body as Pod;
    expect(own.spec.containers[0]?.resources?.requests).toEqual({ memory: '1Gi' });
  });

  const bounds = { min: { cpu: '200m' }, max: { cpu: '800m' } };
  test.each([
    [
      { limits: { cpu: '1500m' }, requests: { cpu: '500m' } },
      'maximum cpu usage per Container is 800m, but limit is 1500m',
    ],
    [
      { limits: { cpu: '800m' }, requests: { cpu: '100m' } },
      'minimum cpu usage per Container is 200m, but request is 100m',
    ],
  ])('%j', (resources, why) => {
    const rig = withRange([{ type: 'Container', ...bounds }]);
    const answer = pod(rig, 'p', resources);
    expect([answer.code, messageOf(answer)]).toEqual([403, `pods "p" is forbidden: ${why}`]);
  });

  test('a Pod as a whole, and ratios; several reasons in brackets', () => {
    const rig = withRange([
      { type: 'Pod', max: { cpu: '1' } },
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    ]);
    const answer = pod(rig, 'p', { limits: { cpu: '3' }, requests: { cpu: '1' } });
    expect(messageOf(answer)).toBe(
      'pods "p" is forbidden: [maximum cpu usage per Pod is 1, but limit is 3, cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000]',
    );
  });

  test('claims', () => {
    const rig = withRange([
      { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
    ]);
    const answer = post(rig, `${NAMESPACE}/persistentvolumeclaims`, claim('c', '5Gi'));
    expect(messageOf(answer)).toContain(
      'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi',
    );
  });
});

function claim(name: string, storage: string): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  };
}

describe('ResourceQuota', () => {
  const quotas = `${NAMESPACE}/resourcequotas`;
  const withQuota = (hard: Record<string, string>, scopes?: string[], name = 'quota') => {
    const rig = rigWithAccount();
    addQuota(rig, hard, scopes, name);
    return rig;
  };
  const addQuota = (
    rig: ApiServerRig,
    hard: Record<string, string>,
    scopes?: string[],
    name = 'quota',
  ) => {
    const metadata = { name, namespace: 'default' };
    const spec = { hard, ...(scopes === undefined ? {} : { scopes }) };
    post(rig, quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
    const used = Object.fromEntries(Object.keys(hard).map((each) => [each, '0']));
    ask(rig, {
      method: 'PATCH',
      path: `${quotas}/${name}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { hard, used } },
    });
  };
  const used = (rig: ApiServerRig, name = 'quota') =>
    (ask(rig, { method: 'GET', path: `${quotas}/${name}` }).body as ResourceQuota).status?.used;
  const amounts = (cpu: string, memory: string) => ({
    requests: { cpu, memory },
    limits: { cpu, memory },
  });

  test('charges what is made, and refuses what is too much', () => {
    const rig = withQuota({ pods: '5', 'requests.memory': '1Gi', 'limits.cpu': '2' });
    expect(pod(rig, 'p', amounts('400m', '600Mi')).code).toBe(201);
    expect(used(rig)).toEqual({ pods: '1', 'requests.memory': '600Mi', 'limits.cpu': '400m' });
    const second = pod(rig, 'q', amounts('400m', '700Mi'));
    expect([second.code, messageOf(second)]).toEqual([
      403,
      'pods "q" is forbidden: exceeded quota: quota, requested: requests.memory=700Mi, used: requests.memory=600Mi, limited: requests.memory=1Gi',
    ]);
    expect(used(rig)?.['pods']).toBe('1');
  });

  test('what is bounded must be said', () => {
    const rig = withQuota({ 'requests.memory': '1Gi', 'limits.cpu': '2' });
    expect(messageOf(pod(rig, 'p'))).toBe(
      'pods "p" is forbidden: failed quota: quota: must specify limits.cpu for: c; requests.memory for: c',
    );
  });

  test('counts of objects; node ports; claims by class', () => {
    const rig = withQuota({
      'services.nodeports': '0',
      persistentvolumeclaims: '1',
      'count/configmaps': '1',
    });
    const map = (name: string) =>
      post(rig, `${NAMESPACE}/configmaps`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
      });
    expect([map('a').code, map('b').code]).toEqual([201, 403]);
    const claims = `${NAMESPACE}/persistentvolumeclaims`;
    expect(post(rig, claims, claim('a', '1Gi')).code).toBe(201);
    expect(messageOf(post(rig, claims, claim('b', '1Gi')))).toContain(
      'exceeded quota: quota, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1',
    );
    const service = { type: 'NodePort', ports: [{ port: 80 }] };
    const answer = post(rig, `${NAMESPACE}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: service,
    });
    expect(messageOf(answer)).toContain('requested: services.nodeports=1');
  });

  test('several quotas are charged together or not at all', () => {
    const rig = withQuota({ pods: '5' }, undefined, 'a');
    addQuota(rig, { pods: '1' }, ['NotTerminating'], 'b');
    addQuota(rig, { pods: '1' }, ['Terminating'], 'c');
    expect(pod(rig, 'p').code).toBe(201);
    expect(pod(rig, 'q').code).toBe(403);
    expect([used(rig, 'a'), used(rig, 'b'), used(rig, 'c')]).toEqual([
      { pods: '1' },
      { pods: '1' },
      { pods: '0' },
    ]);
    expect(pod(rig, 'r', {}, { activeDeadlineSeconds: 5 }).code).toBe(201);
    expect(used(rig, 'c')).toEqual({ pods: '1' });
  });
});

describe('RuntimeClass', () => {
  test('must be there, and lends its overhead and placement', () => {
    const rig = rigWithAccount();
    const runtimeClassName = 'kata';
    expect(messageOf(pod(rig, 'p', {}, { runtimeClassName }))).toBe(
      'pods "p" is forbidden: pod rejected: RuntimeClass "kata" not found',
    );
    post(rig, '/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'kata' },
      handler: 'kata',
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: { nodeSelector: { runtime: 'kata' } },
    });
    const made = pod(rig, 'p', {}, { runtimeClassName }).body as Pod;
    expect(made.spec.overhead).toEqual({ cpu: '250m' });
    expect(made.spec.nodeSelector).toEqual({ runtime: 'kata' });
  });
});

describe('DefaultStorageClass', () => {
  test('claims get the default class unless they name one, the empty one included', () => {
    const rig = rigWithAccount();
    const classes = '/apis/storage.k8s.io/v1/storageclasses';
    post(rig, classes, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'std',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'example.com/x',
    });
    const path = `${NAMESPACE}/persistentvolumeclaims`;
    const made = (name: string, storageClassName?: string) => {
      const body = claim(name, '1Gi');
      const spec = {
        ...body.spec,
        ...(storageClassName === undefined ? {} : { storageClassName }),
      };
      return (post(rig, path, { ...body, spec }).body as PersistentVolumeClaim).spec
        ?.storageClassName;
    };
    expect([made('a'), made('b', ''), made('c', 'other')]).toEqual(['std', '', 'other']);
  });
});

describe('PodSecurity', () => {
  test('Pods are held to the level of their namespace; what makes Pods is warned', () => {
    const rig = rigWithAccount();
    ask(rig, {
      method: 'PATCH',
      path: '/api/v1/namespaces/default',
      contentType: 'application/merge-patch+json',
      body: {
        metadata: {
          labels: {
            'pod-security.kubernetes.io/enforce': 'baseline',
            'pod-security.kubernetes.io/warn': 'restricted',
          },
        },
      },
    });
    const refused = pod(rig, 'p', {}, { hostPID: true });
    expect([refused.code, messageOf(refused)]).toEqual([
      403,
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    ]);
    const warned = pod(rig, 'p');
    expect(warned.code).toBe(201);
    expect(warned.warnings?.[0]).toContain('would violate PodSecurity "restricted:latest"');
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { hostPID: true, containers: [{ name: 'c' }] } };
    const set = post(rig, '/apis/apps/v1/namespaces/default/replicasets', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          ...template,
          spec: { ...template.spec, containers: [{ name: 'c', image: 'x' }] },
        },
      },
    });
    expect([set.code, set.warnings?.length]).toEqual([201, 1]);
    const change = (path: string, body: object): number | undefined =>
      ask(rig, { method: 'PATCH', path, contentType: 'application/merge-patch+json', body })
        .warnings?.length;
    // Changes of what makes Pods are warned each time, those of Pods where images change.
    expect(
      change('/apis/apps/v1/namespaces/default/replicasets/web', { spec: { replicas: 2 } }),
    ).toBe(1);
    const path = '/api/v1/namespaces/default/pods/p';
    const [container] = (warned.body as Pod).spec.containers;
    expect(change(path, { metadata: { labels } })).toBeUndefined();
    expect(change(path, { spec: { containers: [{ ...container, image: 'other' }] } })).toBe(1);
    const debugging = { name: 'dbg', image: 'busybox' };
    expect(
      change(`${path}/ephemeralcontainers`, { spec: { ephemeralContainers: [debugging] } }),
    ).toBe(1);
  });
});
