import { describe, expect, test } from 'vitest';
import type { Node } from '../../api/generated/types.ts';
import { podGcController } from './pod-gc.ts';
import { aPod, seenCluster, summary } from './testing.ts';

function aNode(ready: boolean, taint?: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
    spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoExecute' }] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  };
}

describe('pod garbage collector', () => {
  test('a missing node may come back for 40 s, then its pods go', () => {
    const { view } = seenCluster({ pods: [aPod('p', { node: 'node-1' })] });
    const first = podGcController.reconcile('node:node-1', view, 5_000_000, undefined);
    expect([first.writes.length, first.after]).toEqual([0, 55_000_000]);
    const memo = first.remember ?? undefined;
    expect(summary(podGcController.reconcile('node:node-1', view, 60_000_000, memo))).toEqual([
      'patch pods/status default/p',
      'delete pods default/p',
    ]);
  });

  test('on a node that is out of service, pods that are being deleted go at once', () => {
    const pods = [aPod('p', { node: 'node-1', deleting: true }), aPod('q', { node: 'node-1' })];
    const look = (node: Node) =>
      summary(
        podGcController.reconcile(
          'node:node-1',
          seenCluster({ nodes: [node], pods }).view,
          0,
          undefined,
        ),
      );
    expect(look(aNode(false, 'node.kubernetes.io/out-of-service'))).toEqual([
      'patch pods/status default/p',
      'delete pods default/p',
    ]);
    expect(look(aNode(true, 'node.kubernetes.io/out-of-service'))).toEqual([]);
    expect(look(aNode(false, 'node.kubernetes.io/unreachable'))).toEqual([]);
  });
});
