import { describe, expect, test } from 'vitest';
import type { Event, Node, Pod } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { ask, list, managerRig, run, type ManagerRig } from '../testing-rig.ts';
import { freePodCidr } from './pod-cidrs.ts';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx' }] },
    },
  },
};

function runUntil(rig: ManagerRig, seconds: number): void {
  run(rig, seconds * SECOND - rig.world.now);
}

function nodeLine(rig: ManagerRig, name: string): string {
  const node = list<Node>(rig, '/api/v1/nodes').find((each) => each.metadata.name === name);
  const ready = node?.status?.conditions?.find((each) => each.type === 'Ready')?.status;
  const taints = node?.spec?.taints?.map((each) => `${each.key.split('/')[1]}:${each.effect}`);
  return `${ready} ${taints?.join(' ') ?? ''}`.trim();
}

function podLines(rig: ManagerRig): readonly string[] {
  return list<Pod>(rig, '/api/v1/pods')
    .map((pod) => {
      const ready = pod.status?.conditions?.some(
        (each) => each.type === 'Ready' && each.status === 'True',
      );
      const leaving = pod.metadata.deletionTimestamp === undefined ? '' : ' leaving';
      return `${pod.spec.nodeName} ${ready === true ? 'ready' : 'not ready'}${leaving}`;
    })
    .sort();
}

describe('nodes', () => {
  test('one falls silent: not ready after 40 s, its pods go after 300 s more', () => {
    const rig = managerRig({ nodes: 3, silent: { nodes: ['node-2'], from: 30 * SECOND } });
    expect(list<Node>(rig, '/api/v1/nodes').map((node) => node.spec?.podCIDR)).toEqual([
      '10.244.0.0/24',
      '10.244.1.0/24',
      '10.244.2.0/24',
    ]);
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
    // Last heard at 23 s, which the monitor notices at its tick at 25 s.
    runUntil(rig, 64.9);
    expect(nodeLine(rig, 'node-2')).toBe('True');
    runUntil(rig, 66);
    expect(nodeLine(rig, 'node-2')).toBe('Unknown unreachable:NoSchedule');
    expect(podLines(rig)).toEqual(['node-1 ready', 'node-2 not ready', 'node-3 ready']);
    runUntil(rig, 71);
    expect(nodeLine(rig, 'node-2')).toBe('Unknown unreachable:NoSchedule unreachable:NoExecute');
    runUntil(rig, 369);
    expect(podLines(rig)).toEqual(['node-1 ready', 'node-2 not ready', 'node-3 ready']);
    runUntil(rig, 370.3);
    expect(podLines(rig)).toContain('node-2 not ready leaving');
    expect(podLines(rig)).toHaveLength(4);
    const events = list<Event>(rig, '/api/v1/events').map(
      (each) => `${each.reason} ${each.message}`,
    );
    expect(events).toContain('NodeNotReady Node node-2 status is now: NodeNotReady');
    expect(events).toContain('RegisteredNode Registered Node node-2 in Controller');
    expect(
      events.some((each) => each.startsWith('TaintManagerEviction Marking for deletion')),
    ).toBe(true);
  });

  test('one that comes back in time keeps its pods', () => {
    const rig = managerRig({ nodes: 3, silent: { nodes: ['node-2'], from: 30 * SECOND } });
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
    runUntil(rig, 100);
    expect(nodeLine(rig, 'node-2')).toContain('unreachable:NoExecute');
    ask(rig, 'PATCH', '/api/v1/nodes/node-2/status', {
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            lastHeartbeatTime: '2026-01-01T09:01:40Z',
            lastTransitionTime: '2026-01-01T09:01:40Z',
          },
        ],
      },
    });
    runUntil(rig, 101);
    expect(nodeLine(rig, 'node-2')).toBe('True unreachable:NoExecute');
    runUntil(rig, 106);
    expect(nodeLine(rig, 'node-2')).toBe('True');
    const told = list<Event>(rig, '/api/v1/events').map((each) => each.message ?? '');
    expect(told.some((each) => each.startsWith('Cancelling deletion of Pod default/web-'))).toBe(
      true,
    );
    expect(podLines(rig)).toHaveLength(3);
  });

  test('all fall silent: the fault may be here, so nobody is evicted', () => {
    const nodes = ['node-1', 'node-2', 'node-3'];
    const rig = managerRig({ nodes: 3, silent: { nodes, from: 30 * SECOND } });
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
    runUntil(rig, 400);
    for (const name of nodes) expect(nodeLine(rig, name)).toBe('Unknown unreachable:NoSchedule');
    expect(podLines(rig)).toEqual(nodes.map((name) => `${name} not ready`));
  });

  test('several of a zone lose their pods one after the other', () => {
    const silent = { nodes: ['node-2', 'node-3'], from: 30 * SECOND };
    const rig = managerRig({ nodes: 5, silent });
    runUntil(rig, 76);
    const lines = () => [nodeLine(rig, 'node-2'), nodeLine(rig, 'node-3')];
    expect(lines()).toEqual([
      'Unknown unreachable:NoSchedule unreachable:NoExecute',
      'Unknown unreachable:NoSchedule',
    ]);
    runUntil(rig, 81);
    expect(lines()[1]).toBe('Unknown unreachable:NoSchedule unreachable:NoExecute');
  });

  test('cordoned nodes are tainted, and back in service they are not', () => {
    const rig = managerRig({ nodes: 1 });
    ask(rig, 'PATCH', '/api/v1/nodes/node-1', { spec: { unschedulable: true } });
    run(rig, SECOND);
    expect(nodeLine(rig, 'node-1')).toBe('True unschedulable:NoSchedule');
    ask(rig, 'PATCH', '/api/v1/nodes/node-1', { spec: { unschedulable: null } });
    run(rig, SECOND);
    expect(nodeLine(rig, 'node-1')).toBe('True');
  });

  test('a deleted node’s pods are collected after 40 s', () => {
    const rig = managerRig({ nodes: 2 });
    ask(rig, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment);
    run(rig, 5 * SECOND);
    ask(rig, 'DELETE', '/api/v1/nodes/node-2');
    run(rig, 35 * SECOND);
    expect(podLines(rig).filter((line) => line.startsWith('node-2'))).not.toEqual([]);
    const before = list<Pod>(rig, '/api/v1/pods').map((pod) => pod.metadata.uid);
    run(rig, 30 * SECOND);
    const after = list<Pod>(rig, '/api/v1/pods').map((pod) => pod.metadata.uid);
    expect(after).toHaveLength(3);
    expect(after).not.toEqual(before);
  });

  test('ranges of pod addresses: the first free one, none when all are taken', () => {
    expect(freePodCidr(new Map(), '10.244.0.0/16', 24)).toBe('10.244.0.0/24');
    expect(freePodCidr(new Map([['10.244.1.0/24', 'a']]), '10.244.0.0/16', 24)).toBe(
      '10.244.2.0/24',
    );
    const taken = new Map([
      ['10.0.0.0/24', 'a'],
      ['10.0.1.0/24', 'b'],
    ]);
    expect(freePodCidr(taken, '10.0.0.0/23', 24)).toBeUndefined();
  });
});
