import { describe, expect, test } from 'vitest';
import { aPod, createPod, eventsOf, kubeletRig, later, statusOf, sh, live } from './testing-rig.ts';

describe('Pods bound by hand that do not fit', () => {
  test.each([
    [
      'cpu',
      { resources: { requests: { cpu: '5' } } },
      'OutOfcpu',
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000",
    ],
    [
      'memory',
      { resources: { requests: { memory: '20Gi' } } },
      'OutOfmemory',
      "Pod was rejected: Node didn't have enough resource: memory, requested: 21474836480, used: 0, capacity: 17075011584",
    ],
  ])('%s', (_, container, reason, message) => {
    const { rig } = live({ containers: [{ name: 'c', image: 'nginx', ...container }] }, 1);
    expect(statusOf(rig, 'p')).toMatchObject({ phase: 'Failed', reason, message });
    expect(eventsOf(rig, 'p')).toEqual([`${reason} ${message.replace('Pod was rejected: ', '')}`]);
  });

  test('a node selector that does not match', () => {
    const { rig } = live(
      { nodeSelector: { disktype: 'ssd' }, containers: [{ name: 'c', image: 'nginx' }] },
      1,
    );
    expect(statusOf(rig, 'p')).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' });
  });

  test('what ended Pods held is free again', () => {
    const rig = kubeletRig();
    const big = (name: string) =>
      aPod(name, {
        restartPolicy: 'Never',
        containers: [{ name: 'c', ...sh('sleep 3'), resources: { requests: { cpu: '3' } } }],
      });
    createPod(rig, big('a'));
    createPod(rig, big('b'));
    later(rig, 6);
    expect([statusOf(rig, 'a').phase, statusOf(rig, 'b').reason]).toEqual([
      'Succeeded',
      'OutOfcpu',
    ]);
    createPod(rig, big('c'));
    later(rig, 2);
    expect(statusOf(rig, 'c').phase).toBe('Running');
  });
});
