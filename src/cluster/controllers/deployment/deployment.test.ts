import { describe, expect, test } from 'vitest';
import type { Deployment, DeploymentCondition, ReplicaSet } from '../../../api/generated/types.ts';
import { aPod, controllerRef, seenCluster, summary, updated } from '../testing.ts';
import { deploymentController } from './deployment.ts';
import { newSetName } from './new-set.ts';
import { podTemplateHash } from './template-hash.ts';

type Strategy = NonNullable<Deployment['spec']['strategy']>;

function aDeployment(
  more: {
    readonly image?: string;
    readonly replicas?: number;
    readonly strategy?: Strategy;
    readonly paused?: boolean;
    readonly revisionHistoryLimit?: number;
    readonly status?: Deployment['status'];
    readonly annotations?: Readonly<Record<string, string>>;
  } = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'uid-deployment',
      generation: 1,
      ...(more.annotations === undefined ? {} : { annotations: more.annotations }),
    },
    spec: {
      replicas: more.replicas ?? 3,
      selector: { matchLabels: { app: 'web' } },
      strategy: more.strategy ?? {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: 1, maxUnavailable: 1 },
      },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: more.image ?? 'nginx:1' }] },
      },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: more.revisionHistoryLimit ?? 10,
      ...(more.paused === undefined ? {} : { paused: more.paused }),
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

/** The set that a Deployment makes of its template, at a size and with so many pods available. */
function aSet(
  deployment: Deployment,
  more: {
    readonly size: number;
    readonly available?: number;
    readonly revision?: number;
    readonly desired?: number;
    readonly created?: string;
    readonly failure?: string;
  },
): ReplicaSet {
  const hash = podTemplateHash(deployment.spec.template, undefined);
  const labels = { app: 'web', 'pod-template-hash': hash };
  const desired = more.desired ?? deployment.spec.replicas ?? 1;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: newSetName(deployment),
      namespace: 'default',
      uid: `uid-${hash}`,
      generation: 1,
      creationTimestamp: more.created ?? '2026-01-01T09:00:00Z',
      labels,
      annotations: {
        'deployment.kubernetes.io/revision': String(more.revision ?? 1),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(desired + 1),
      },
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas: more.size,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: deployment.spec.template.spec as NonNullable<ReplicaSet['spec']['template']>['spec'],
      },
    },
    status: {
      replicas: more.size,
      readyReplicas: more.available ?? more.size,
      availableReplicas: more.available ?? more.size,
      terminatingReplicas: 0,
      observedGeneration: 1,
      ...(more.failure === undefined
        ? {}
        : {
            conditions: [
              {
                type: 'ReplicaFailure',
                status: 'True',
                reason: 'FailedCreate',
                message: more.failure,
              },
            ],
          }),
    },
  };
}

function look(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  more: Parameters<typeof seenCluster>[0] = {},
  now = 0,
) {
  const cluster = seenCluster({ ...more, deployments: [deployment], replicasets: sets });
  return deploymentController.reconcile('default/web', cluster.view, now, undefined);
}

function conditionsOf(deployment: Deployment | undefined): Record<string, string> {
  const conditions: readonly DeploymentCondition[] = deployment?.status?.conditions ?? [];
  return Object.fromEntries(conditions.map((each) => [each.type, `${each.status} ${each.reason}`]));
}

const v1 = aDeployment();
const v2 = aDeployment({ image: 'nginx:2' });
const name1 = newSetName(v1);
const name2 = newSetName(v2);

describe('Deployment', () => {
  test('makes the set of its template at full size, with revision and sizes', () => {
    const plan = look(v1, []);
    expect(summary(plan)).toEqual([`create replicasets ${name1}`, 'update deployments/status web']);
    const [write] = plan.writes;
    const set = write?.verb === 'create' ? (write.object as ReplicaSet) : undefined;
    expect(set?.spec.replicas).toBe(3);
    expect(set?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    expect(set?.spec.selector.matchLabels?.['pod-template-hash']).toBe(name1.slice('web-'.length));
    expect(write?.verb === 'create' && write.report?.done?.message).toBe(
      `Scaled up replica set ${name1} from 0 to 3`,
    );
    const next = updated(plan, 'deployments', 'status');
    expect(next?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(conditionsOf(next)).toEqual({
      Progressing: 'True NewReplicaSetCreated',
      Available: 'False MinimumReplicasUnavailable',
    });
    expect(next?.status?.unavailableReplicas).toBe(3);
  });

  const rolling: {
    name: string;
    plan: ReturnType<typeof look>;
    writes: readonly string[];
    sizes?: Record<string, number>;
  }[] = [
    {
      name: 'grows the new set by the surge first',
      plan: look(v2, [aSet(v1, { size: 3 }), aSet(v2, { size: 0, revision: 2 })]),
      writes: [`update replicasets ${name2}`, 'update deployments/status web'],
      sizes: { [name2]: 1 },
    },
    {
      name: 'then shrinks the old one by what may be missing',
      plan: look(v2, [aSet(v1, { size: 3 }), aSet(v2, { size: 1, available: 0, revision: 2 })]),
      writes: [`update replicasets ${name1}`, 'update deployments/status web'],
      sizes: { [name1]: 2 },
    },
    {
      name: 'waits while too few are available',
      plan: look(v2, [aSet(v1, { size: 2 }), aSet(v2, { size: 2, available: 0, revision: 2 })]),
      writes: ['update deployments/status web'],
    },
    {
      name: 'the new set takes the next revision when it is rolled back to',
      plan: look(v2, [aSet(v1, { size: 3, revision: 2 }), aSet(v2, { size: 0, revision: 1 })]),
      writes: [`update replicasets ${name2}`],
    },
  ];
  test.each(rolling)('rolling update: $name', ({ plan, writes, sizes = {} }) => {
    expect(summary(plan)).toEqual(writes);
    const set = updated(plan, 'replicasets');
    for (const [name, size] of Object.entries(sizes)) {
      expect([set?.metadata.name, set?.spec.replicas]).toEqual([name, size]);
    }
  });

  test('a revision rolled back to is kept as history', () => {
    const plan = look(v2, [aSet(v1, { size: 3, revision: 2 }), aSet(v2, { size: 0, revision: 1 })]);
    expect(updated(plan, 'replicasets')?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  test('a completed rollout says so and deletes sets beyond the history limit', () => {
    const v3 = aDeployment({
      image: 'nginx:3',
      revisionHistoryLimit: 1,
      status: {
        replicas: 3,
        updatedReplicas: 3,
        availableReplicas: 3,
        readyReplicas: 3,
        observedGeneration: 1,
      },
    });
    const plan = look(v3, [
      aSet(v1, { size: 0, revision: 1 }),
      aSet(v2, { size: 0, revision: 2 }),
      aSet(v3, { size: 3, revision: 3 }),
    ]);
    expect(summary(plan)).toEqual([
      `delete replicasets default/${name1}`,
      'update deployments/status web',
    ]);
    const conditions = updated(plan, 'deployments', 'status')?.status?.conditions;
    expect(conditions?.map((each) => each.message)).toEqual([
      'Deployment has minimum availability.',
      `ReplicaSet "${newSetName(v3)}" has successfully progressed.`,
    ]);
  });

  test('Recreate empties the old set, waits for its last pod, then makes the new one', () => {
    const strategy: Strategy = { type: 'Recreate' };
    const fresh = aDeployment({ image: 'nginx:2', strategy });
    const old = aSet(v1, { size: 3 });
    expect(summary(look(fresh, [old]))[0]).toBe(`update replicasets ${name1}`);
    const empty = aSet(v1, { size: 0 });
    const labels = { app: 'web', 'pod-template-hash': name1.slice('web-'.length) };
    const dying = aPod('p', { owner: old, labels, deleting: true });
    expect(summary(look(fresh, [empty], { pods: [dying] }))).toEqual([
      'update deployments/status web',
    ]);
    expect(summary(look(fresh, [empty]))[0]).toBe(`create replicasets ${name2}`);
  });

  test('while paused it scales but rolls nothing out', () => {
    const paused = aDeployment({ image: 'nginx:2', paused: true, replicas: 5 });
    const plan = look(paused, [aSet(v1, { size: 3 })]);
    expect(summary(plan)).toEqual([`update replicasets ${name1}`, 'update deployments/status web']);
    expect(updated(plan, 'replicasets')?.spec.replicas).toBe(5);
    expect(conditionsOf(updated(plan, 'deployments', 'status'))['Progressing']).toBe(
      'Unknown DeploymentPaused',
    );
  });

  test('scaled in the middle of a rollout, each set gets its proportion', () => {
    const bigger = aDeployment({ image: 'nginx:2', replicas: 20 });
    const plan = look(bigger, [
      aSet(v1, { size: 8, desired: 10 }),
      aSet(v2, { size: 3, desired: 10, revision: 2 }),
    ]);
    expect(summary(plan)).toHaveLength(3);
    const sizes = plan.writes.map((write) =>
      write.verb === 'update' ? (write.object as ReplicaSet).spec.replicas : undefined,
    );
    expect((sizes[0] ?? 0) + (sizes[1] ?? 0)).toBe(21);
  });

  test('looks again when its deadline is due, and then says that it timed out', () => {
    const status = {
      observedGeneration: 1,
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetCreated',
          lastUpdateTime: '2026-01-01T09:00:00Z',
          lastTransitionTime: '2026-01-01T09:00:00Z',
        },
      ],
    };
    const stuck = aDeployment({ status });
    const sets = [aSet(stuck, { size: 3, available: 0, failure: 'quota' })];
    // Nothing moves from one look to the next.
    const first = updated(look(stuck, sets), 'deployments', 'status');
    const before = aDeployment({
      status: { ...status, ...first?.status, conditions: status.conditions },
    });
    expect(look(before, sets, {}, 30_000_000).after).toBe(571_000_000);
    const late = look(before, sets, {}, 601_000_000);
    expect(conditionsOf(updated(late, 'deployments', 'status'))).toEqual({
      Available: 'False MinimumReplicasUnavailable',
      Progressing: 'False ProgressDeadlineExceeded',
      ReplicaFailure: 'True FailedCreate',
    });
    expect(late.after).toBeUndefined();
  });

  test('a taken name counts as a collision, and the next hash differs', () => {
    const taken = aSet(v1, { size: 3 });
    const foreign = {
      ...taken,
      metadata: { ...taken.metadata, ownerReferences: [controllerRef(aSet(v2, { size: 0 }))] },
    };
    const next = updated(look(v1, [foreign]), 'deployments', 'status');
    expect(next?.status?.collisionCount).toBe(1);
    expect(next && newSetName(next)).not.toBe(name1);
  });

  test('adopts a set that it selects', () => {
    const set = aSet(v1, { size: 3 });
    const { ownerReferences: _, ...metadata } = set.metadata;
    expect(summary(look(v1, [{ ...set, metadata }]))).toEqual([
      `patch replicasets default/${name1}`,
    ]);
  });
});
