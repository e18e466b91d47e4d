import { describe, expect, test } from 'vitest';
import { fieldErrorMessage } from '../field-errors.ts';
import type { Deployment, Pod, Service } from '../generated/types.ts';
import { deploymentKind } from './deployment.ts';
import { podKind } from './pod.ts';
import { serviceKind } from './service.ts';

const podOf = (spec: Partial<Pod['spec']> = {}): Pod =>
  podKind.prepareForCreate(
    podKind.defaults({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default', resourceVersion: '1' },
      spec: { containers: [{ name: 'app', image: 'nginx' }], ...spec },
    }),
  );

const deploymentOf = (spec: Partial<Deployment['spec']> = {}): Deployment =>
  deploymentKind.prepareForCreate(
    deploymentKind.defaults({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default', resourceVersion: '1' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: { containers: [{ name: 'app', image: 'nginx' }] },
        },
        ...spec,
      },
    }),
  );

const serviceOf = (spec: Service['spec']): Service =>
  serviceKind.prepareForCreate(
    serviceKind.defaults({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default', resourceVersion: '1' },
      spec,
    }),
  );

const messages = (errors: ReturnType<typeof podKind.validate>): string[] =>
  errors.map(fieldErrorMessage);

describe('pods', () => {
  test('defaults', () => {
    const pod = podOf({
      volumes: [{ name: 'v' }, { name: 'c', configMap: { name: 'x' } }],
      containers: [
        {
          name: 'app',
          image: 'nginx:1.25',
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
          livenessProbe: { httpGet: { port: 80 } },
          env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
    });
    expect(pod.spec).toEqual({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'c', configMap: { name: 'x', defaultMode: 420 } },
      ],
      containers: [
        {
          name: 'app',
          image: 'nginx:1.25',
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          resources: {
            limits: { cpu: '1', memory: '1Gi' },
            requests: { cpu: '500m', memory: '1Gi' },
          },
          livenessProbe: {
            httpGet: { path: '/', port: 80, scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          env: [
            {
              name: 'N',
              valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
            },
          ],
        },
      ],
    });
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'Burstable' });
    expect(pod.metadata.generation).toBe(1);
    expect(podKind.validate(pod)).toEqual([]);
  });

  test.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['reg.example.com:5000/a/b', 'Always'],
    ['reg.example.com:5000/a/b:v1', 'IfNotPresent'],
    [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    ['not an image', 'IfNotPresent'],
  ])('%s is pulled %s', (image, policy) => {
    expect(podOf({ containers: [{ name: 'a', image }] }).spec.containers[0]?.imagePullPolicy).toBe(
      policy,
    );
  });

  test('the specs of pods of one template are defaulted once', () => {
    const spec = { containers: [{ name: 'app', image: 'nginx' }] };
    const make = (name: string): Pod =>
      podKind.defaults({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    expect(make('a').spec).toBe(make('b').spec);
  });

  const updates: readonly (readonly [
    string,
    Partial<Pod['spec']>,
    Partial<Pod['spec']>,
    RegExp,
  ])[] = [
    [
      'image',
      {},
      { containers: [{ name: 'app', image: 'nginx:2', imagePullPolicy: 'Always' }] },
      /^$/,
    ],
    ['more tolerations', {}, { tolerations: [{ operator: 'Exists' }] }, /^$/],
    [
      'fewer tolerations',
      { tolerations: [{ operator: 'Exists' }] },
      { tolerations: [] },
      /^spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds$/,
    ],
    [
      'another container',
      {},
      {
        containers: [
          { name: 'app', image: 'nginx' },
          { name: 'b', image: 'c' },
        ],
      },
      /^spec.containers: Forbidden: pod updates may not add or remove containers$/,
    ],
    [
      'DNS policy',
      {},
      { dnsPolicy: 'Default' },
      /^spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`,`spec.initContainers\[\*\].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` \(only additions to existing tolerations\),`spec.terminationGracePeriodSeconds` \(allow it to be set to 1 if it was previously negative\)\n {2}core.PodSpec\{\n[^]*- \tDNSPolicy: "ClusterFirst",\n\+ \tDNSPolicy: "Default",\n[^]*\n {2}\}\n$/,
    ],
    [
      'a longer deadline',
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 6 },
      /must be less than or equal to previous value/,
    ],
    ['a shorter deadline', { activeDeadlineSeconds: 5 }, { activeDeadlineSeconds: 4 }, /^$/],
    ['a gate lifted', { schedulingGates: [{ name: 'a/b' }] }, { schedulingGates: [] }, /^$/],
    [
      'a new gate',
      {},
      { schedulingGates: [{ name: 'a/b' }] },
      /only deletion is allowed, but found new scheduling gate 'a\/b'/,
    ],
    [
      'a node selector behind a gate',
      { schedulingGates: [{ name: 'a/b' }] },
      { nodeSelector: { a: 'b' } },
      /^$/,
    ],
    ['a node selector', {}, { nodeSelector: { a: 'b' } }, /pod updates may not change/],
  ];
  test.each(updates)('update of %s', (_, before, change, want) => {
    const old = podOf(before);
    const next = podKind.prepareForUpdate(
      podKind.defaults({ ...old, spec: { ...old.spec, ...change } }),
      old,
    );
    expect(messages(podKind.validateUpdate(next, old)).join('\n')).toMatch(want);
    expect(next.status).toBe(old.status);
    expect(next.metadata.generation).toBe(2);
  });

  test('the status endpoint takes nothing but the status', () => {
    const old = podOf();
    const next = podKind.prepareForStatusUpdate(
      { ...old, spec: { ...old.spec, nodeName: 'x' }, status: { phase: 'Running' } },
      old,
    );
    expect(next.spec).toBe(old.spec);
    expect(next.status).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
    expect(next.metadata.generation).toBe(1);
  });

  test('a debug container is added through its own endpoint, and stays', () => {
    const endpoint = podKind.subresourceUpdates?.ephemeralcontainers;
    const old = podOf();
    const debug = { name: 'debug', image: 'busybox' };
    const asked = podKind.defaults({
      ...old,
      spec: { ...old.spec, dnsPolicy: 'Default', ephemeralContainers: [debug] },
    });
    const next = endpoint?.prepare(asked, old) ?? old;
    expect([next.spec.dnsPolicy, next.metadata.generation]).toEqual(['ClusterFirst', 2]);
    expect(messages(endpoint?.validate(next, old) ?? [])).toEqual([]);
    const without = { ...next, spec: { ...next.spec, ephemeralContainers: [] } };
    expect(messages(endpoint?.validate(without, next) ?? [])).toEqual([
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed\n',
    ]);
  });

  test('resize changes cpu and memory, and keeps the class of service', () => {
    const endpoint = podKind.subresourceUpdates?.resize;
    const resources = { requests: { cpu: '1' } };
    const old = podOf({ containers: [{ name: 'app', image: 'nginx:1', resources }] });
    const resized = (changed: object): readonly string[] => {
      const containers = [{ name: 'app', image: 'other', resources: changed }];
      const next = endpoint?.prepare({ ...old, spec: { ...old.spec, containers } }, old) ?? old;
      expect(next.spec.containers[0]?.image).toBe('nginx:1');
      return messages(endpoint?.validate(next, old) ?? []);
    };
    expect(resized({ requests: { cpu: '2' } })).toEqual([]);
    expect(resized({})).toEqual([
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ]);
  });

  test('a container that has ended for good is not revived', () => {
    const fresh = podOf({ restartPolicy: 'Never' });
    const container = { name: 'app', ready: false, restartCount: 0, image: '', imageID: '' };
    const old: Pod = {
      ...fresh,
      status: {
        ...fresh.status,
        containerStatuses: [{ ...container, state: { terminated: { exitCode: 1 } } }],
      },
    };
    const next: Pod = {
      ...old,
      status: { ...old.status, containerStatuses: [{ ...container, state: { running: {} } }] },
    };
    expect(messages(podKind.validateStatusUpdate(next, old))).toEqual([
      'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
    ]);
  });

  test.each([
    ['unbound', {}, undefined, 0],
    ['bound', { nodeName: 'n' }, undefined, 30],
    ['asked for 5', { nodeName: 'n' }, 5, 5],
    ['forced', { nodeName: 'n' }, 0, 0],
    ['negative', { nodeName: 'n', terminationGracePeriodSeconds: -3 }, undefined, 1],
  ] as const)('grace period: %s', (_, spec, requested, want) => {
    expect(podKind.gracePeriodSeconds?.(podOf(spec), requested)).toBe(want);
  });

  test('warnings', () => {
    const pod = podOf({
      containers: [
        {
          name: 'a',
          image: 'b',
          env: [
            { name: 'X', value: '1' },
            { name: 'X', value: '2' },
            { name: 'X', value: '$(X)3' },
          ],
          resources: { limits: { memory: '100m' } },
        },
      ],
    });
    expect(podKind.warnings(pod)).toEqual([
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].env[1]: hides previous definition of "X", which may be dropped when using apply',
    ]);
  });
});

describe('deployments', () => {
  test('defaults', () => {
    const { spec, status, metadata } = deploymentOf();
    expect(spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
      },
    });
    expect(spec.template.spec.restartPolicy).toBe('Always');
    // Requests follow from limits in pods alone, not in templates.
    expect(spec.template.spec.enableServiceLinks).toBeUndefined();
    expect([status, metadata.generation]).toEqual([{}, 1]);
  });

  test('the generation follows spec and annotations, not labels or status', () => {
    const old = deploymentOf();
    const generationAfter = (change: Partial<Deployment>): number | undefined =>
      deploymentKind.prepareForUpdate({ ...old, ...change }, old).metadata.generation;
    expect(generationAfter({ spec: { ...old.spec, replicas: 3 } })).toBe(2);
    expect(generationAfter({ metadata: { ...old.metadata, annotations: { a: 'b' } } })).toBe(2);
    expect(generationAfter({ metadata: { ...old.metadata, labels: { a: 'b' } } })).toBe(1);
    expect(generationAfter({ status: { replicas: 3 } })).toBe(1);
    expect(generationAfter({ spec: { ...old.spec } })).toBe(1);
  });

  test('the selector is fixed', () => {
    const old = deploymentOf();
    const next = deploymentOf({
      selector: { matchLabels: { app: 'e' } },
      template: { ...old.spec.template, metadata: { labels: { app: 'e' } } },
    });
    expect(messages(deploymentKind.validateUpdate(next, old))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"e"}}: field is immutable',
    ]);
  });

  test('counts in the status must add up', () => {
    const old = deploymentOf();
    const next = { ...old, status: { replicas: 1, availableReplicas: 2 } };
    expect(messages(deploymentKind.validateStatusUpdate(next, old))).toEqual([
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ]);
  });

  test('scale', () => {
    const deployment = deploymentOf();
    expect(deploymentKind.scale?.selector(deployment)).toBe('app=d');
    expect(deploymentKind.scale?.withReplicas(deployment, 7).spec.replicas).toBe(7);
  });
});

describe('services', () => {
  const allocated = (spec: Service['spec']): Service => {
    const service = serviceOf(spec);
    return {
      ...service,
      spec: { ...service.spec, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] },
    };
  };
  const update = (old: Service, spec: Service['spec']): Service =>
    serviceKind.prepareForUpdate(serviceKind.defaults({ ...old, spec }), old);

  test('defaults', () => {
    expect(serviceOf({ ports: [{ port: 80 }] }).spec).toEqual({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    });
    expect(serviceOf({ type: 'LoadBalancer', ports: [{ port: 80 }] }).spec).toMatchObject({
      externalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
    });
    expect(serviceOf({ clusterIP: 'None' }).spec.clusterIPs).toEqual(['None']);
  });

  test('what the server gave out stays when a client leaves it out', () => {
    const old = allocated({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    const next = update(old, { type: 'NodePort', ports: [{ port: 81 }] });
    expect(next.spec).toMatchObject({
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ports: [{ port: 81, nodePort: 30080 }],
    });
    expect(serviceKind.validateUpdate(next, old)).toEqual([]);
  });

  test('the address is fixed', () => {
    const old = allocated({ ports: [{ port: 80 }] });
    const next = update(old, { ...old.spec, clusterIP: '10.96.0.8' });
    expect(messages(serviceKind.validateUpdate(next, old))).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set',
    ]);
  });

  test('a change of type drops what it makes meaningless', () => {
    const old = allocated({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    const cluster = update(old, { ...old.spec, type: 'ClusterIP' });
    expect(cluster.spec.ports).toEqual([{ port: 80, targetPort: 80, protocol: 'TCP' }]);
    expect(cluster.spec.externalTrafficPolicy).toBeUndefined();
    expect(serviceKind.validateUpdate(cluster, old)).toEqual([]);
    const external = update(old, {
      ...old.spec,
      type: 'ExternalName',
      externalName: 'example.com',
    });
    expect(external.spec).not.toHaveProperty('clusterIP');
    expect(serviceKind.validateUpdate(external, old)).toEqual([]);
  });
});
