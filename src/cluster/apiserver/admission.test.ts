import { describe, expect, test } from 'vitest';
import type { Node, Pod, Service } from '../../api/generated/types.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import {
  answerTo,
  apiServerRig,
  ask,
  memoryOf,
  podBody,
  rigWithAccount,
  run,
  send,
  type ApiServerRig,
} from './testing.ts';

const pods = '/api/v1/namespaces/default/pods';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
const services = '/api/v1/namespaces/default/services';

const createPod = (rig: ApiServerRig, spec: object = {}): Pod =>
  ask(rig, { method: 'POST', path: pods, body: podBody('p', { spec }) }).body as Pod;

describe('ServiceAccount', () => {
  test('gives the default account and its token', () => {
    const pod = createPod(rigWithAccount(), {
      initContainers: [{ name: 'init', image: 'busybox' }],
    });
    expect(pod.spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
    const volume = pod.spec.volumes?.[0];
    expect(volume).toEqual({
      name: expect.stringMatching(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/) as unknown,
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
          {
            downwardAPI: {
              items: [
                {
                  path: 'namespace',
                  fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
                },
              ],
            },
          },
        ],
      },
    });
    const mount = {
      name: volume?.name,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      readOnly: true,
    };
    expect(pod.spec.containers[0]?.volumeMounts).toEqual([mount]);
    expect(pod.spec.initContainers?.[0]?.volumeMounts).toEqual([mount]);
  });

  test('not where the Pod or the account does not want it', () => {
    const rig = rigWithAccount();
    expect(createPod(rig, { automountServiceAccountToken: false }).spec.volumes).toBeUndefined();
    ask(rig, { method: 'DELETE', path: `${pods}/p` });
    ask(rig, {
      method: 'POST',
      path: accounts,
      body: {
        metadata: { name: 'quiet' },
        automountServiceAccountToken: false,
        imagePullSecrets: [{ name: 'registry' }],
      },
    });
    const pod = createPod(rig, { serviceAccountName: 'quiet' });
    expect(pod.spec.volumes).toBeUndefined();
    expect(pod.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  test('an account that is not there', () => {
    const rig = rigWithAccount();
    expect(
      ask(rig, {
        method: 'POST',
        path: pods,
        body: podBody('x', { spec: { serviceAccountName: 'foo' } }),
      }),
    ).toMatchObject({
      code: 403,
      body: {
        reason: 'Forbidden',
        message:
          'pods "x" is forbidden: error looking up service account default/foo: serviceaccount "foo" not found',
      },
    });
  });

  test('the default account may be a moment late', () => {
    const rig = apiServerRig();
    const id = send(rig, { method: 'POST', path: pods, body: podBody('p') });
    run(rig, 300 * MILLISECOND);
    expect(answerTo(rig, id)).toBeUndefined();
    ask(rig, { method: 'POST', path: accounts, body: { metadata: { name: 'default' } } });
    run(rig, 300 * MILLISECOND);
    expect(answerTo(rig, id)?.code).toBe(201);
    const never = send(rig, {
      method: 'POST',
      path: '/api/v1/namespaces/kube-public/pods',
      body: podBody('p'),
    });
    run(rig, 2 * SECOND);
    expect(answerTo(rig, never)?.code).toBe(403);
  });
});

describe('DefaultTolerationSeconds', () => {
  const key = (end: string) => `node.kubernetes.io/${end}`;
  const lost = (end: string) => ({
    key: key(end),
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  });
  const cases = [
    { name: 'none given', given: [], want: [lost('not-ready'), lost('unreachable')] },
    {
      name: 'one given',
      given: [
        { key: key('not-ready'), operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
      ],
      want: [{ tolerationSeconds: 5 }, lost('unreachable')],
    },
    {
      name: 'everything tolerated',
      given: [{ operator: 'Exists' }],
      want: [{ operator: 'Exists' }],
    },
    {
      name: 'another effect',
      given: [{ key: key('not-ready'), operator: 'Exists', effect: 'NoSchedule' }],
      want: [{ effect: 'NoSchedule' }, lost('not-ready'), lost('unreachable')],
    },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    const { tolerations } = createPod(rigWithAccount(), { tolerations: given }).spec;
    expect(tolerations).toMatchObject(want);
    expect(tolerations).toHaveLength(want.length);
  });
});

describe('Priority', () => {
  const priorityClass = (name: string, value: number, more: object = {}) => ({
    metadata: { name },
    value,
    ...more,
  });

  test('zero without a class, a class by name, the default class', () => {
    const rig = rigWithAccount();
    expect(createPod(rig).spec).toMatchObject({
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    ask(rig, { method: 'DELETE', path: `${pods}/p` });
    expect(createPod(rig, { priorityClassName: 'system-node-critical' }).spec.priority).toBe(
      2000001000,
    );
    ask(rig, { method: 'DELETE', path: `${pods}/p` });
    ask(rig, {
      method: 'POST',
      path: classes,
      body: priorityClass('usual', 7, { globalDefault: true, preemptionPolicy: 'Never' }),
    });
    expect(createPod(rig).spec).toMatchObject({
      priority: 7,
      priorityClassName: 'usual',
      preemptionPolicy: 'Never',
    });
  });

  test('refusals', () => {
    const rig = rigWithAccount();
    const refused = (spec: object): unknown =>
      (
        ask(rig, { method: 'POST', path: pods, body: podBody('p', { spec }) }).body as {
          message: string;
        }
      ).message;
    expect(refused({ priorityClassName: 'none' })).toBe(
      'pods "p" is forbidden: no PriorityClass with name none was found',
    );
    expect(refused({ priority: 5 })).toBe(
      'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    );
    ask(rig, {
      method: 'POST',
      path: classes,
      body: priorityClass('usual', 7, { globalDefault: true }),
    });
    expect(
      ask(rig, {
        method: 'POST',
        path: classes,
        body: priorityClass('other', 8, { globalDefault: true }),
      }),
    ).toMatchObject({
      code: 403,
      body: {
        message:
          'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as globalDefault',
      },
    });
  });
});

describe('TaintNodesByCondition', () => {
  test('a new Node is not ready', () => {
    const rig = apiServerRig();
    const node = ask(rig, {
      method: 'POST',
      path: '/api/v1/nodes',
      body: { metadata: { name: 'n1' } },
    }).body as Node;
    expect(node.spec?.taints).toEqual([
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ]);
  });
});

describe('Service addresses and ports', () => {
  const service = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], selector: { app: 'web' }, ...spec },
  });
  const create = (rig: ApiServerRig, name: string, spec: object = {}): Service =>
    ask(rig, { method: 'POST', path: services, body: service(name, spec) }).body as Service;
  const refused = (rig: ApiServerRig, spec: object): string =>
    (
      ask(rig, { method: 'POST', path: services, body: service('x', spec) }).body as {
        message: string;
      }
    ).message;

  test('an address of its own, one family, and a port on every node where asked for', () => {
    const rig = apiServerRig();
    const a = create(rig, 'a');
    expect(a.spec).toMatchObject({
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      clusterIPs: [a.spec?.clusterIP],
    });
    expect(a.spec?.clusterIP).toMatch(/^10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/);
    const b = create(rig, 'b', {
      type: 'NodePort',
      ports: [
        { name: 'x', port: 80 },
        { name: 'y', port: 81 },
      ],
    });
    const ports = (b.spec?.ports ?? []).map((each) => each.nodePort ?? 0);
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(30086);
    expect(create(rig, 'c', { clusterIP: 'None' }).spec).toMatchObject({
      clusterIP: 'None',
      clusterIPs: ['None'],
    });
    const external = create(rig, 'd', {
      type: 'ExternalName',
      externalName: 'example.com',
      ports: undefined,
    });
    expect(external.spec?.clusterIP).toBeUndefined();
  });

  test('what is asked for is given once', () => {
    const rig = apiServerRig();
    create(rig, 'a', { clusterIP: '10.96.0.10' });
    create(rig, 'b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    expect(refused(rig, { clusterIP: '10.96.0.10' })).toBe(
      'Service "x" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    expect(refused(rig, { clusterIP: '10.1.2.3' })).toBe(
      'Service "x" is invalid: spec.clusterIPs: Invalid value: ["10.1.2.3"]: failed to allocate IP 10.1.2.3: the provided IP (10.1.2.3) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
    );
    expect(refused(rig, { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })).toBe(
      'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(refused(rig, { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })).toBe(
      'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
    ask(rig, { method: 'DELETE', path: `${services}/a` });
    expect(create(rig, 'c', { clusterIP: '10.96.0.10' }).spec?.clusterIP).toBe('10.96.0.10');
  });

  test('an update keeps them', () => {
    const rig = apiServerRig();
    const a = create(rig, 'a', { type: 'NodePort' });
    const body = {
      ...service('a', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] }),
      metadata: { name: 'a' },
    };
    const again = ask(rig, { method: 'PUT', path: `${services}/a`, body }).body as Service;
    expect(again.spec).toMatchObject({
      clusterIP: a.spec?.clusterIP,
      ports: [{ nodePort: a.spec?.ports?.[0]?.nodePort, targetPort: 8080 }],
    });
  });

  test('changes of type give and take', () => {
    const rig = apiServerRig();
    create(rig, 'a');
    const become = (spec: object): Service =>
      ask(rig, {
        method: 'PATCH',
        path: `${services}/a`,
        contentType: 'application/merge-patch+json',
        body: { spec },
      }).body as Service;
    const local = become({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }).spec;
    expect(local?.healthCheckNodePort).toBeGreaterThanOrEqual(30000);
    expect(local?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30000);
    const plain = become({ type: 'ClusterIP', externalTrafficPolicy: null }).spec;
    expect([plain?.healthCheckNodePort, plain?.ports?.[0]?.nodePort]).toEqual([
      undefined,
      undefined,
    ]);
    run(rig);
    expect(memoryOf(rig).services.nodePorts.taken.size).toBe(0);
    expect(
      become({ type: 'ExternalName', externalName: 'example.com' }).spec?.clusterIP,
    ).toBeUndefined();
    run(rig);
    expect(memoryOf(rig).services.addresses.taken.size).toBe(1);
  });

  test('two families cannot be had', () => {
    const rig = apiServerRig();
    expect(refused(rig, { ipFamilyPolicy: 'RequireDualStack' })).toBe(
      'Service "x" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    );
    expect(refused(rig, { ipFamilies: ['IPv6'] })).toBe(
      'Service "x" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    );
    expect(create(rig, 'a', { ipFamilyPolicy: 'PreferDualStack' }).spec).toMatchObject({
      ipFamilyPolicy: 'PreferDualStack',
      ipFamilies: ['IPv4'],
    });
  });

  test('a hundred at once have a hundred addresses', () => {
    const rig = apiServerRig();
    for (let i = 0; i < 100; i++)
      send(rig, { method: 'POST', path: services, body: service(`s${i}`, { type: 'NodePort' }) });
    run(rig);
    const { items } = ask(rig, { method: 'GET', path: services }).body as { items: Service[] };
    expect(new Set(items.map((each) => each.spec?.clusterIP)).size).toBe(101);
    expect(
      new Set(items.flatMap((each) => each.spec?.ports?.map((port) => port.nodePort))).size,
    ).toBe(101);
  });
});
