import { describe, expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { SECOND } from '../../kernel/time.ts';
import { createSession } from '../session.ts';
import { healthFiguresOf } from './health-figures.ts';

function settled(controlPlanes: number) {
  const world = createCluster(defaultSetUp({ nodes: 2, controlPlanes }));
  const session = createSession(world);
  session.advance(60 * SECOND, 1_000_000);
  return { world, session };
}

describe('figures of every kind of process', () => {
  const { world, session } = settled(3);
  const figure = (process: string, name: string): number | undefined =>
    healthFiguresOf(world, process).get(name);
  const named = (kind: string): string =>
    [...world.processes.values()].find((each) => each.kind === kind)?.name ?? '';

  test.each([
    ['etcd-cp-1', 'fsyncP99Millis', 0.1, 10],
    ['etcd-cp-1', 'hasLeader', 1, 1],
    ['etcd-cp-1', 'term', 1, 100],
    ['etcd-cp-1', 'dbQuotaPercent', 0.0001, 1],
    ['kube-apiserver-cp-1', 'writeP99Millis', 0.1, 1000],
    ['kube-apiserver-cp-1', 'watches', 1, 1000],
    ['kube-apiserver-cp-1', 'etcdUp', 1, 1],
    ['load-balancer-lb-1', 'backendsUp', 3, 3],
    ['kubelet-node-1', 'heartbeatAgeSeconds', 0, 12],
    ['kubelet-node-1', 'ready', 1, 1],
    ['containerd-node-1', 'containersRunning', 0, 10],
    ['kube-proxy-node-1', 'rules', 1, 100],
    ['kube-proxy-node-1', 'syncAgeSeconds', 0, 60],
    ['cni-agent-node-1', 'hasRange', 1, 1],
    [named('coredns'), 'ready', 1, 1],
  ])('%s %s', (process, name, least, most) => {
    const value = figure(process, name);
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
  });

  test('exactly one of three leads, of each component that elects', () => {
    for (const component of ['etcd', 'kube-scheduler', 'kube-controller-manager']) {
      const leading = [1, 2, 3].map((index) => figure(`${component}-cp-${index}`, 'leading'));
      expect(
        leading.filter((each) => each === 1),
        component,
      ).toHaveLength(1);
    }
    const manager = ['1', '2', '3']
      .map((index) => `kube-controller-manager-cp-${index}`)
      .find((each) => figure(each, 'leading') === 1);
    expect(figure(manager ?? '', 'nodeLifecycleDepth')).toBe(0);
  });

  test('the age of a heartbeat goes on while its kubelet is down, and other figures are gone', () => {
    session.lab({
      kind: 'inject-fault',
      fault: 'kubelet-stopped',
      params: { machine: 'node-2' },
    });
    session.advance(world.now + 30 * SECOND, 1_000_000);
    expect(figure('kubelet-node-2', 'heartbeatAgeSeconds')).toBeGreaterThan(20);
    expect(figure('kubelet-node-2', 'ready')).toBeUndefined();
  });
});
