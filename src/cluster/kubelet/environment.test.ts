import { describe, expect, test } from 'vitest';
import type { ConfigMap, Container, Pod, Secret, Volume } from '../../api/generated/types.ts';
import { environmentOf, expandVariables } from './environment.ts';
import type { PodFacts } from './fields.ts';
import { looksAtServices, NOT_FETCHED, referencedKeys } from './references.ts';
import type { References } from './state.ts';
import { mountsOf, volumeProblem } from './volumes.ts';

const FACTS: PodFacts = {
  podIp: '10.244.1.2',
  hostIp: '192.168.64.11',
  nodeName: 'node-1',
  nodeCpuMilli: 4000,
  nodeMemoryBytes: 2 ** 34,
};

function aPod(container: Partial<Container>, volumes: readonly Volume[] = []): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u', labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'c', image: 'x', ...container }],
      volumes,
      serviceAccountName: 'default',
    },
  };
}

const configMap: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cm' },
  data: { a: '1', 'b.txt': 'two' },
};
const secret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: { password: 'aHVudGVyMg==' },
};
const references: References = {
  ...NOT_FETCHED,
  objects: new Map<string, ConfigMap | Secret | null>([
    ['configmaps/cm', configMap],
    ['secrets/s', secret],
    ['configmaps/none', null],
    ['secrets/none', null],
  ]),
};

function environment(container: Partial<Container>): Record<string, string> | string {
  const pod = aPod(container);
  const result = environmentOf(
    pod,
    pod.spec.containers[0] as Container,
    references,
    FACTS,
    '10.96.0.1',
  );
  if (!result.ok) return result.error;
  return Object.fromEntries(
    result.value
      .filter(({ name }) => !name.startsWith('KUBERNETES_'))
      .map(({ name, value }) => [name, value]),
  );
}

describe('a container’s environment', () => {
  test.each<readonly [string, Partial<Container>, unknown]>([
    [
      'plain and referring to others',
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', value: '$(A)-$(NONE)-$$(A)' },
        ],
      },
      { A: 'x', B: 'x-$(NONE)-$(A)' },
    ],
    [
      'a Service’s variable',
      {
        env: [
          { name: 'U', value: 'https://$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)' },
        ],
      },
      { U: 'https://10.96.0.1:443' },
    ],
    [
      'of a ConfigMap',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'a' } } }] },
      { A: '1' },
    ],
    [
      'of a Secret',
      { env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } }] },
      { P: 'hunter2' },
    ],
    [
      'all of a ConfigMap',
      { envFrom: [{ configMapRef: { name: 'cm' }, prefix: 'X_' }] },
      { X_a: '1', 'X_b.txt': 'two' },
    ],
    [
      'of the Pod',
      {
        env: [
          { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'I', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'L', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'S', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } },
        ],
      },
      { N: 'p', I: '10.244.1.2', L: 'web', S: 'default' },
    ],
    [
      'of its resources',
      {
        resources: { limits: { memory: '64Mi' }, requests: { cpu: '250m' } },
        env: [
          {
            name: 'M',
            valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
          },
          { name: 'C', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } },
          { name: 'L', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
      },
      { M: '64', C: '1', L: '4' },
    ],
    [
      'no such ConfigMap',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'a' } } }] },
      'configmap "none" not found',
    ],
    [
      'no such key',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'z' } } }] },
      "couldn't find key z in ConfigMap n/cm",
    ],
    ['no such Secret', { envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
    [
      'optional',
      {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'a', optional: true } } },
        ],
        envFrom: [{ configMapRef: { name: 'none', optional: true } }],
      },
      {},
    ],
  ])('%s', (_, container, want) => {
    expect(environment(container)).toEqual(want);
  });

  test('variables of Services as the documentation lists them', () => {
    const pod = aPod({});
    const services = [
      {
        name: 'redis-primary',
        clusterIP: '10.0.0.11',
        ports: [{ name: undefined, port: 6379, protocol: 'TCP' }],
      },
    ];
    const result = environmentOf(
      pod,
      pod.spec.containers[0] as Container,
      { ...references, services },
      FACTS,
      '10.96.0.1',
    );
    if (!result.ok) throw new TypeError(result.error);
    expect(
      result.value
        .filter(({ name }) => name.startsWith('REDIS'))
        .map(({ name, value }) => `${name}=${value}`),
    ).toEqual([
      'REDIS_PRIMARY_SERVICE_HOST=10.0.0.11',
      'REDIS_PRIMARY_SERVICE_PORT=6379',
      'REDIS_PRIMARY_PORT=tcp://10.0.0.11:6379',
      'REDIS_PRIMARY_PORT_6379_TCP=tcp://10.0.0.11:6379',
      'REDIS_PRIMARY_PORT_6379_TCP_PROTO=tcp',
      'REDIS_PRIMARY_PORT_6379_TCP_PORT=6379',
      'REDIS_PRIMARY_PORT_6379_TCP_ADDR=10.0.0.11',
    ]);
  });

  test('a name of the prototype is not a variable', () => {
    expect(
      expandVariables('$(constructor) $(__proto__)', (name) => new Map([['A', 'x']]).get(name)),
    ).toBe('$(constructor) $(__proto__)');
  });
});

describe('a container’s files', () => {
  const volumes: readonly Volume[] = [
    { name: 'cm', configMap: { name: 'cm' } },
    { name: 'picked', configMap: { name: 'cm', items: [{ key: 'a', path: 'dir/a.conf' }] } },
    { name: 's', secret: { secretName: 's' } },
    {
      name: 'all',
      projected: {
        sources: [
          { configMap: { name: 'cm' } },
          { secret: { name: 's' } },
          {
            downwardAPI: {
              items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }],
            },
          },
        ],
      },
    },
    { name: 'tmp', emptyDir: {} },
    { name: 'host', hostPath: { path: '/var/log' } },
  ];
  test.each<readonly [string, Container['volumeMounts'], readonly string[], readonly string[]]>([
    [
      'a ConfigMap',
      [{ name: 'cm', mountPath: '/etc/cm/' }],
      ['/etc/cm/a=1', '/etc/cm/b.txt=two'],
      [],
    ],
    ['chosen keys', [{ name: 'picked', mountPath: '/etc/cm' }], ['/etc/cm/dir/a.conf=1'], []],
    [
      'one file',
      [{ name: 'cm', mountPath: '/etc/app.conf', subPath: 'b.txt' }],
      ['/etc/app.conf=two'],
      [],
    ],
    ['a Secret', [{ name: 's', mountPath: '/s' }], ['/s/password=hunter2'], []],
    [
      'a projection',
      [{ name: 'all', mountPath: '/p' }],
      ['/p/a=1', '/p/b.txt=two', '/p/password=hunter2', '/p/labels=app="web"'],
      [],
    ],
    [
      'writable ones',
      [
        { name: 'tmp', mountPath: '/t' },
        { name: 'host', mountPath: '/h', subPath: 'x' },
      ],
      [],
      ['/t empty/tmp', '/h host//var/log/x'],
    ],
  ])('%s', (_, volumeMounts, files, mounts) => {
    const pod = aPod({ volumeMounts: volumeMounts ?? [] }, volumes);
    const made = mountsOf(pod, pod.spec.containers[0] as Container, references, FACTS);
    expect(Object.entries(made.files).map(([path, text]) => `${path}=${text}`)).toEqual(files);
    expect(made.mounts.map(({ mountPath, volume }) => `${mountPath} ${volume}`)).toEqual(mounts);
  });

  test.each<readonly [string, Volume, string | undefined]>([
    ['there', { name: 'v', configMap: { name: 'cm' } }, undefined],
    [
      'no ConfigMap',
      { name: 'v', configMap: { name: 'none' } },
      'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
    ],
    [
      'no key',
      { name: 'v', configMap: { name: 'cm', items: [{ key: 'z', path: 'z' }] } },
      'MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: z',
    ],
    [
      'no Secret',
      { name: 'v', secret: { secretName: 'none' } },
      'MountVolume.SetUp failed for volume "v" : secret "none" not found',
    ],
    [
      'no Secret in a projection',
      { name: 'v', projected: { sources: [{ secret: { name: 'none' } }] } },
      'MountVolume.SetUp failed for volume "v" : secret "none" not found',
    ],
    ['optional', { name: 'v', configMap: { name: 'none', optional: true } }, undefined],
  ])('a volume: %s', (_, volume, want) => {
    expect(volumeProblem(aPod({}, [volume]), references)).toBe(want);
  });
});

test('what has to be fetched for a Pod', () => {
  const pod = aPod(
    {
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      envFrom: [{ configMapRef: { name: 'cm' } }],
    },
    [
      { name: 'v', configMap: { name: 'cm' } },
      { name: 'r', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } },
    ],
  );
  expect(referencedKeys(pod)).toEqual(['configmaps/cm', 'secrets/s']);
  expect(looksAtServices(pod)).toBe(false);
  expect(looksAtServices(aPod({ command: ['printenv'] }))).toBe(true);
  expect(looksAtServices(aPod({ args: ['--db=$(DB_SERVICE_HOST)'] }))).toBe(true);
});
