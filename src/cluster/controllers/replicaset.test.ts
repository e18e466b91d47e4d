import { describe, expect, test } from 'vitest';
import { replicaSetController } from './replicaset.ts';
import { aPod, aReplicaSet, seenCluster, summary, updated } from './testing.ts';
import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import type { Plan } from './plan.ts';

function plan(set: ReplicaSet, pods: readonly Pod[], now = 60_000_000): Plan {
  const cluster = seenCluster({ replicasets: [set], pods });
  return replicaSetController.reconcile('default/web', cluster.view, now, undefined);
}

const web = aReplicaSet({ replicas: 2 });
const since = '2026-01-01T09:00:10Z';

describe('ReplicaSet', () => {
  const cases: {
    name: string;
    set?: ReplicaSet;
    pods: readonly Pod[];
    writes: readonly string[];
  }[] = [
    {
      name: 'creates what is missing',
      pods: [],
      writes: ['create pods web-*', 'create pods web-*'],
    },
    {
      name: 'does not count pods that ended or are being deleted',
      pods: [
        aPod('a', { owner: web, phase: 'Failed' }),
        aPod('b', { owner: web, deleting: true }),
        aPod('c', { owner: web }),
      ],
      writes: ['create pods web-*'],
    },
    {
      name: 'deletes the cheapest of too many',
      pods: [
        aPod('a', { owner: web, node: 'n', readySince: since }),
        aPod('b', { owner: web, phase: 'Pending' }),
        aPod('c', { owner: web, node: 'n', readySince: since }),
      ],
      writes: ['delete pods default/b'],
    },
    {
      name: 'adopts orphans that it selects',
      pods: [aPod('a'), aPod('b', { labels: { app: 'other' } })],
      writes: ['patch pods default/a'],
    },
    {
      name: 'releases what it no longer selects',
      pods: [aPod('a', { owner: web, labels: { app: 'other' } })],
      writes: ['patch pods default/a'],
    },
    {
      name: 'leaves pods alone once it is being deleted',
      set: aReplicaSet({ replicas: 2, deleting: true }),
      pods: [],
      writes: ['update replicasets/status web'],
    },
  ];
  test.each(cases)('$name', ({ set = web, pods, writes }) => {
    expect(summary(plan(set, pods))).toEqual(writes);
  });

  test('states its status, without fields that are zero', () => {
    const result = plan(aReplicaSet({ replicas: 2 }), [
      aPod('a', { owner: web, readySince: since }),
      aPod('b', { owner: web }),
      aPod('c', { owner: web, deleting: true }),
    ]);
    expect(updated(result, 'replicasets', 'status')?.status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 1,
      availableReplicas: 1,
      terminatingReplicas: 1,
      observedGeneration: 1,
    });
  });

  test('with minReadySeconds looks again when the next pod becomes available', () => {
    const set = aReplicaSet({ replicas: 1, minReadySeconds: 30 });
    const result = plan(set, [aPod('a', { owner: set, readySince: since })], 15_000_000);
    expect(updated(result, 'replicasets', 'status')?.status?.availableReplicas).toBeUndefined();
    expect(result.after).toBe(25_000_000);
    const later = plan(set, [aPod('a', { owner: set, readySince: since })], 40_000_000);
    expect(updated(later, 'replicasets', 'status')?.status?.availableReplicas).toBe(1);
  });

  test('a refusal becomes the condition ReplicaFailure, a success takes it back', () => {
    const cluster = seenCluster({ replicasets: [web] });
    const failure = {
      verb: 'create',
      reason: 'Forbidden',
      message: 'pods "web-" is forbidden',
    } as const;
    const after = replicaSetController.conclude?.('default/web', cluster.view, 0, failure);
    const status = after && updated(after, 'replicasets', 'status')?.status;
    expect(status?.conditions).toEqual([
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'pods "web-" is forbidden',
        lastTransitionTime: '2026-01-01T09:00:00Z',
      },
    ]);
    const failed = aReplicaSet({ replicas: 0, ...(status === undefined ? {} : { status }) });
    expect(updated(plan(failed, []), 'replicasets', 'status')?.status?.conditions).toBeUndefined();
  });

  test('a burst is bounded', () => {
    expect(plan(aReplicaSet({ replicas: 2000 }), []).writes).toHaveLength(500);
  });
});
