import { describe, expect, test } from 'vitest';
import type { Lease, Node, Pod } from '../api/generated/types.ts';
import { FAULTS } from '../cluster/faults/index.ts';
import { defaultSetUp } from '../cluster/set-up.ts';
import { createCluster } from '../cluster/world.ts';
import { hashWorld } from '../kernel/hash.ts';
import { checkpoint, restore } from '../kernel/checkpoint.ts';
import { MINUTE, SECOND } from '../kernel/time.ts';
import { createDriver, type Driver } from './headless/drive.ts';
import { createSession } from './session.ts';

function cluster(
  options: { readonly nodes?: number; readonly controlPlanes?: number } = {},
): Driver {
  const world = createCluster(defaultSetUp({ nodes: 1, ...options }));
  const driver = createDriver(createSession(world));
  driver.run(40 * SECOND);
  return driver;
}

function inject(driver: Driver, fault: string, params: Record<string, string | number> = {}): void {
  expect(driver.session.lab({ kind: 'inject-fault', fault, params })).toBeUndefined();
}

function heal(driver: Driver): void {
  expect(driver.session.lab({ kind: 'heal-all' })).toBeUndefined();
}

function podOf(driver: Driver, name: string, namespace = 'kube-system'): Pod | undefined {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const answer = driver.request({ method: 'GET', path });
  return answer.code === 200 ? (answer.body as Pod) : undefined;
}

/** `phase ready restarts` of a component's Pod. */
function row(driver: Driver, name: string): string {
  const pod = podOf(driver, name);
  const status = pod?.status?.containerStatuses?.[0];
  return pod === undefined
    ? 'none'
    : `${pod.status?.phase} ${status?.ready === true ? 'ready' : 'unready'} ${status?.restartCount ?? 0}`;
}

function isUp(driver: Driver, process: string): boolean {
  return driver.session.world.processes.get(process)?.memory !== undefined;
}

const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

describe('static Pods', () => {
  test('the control plane is its Pods, on a node that takes no others', () => {
    const driver = cluster();
    for (const name of COMPONENTS) expect(row(driver, `${name}-cp-1`)).toBe('Running ready 0');
    const pod = podOf(driver, 'kube-scheduler-cp-1');
    const hash = pod?.metadata.annotations?.['kubernetes.io/config.hash'];
    expect(pod?.metadata).toMatchObject({
      labels: { component: 'kube-scheduler', tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.source': 'file',
      },
      ownerReferences: [{ kind: 'Node', name: 'cp-1', controller: true }],
    });
    expect(pod?.spec).toMatchObject({
      hostNetwork: true,
      nodeName: 'cp-1',
      priority: 2000001000,
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
    });
    const node = driver.request({ method: 'GET', path: '/api/v1/nodes/cp-1' }).body as Node;
    expect(node.spec.taints).toEqual([
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
    expect(node.metadata.labels).toMatchObject({ 'node-role.kubernetes.io/control-plane': '' });
  });

  test('a crash is a restart, and further ones wait', () => {
    const driver = cluster();
    const process = 'kube-scheduler-cp-1';
    inject(driver, 'process-crash', { process });
    driver.run(SECOND);
    expect(isUp(driver, process)).toBe(true);
    expect(row(driver, process)).toBe('Running unready 1');
    for (let crash = 0; crash < 2; crash++) {
      driver.run(15 * SECOND);
      if (isUp(driver, process)) inject(driver, 'process-crash', { process });
    }
    driver.run(5 * SECOND);
    const waiting = podOf(driver, process)?.status?.containerStatuses?.[0]?.state?.waiting;
    expect(waiting?.reason).toBe('CrashLoopBackOff');
    driver.run(MINUTE);
    expect(row(driver, process)).toBe('Running ready 3');
  });

  test('a mirror that is deleted comes back, and the process does not notice', () => {
    const driver = cluster();
    const before = podOf(driver, 'etcd-cp-1');
    const { incarnation } = driver.session.world.processes.get('etcd-cp-1') ?? {};
    const path = '/api/v1/namespaces/kube-system/pods/etcd-cp-1';
    expect(driver.request({ method: 'DELETE', path }).code).toBe(200);
    driver.run(2 * SECOND);
    const after = podOf(driver, 'etcd-cp-1');
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(row(driver, 'etcd-cp-1')).toBe('Running ready 0');
    expect(after?.status?.startTime).toBe(before?.status?.startTime);
    expect(driver.session.world.processes.get('etcd-cp-1')?.incarnation).toBe(incarnation);
  });

  test('a manifest moved away ends the Pod, and moved back begins it', () => {
    const driver = cluster();
    inject(driver, 'process-stopped', { process: 'kube-controller-manager-cp-1' });
    driver.run(2 * SECOND);
    expect(isUp(driver, 'kube-controller-manager-cp-1')).toBe(false);
    expect(row(driver, 'kube-controller-manager-cp-1')).toBe('none');
    driver.run(5 * MINUTE);
    expect(isUp(driver, 'kube-controller-manager-cp-1')).toBe(false);
    heal(driver);
    driver.run(30 * SECOND);
    expect(row(driver, 'kube-controller-manager-cp-1')).toBe('Running ready 0');
  });

  test('one that hangs is found out by its probes and started anew', () => {
    const driver = cluster();
    inject(driver, 'process-hang', { process: 'kube-scheduler-cp-1' });
    driver.run(4 * MINUTE);
    driver.run(30 * SECOND);
    expect(row(driver, 'kube-scheduler-cp-1')).toBe('Running ready 1');
  });

  test('components run on without kubelet and containerd, and are found again', () => {
    const driver = cluster();
    for (const program of ['kubelet', 'containerd'])
      inject(driver, 'process-stopped', { process: `${program}-cp-1` });
    driver.run(MINUTE);
    for (const name of COMPONENTS) expect(isUp(driver, `${name}-cp-1`)).toBe(true);
    heal(driver);
    driver.run(MINUTE);
    for (const name of COMPONENTS) expect(row(driver, `${name}-cp-1`)).toBe('Running ready 0');
  });

  test('a reboot starts them all anew', () => {
    const driver = cluster();
    inject(driver, 'reboot', { machine: 'cp-1', seconds: 20 });
    driver.run(2 * MINUTE);
    for (const name of COMPONENTS)
      expect(row(driver, `${name}-cp-1`)).toMatch(/^Running ready [12]$/);
  });
});

describe('faults', () => {
  /** What a form would fill in, for those without a default. */
  const PARAMS: Readonly<Record<string, Record<string, string | number>>> = {
    'process-stopped': { process: 'kube-scheduler-cp-1' },
    'process-crash': { process: 'kubelet-node-1' },
    'process-hang': { process: 'kube-apiserver-cp-1' },
    'process-slow': { process: 'kube-apiserver-cp-1', stepMillis: 20 },
    'network-partition': { from: 'cp-1', to: 'node-1' },
    'network-delay': { from: 'cp-1', to: '*' },
    'network-loss': { from: 'node-1' },
  };
  const NEEDS_MORE: readonly string[] = [
    'etcd-leader-isolated',
    'etcd-member-lost',
    'container-crash',
    'container-oom',
  ];

  test('are declared for a form: every parameter with a label, every fault with words', () => {
    for (const fault of FAULTS) {
      expect(fault.symptoms.length, fault.kind).toBeGreaterThan(40);
      expect(fault.remedy.length, fault.kind).toBeGreaterThan(20);
      for (const { label, type, choices } of fault.params) {
        expect(label, fault.kind).not.toBe('');
        if (type === 'choice') expect(choices?.length).toBeGreaterThan(1);
      }
    }
    expect(new Set(FAULTS.map(({ kind }) => kind)).size).toBe(FAULTS.length);
  });

  test.each(FAULTS.map(({ kind }) => kind).filter((kind) => !NEEDS_MORE.includes(kind)))(
    '%s: injected, undone, and the cluster settles',
    (kind) => {
      const driver = cluster();
      const machine = FAULTS.find((each) => each.kind === kind)?.params.some(
        ({ name, default: value }) => name === 'machine' && value === undefined,
      );
      inject(driver, kind, PARAMS[kind] ?? (machine === true ? { machine: 'node-1' } : {}));
      driver.run(20 * SECOND);
      heal(driver);
      // Whoever was refused for long waits for long: back-offs of restarts end within five minutes.
      driver.run(6 * MINUTE);
      const nodes = driver.request({ method: 'GET', path: '/api/v1/nodes' }).body as {
        readonly items: readonly Node[];
      };
      for (const node of nodes.items) {
        const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
        expect(`${node.metadata.name} ${ready?.status}`).toBe(`${node.metadata.name} True`);
      }
      for (const name of COMPONENTS)
        expect(`${name} ${row(driver, `${name}-cp-1`)}`).toMatch(/ Running ready \d+$/);
    },
  );

  test('the leader of three is isolated, and another one is found', () => {
    const driver = cluster({ controlPlanes: 3 });
    inject(driver, 'etcd-leader-isolated');
    driver.run(20 * SECOND);
    const path = '/api/v1/namespaces/default/configmaps';
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } };
    const codes = [0, 1, 2].map(() => driver.request({ method: 'POST', path, body }).code);
    expect(codes).toContain(201);
    heal(driver);
    driver.run(30 * SECOND);
    expect(driver.request({ method: 'POST', path, body }).code).toBe(201);
  });

  test('an expired certificate: what is connected goes on, what connects anew does not', () => {
    const driver = cluster();
    inject(driver, 'certificate-expired');
    inject(driver, 'process-crash', { process: 'kubelet-node-1' });
    driver.run(2 * MINUTE);
    const answer = driver.request({ method: 'GET', path: '/api/v1/nodes' });
    expect(answer.code).toBe(0);
    expect((answer.body as { readonly message: string }).message).toMatch(
      /^Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01T09:0\d:\d\dZ is after 2026-01-01T09:00:\d\dZ$/,
    );
    // What it was in the meantime is seen when the certificate is mended; the kubelet comes back a little later.
    heal(driver);
    const ready = (name: string) =>
      (
        driver.request({ method: 'GET', path: `/api/v1/nodes/${name}` }).body as Node
      ).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    expect([ready('cp-1'), ready('node-1')]).toEqual(['True', 'Unknown']);
    driver.run(2 * MINUTE);
    expect(ready('node-1')).toBe('True');
  });

  test('a clock that is ahead: what its machine writes is dated so, and the node stays Ready', () => {
    const driver = cluster();
    inject(driver, 'clock-skew', { machine: 'node-1', seconds: 3600 });
    driver.run(2 * MINUTE);
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1';
    const lease = driver.request({ method: 'GET', path }).body as Lease;
    expect(lease.spec.renewTime).toMatch(/^2026-01-01T10:02:/);
    const node = driver.request({ method: 'GET', path: '/api/v1/nodes/node-1' }).body as Node;
    expect(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  test('one ends by itself, and comes back as often as asked', () => {
    const driver = cluster();
    const { world } = driver.session;
    const params = { process: 'kube-scheduler-cp-1' };
    const refusal = driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-hang',
      params,
      forMicros: 5 * SECOND,
      everyMicros: 20 * SECOND,
      times: 2,
    });
    expect(refusal).toBeUndefined();
    const seen: number[] = [];
    for (let second = 0; second < 60; second += 2) {
      seen.push(world.faults.length);
      driver.run(2 * SECOND);
    }
    expect(seen.join('')).toBe('111000000011100000000000000000');
    expect(world.faultSchedules).toEqual([]);
  });

  test('a repetition is part of a checkpoint, and can be called off', () => {
    const driver = cluster();
    const { world } = driver.session;
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-crash',
      params: { process: 'kubelet-node-1' },
      everyMicros: 30 * SECOND,
    });
    const copy = createDriver(createSession(restore(checkpoint(world))));
    for (const each of [driver, copy]) each.run(2 * MINUTE);
    expect(hashWorld(copy.session.world)).toBe(hashWorld(world));
    expect(world.processes.get('kubelet-node-1')?.incarnation).toBeGreaterThan(3);
    heal(driver);
    expect(world.faultSchedules).toEqual([]);
  });

  test.each([
    ['a number out of bounds', 'disk-pressure', { machine: 'node-1', percent: 101 }],
    ['a choice that is none', 'disk-slow', { machine: 'cp-1', p99: '3 ms' }],
    ['a machine that is not there', 'power-off', { machine: 'node-9' }],
    ['a fault that is none', 'meteor', {}],
  ])('%s is refused, and nothing has changed', (_what, fault, params) => {
    const driver = cluster();
    const before = driver.session.world.faults;
    expect(driver.session.lab({ kind: 'inject-fault', fault, params })).toMatch(/ /);
    expect(driver.session.world.faults).toBe(before);
  });
});
