import { describe, expect, test } from 'vitest';
import { withControlPlaneNode } from './control-plane-node.ts';
import type { Expectation } from './expectation.ts';

const agent = { kind: 'DaemonSet', name: 'agent', namespace: 'kube-system' };
const theirs = { owner: 'DaemonSet/agent', namespace: 'kube-system', phase: 'Running' };

describe('an expectation where the control plane’s machine is a Node', () => {
  test('a workload that tolerates its taint has one Pod more, which fares as the others do', () => {
    const expected: Partial<Expectation> = {
      workloads: [
        { ...agent, desired: 3, pods: 3, ready: 3, ifControlPlaneNodeRegistered: { desired: 4 } },
      ],
      pods: [{ ...theirs, count: 3, ready: true }],
      podCounts: { Running: 5, Pending: 0 },
      services: [
        { name: 'agent', namespace: 'kube-system', type: 'ClusterIP', readyEndpoints: 3 },
        { name: 'other', namespace: 'kube-system', type: 'ClusterIP', readyEndpoints: 2 },
      ],
    };
    expect(withControlPlaneNode(expected)).toMatchObject({
      workloads: [{ ...agent, desired: 4, pods: 4, ready: 4 }],
      pods: [{ ...theirs, count: 4 }],
      podCounts: { Running: 6, Pending: 0 },
      services: [{ readyEndpoints: 4 }, { readyEndpoints: 2 }],
    });
  });

  test('one whose Pods are refused wants one more, and has none', () => {
    const expected: Partial<Expectation> = {
      workloads: [
        { ...agent, desired: 3, pods: 0, ready: 0, ifControlPlaneNodeRegistered: { desired: 4 } },
      ],
      podCounts: { Running: 0 },
    };
    expect(withControlPlaneNode(expected)).toMatchObject({
      workloads: [{ ...agent, desired: 4, pods: 0, ready: 0 }],
      podCounts: { Running: 0 },
    });
  });

  test('any other is as it was', () => {
    const expected: Partial<Expectation> = { workloads: [{ ...agent, desired: 3, pods: 3 }] };
    expect(withControlPlaneNode(expected)).toBe(expected);
  });
});
