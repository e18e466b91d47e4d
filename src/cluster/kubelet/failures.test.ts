import { describe, expect, test } from 'vitest';
import type { Lease, Node } from '../../api/generated/types.ts';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import {
  aPod,
  ask,
  createPod,
  eventsOf,
  get,
  kubeletOf,
  kubeletRig,
  later,
  row,
  statusOf,
  type KubeletRig,
} from './testing-rig.ts';

const quiet = () => {};
const node = (rig: KubeletRig) => get<Node>(rig, '/api/v1/nodes/node-1');
const readyOf = (rig: KubeletRig) =>
  node(rig).status?.conditions?.find(({ type }) => type === 'Ready');
const lease = (rig: KubeletRig) =>
  get<Lease>(rig, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1');

describe('the node', () => {
  test('registers, gets its addresses, is ready, and says so', () => {
    const rig = kubeletRig();
    expect(node(rig)).toMatchObject({
      metadata: {
        labels: {
          'kubernetes.io/hostname': 'node-1',
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'beta.kubernetes.io/arch': 'amd64',
        },
      },
      status: {
        capacity: { cpu: '4', memory: '16777216Ki', pods: '110' },
        nodeInfo: { kubeletVersion: 'v1.35.0', operatingSystem: 'linux', architecture: 'amd64' },
        addresses: [
          { type: 'InternalIP', address: '192.168.64.11' },
          { type: 'Hostname', address: 'node-1' },
        ],
      },
    });
    expect(
      node(rig).status?.conditions?.map(
        ({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`,
      ),
    ).toEqual([
      'MemoryPressure False KubeletHasSufficientMemory: kubelet has sufficient memory available',
      'DiskPressure False KubeletHasNoDiskPressure: kubelet has no disk pressure',
      'PIDPressure False KubeletHasSufficientPID: kubelet has sufficient PID available',
      'Ready True KubeletReady: kubelet is posting ready status',
    ]);
    expect(eventsOf(rig, 'node-1')).toEqual(
      expect.arrayContaining([
        'Starting Starting kubelet.',
        'NodeReady Node node-1 status is now: NodeReady',
      ]),
    );
  });

  test('renews its lease every ten seconds and writes its status only when there is news', () => {
    const rig = kubeletRig();
    later(rig, 20);
    const before = {
      renewTime: lease(rig).spec.renewTime,
      version: node(rig).metadata.resourceVersion,
    };
    expect(lease(rig).spec).toMatchObject({ holderIdentity: 'node-1', leaseDurationSeconds: 40 });
    expect(lease(rig).metadata.ownerReferences).toMatchObject([
      { kind: 'Node', name: 'node-1', uid: node(rig).metadata.uid },
    ]);
    later(rig, 11);
    expect(lease(rig).spec.renewTime).not.toBe(before.renewTime);
    later(rig, 120);
    expect(node(rig).metadata.resourceVersion).toBe(before.version);
    later(rig, 300);
    expect(node(rig).metadata.resourceVersion).not.toBe(before.version);
  });

  test('images it has are in its status', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx:1.27' }] }));
    later(rig, 20);
    expect(node(rig).status?.images).toMatchObject([{ names: ['docker.io/library/nginx:1.27'] }]);
  });
});

describe('faults', () => {
  test('a kubelet that stops leaves containers running; when it is back none is started anew', () => {
    const rig = kubeletRig();
    createPod(
      rig,
      aPod('p', {
        containers: [{ name: 'c', image: 'nginx', readinessProbe: { httpGet: { port: 80 } } }],
      }),
    );
    later(rig, 10);
    const before = statusOf(rig, 'p').containerStatuses?.[0];
    rig.kernel.stopProcess(rig.world, 'kubelet-node-1', undefined);
    later(rig, 20);
    rig.kernel.startProcess(rig.world, 'kubelet-node-1', undefined, quiet);
    later(rig, 5);
    expect(statusOf(rig, 'p').containerStatuses?.[0]).toEqual(before);
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    expect(eventsOf(rig, 'p').filter((line) => line.startsWith('Started'))).toEqual([
      'Started Container started',
    ]);
  });

  test('a kubelet that was down for long finds its node silent, and takes the verdict back', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 10);
    rig.kernel.stopProcess(rig.world, 'kubelet-node-1', undefined);
    later(rig, 60);
    expect(readyOf(rig)?.status).toBe('Unknown');
    expect(row(rig, 'p')).toBe('1/1 Running 0');
    expect(statusOf(rig, 'p').conditions?.find(({ type }) => type === 'Ready')?.status).toBe(
      'False',
    );
    rig.kernel.startProcess(rig.world, 'kubelet-node-1', undefined, quiet);
    later(rig, 5);
    expect(readyOf(rig)?.status).toBe('True');
    expect(statusOf(rig, 'p').conditions?.find(({ type }) => type === 'Ready')?.status).toBe(
      'True',
    );
  });

  test('what was deleted while the kubelet was down is removed when it is back', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx' }] }));
    createPod(rig, aPod('q', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 10);
    rig.kernel.stopProcess(rig.world, 'kubelet-node-1', undefined);
    later(rig, 1);
    ask(rig, 'DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0');
    ask(rig, 'DELETE', '/api/v1/namespaces/default/pods/q');
    rig.kernel.startProcess(rig.world, 'kubelet-node-1', undefined, quiet);
    later(rig, 5);
    expect(row(rig, 'q')).toBe('gone');
    const runtime = rig.world.processes.get('containerd-node-1')?.disk as {
      containers: Map<string, unknown>;
    };
    expect(runtime.containers.size).toBe(0);
  });

  test('a reboot: containers are started anew in new sandboxes, and counted', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx' }] }));
    createPod(
      rig,
      aPod('once', {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }],
      }),
    );
    later(rig, 10);
    rig.kernel.powerOff(rig.world, 'node-1');
    later(rig, 20);
    rig.kernel.powerOn(rig.world, 'node-1', undefined, quiet);
    later(rig, 10);
    expect(row(rig, 'p')).toBe('1/1 Running 1');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 255,
      reason: 'Unknown',
    });
    expect(statusOf(rig, 'once').phase).toBe('Failed');
    expect(eventsOf(rig, 'p')).toContain(
      'SandboxChanged Pod sandbox changed, it will be killed and re-created.',
    );
    expect(
      eventsOf(rig, 'node-1').some((line) =>
        /^Rebooted Node node-1 has been rebooted, boot id: [0-9a-f-]{36}$/.test(line),
      ),
    ).toBe(true);
  });

  test('a container that is killed is restarted', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 5);
    const podUid = get<{ metadata: { uid: string } }>(rig, '/api/v1/namespaces/default/pods/p')
      .metadata.uid;
    const message = { type: 'containerd/kill-container', podUid, container: 'c', how: 'oom' } as {
      type: string;
    };
    rig.kernel.prod(rig.world, { to: 'containerd-node-1', message, cause: undefined });
    later(rig, 3);
    expect(row(rig, 'p')).toBe('1/1 Running 1');
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'OOMKilled',
    });
  });

  test('a runtime that stops makes the node not ready, and loses nothing', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 10);
    rig.kernel.stopProcess(rig.world, 'containerd-node-1', undefined);
    later(rig, 5);
    expect(readyOf(rig)).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'container runtime is down',
    });
    createPod(rig, aPod('q', { containers: [{ name: 'c', image: 'nginx' }] }));
    later(rig, 5);
    rig.kernel.startProcess(rig.world, 'containerd-node-1', undefined, quiet);
    later(rig, 10);
    expect(readyOf(rig)?.status).toBe('True');
    expect([row(rig, 'p'), row(rig, 'q')]).toEqual(['1/1 Running 0', '1/1 Running 0']);
  });

  test('an API server that is away: the node goes on, and catches up', () => {
    const rig = kubeletRig();
    createPod(
      rig,
      aPod('p', {
        containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'sleep 20; exit 1'] }],
      }),
    );
    later(rig, 10);
    rig.kernel.stopProcess(rig.world, 'kube-apiserver-cp-1', undefined);
    later(rig, 30);
    rig.kernel.startProcess(rig.world, 'kube-apiserver-cp-1', undefined, quiet);
    later(rig, 30);
    expect(statusOf(rig, 'p').containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
    expect(readyOf(rig)?.status).toBe('True');
  });
});

test('a restored checkpoint goes the same way', () => {
  const rig = kubeletRig({ nodes: 2 });
  for (const name of ['a', 'b', 'c'])
    createPod(
      rig,
      aPod(name, {
        containers: [
          {
            name: 'c',
            image: 'busybox',
            command: ['sh', '-c', 'sleep 3; exit 1'],
            livenessProbe: { exec: { command: ['true'] }, periodSeconds: 1 },
          },
        ],
      }),
    );
  later(rig, 5);
  const copy = checkpoint(rig.world);
  later(rig, 60);
  const again = restore(copy);
  rig.kernel.runUntil(again, rig.world.now, quiet);
  expect(hashWorld(again)).toBe(hashWorld(rig.world));
  expect(kubeletOf(rig).workers.size).toBe(3);
});
