import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import { aPod, aReplicaSet, seenCluster, updated } from '../testing.ts';
import { budgetTallyOf } from './budget-tallies.ts';
import { disruptionController } from './disruption.ts';

function aBudget(
  spec: PodDisruptionBudget['spec'],
  status?: PodDisruptionBudget['status'],
): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', uid: 'b', generation: 1 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const set = aReplicaSet({ replicas: 3 });
const since = '2026-01-01T09:00:00Z';
const pods = [
  aPod('a', { owner: set, readySince: since }),
  aPod('b', { owner: set, readySince: since }),
  aPod('c', { owner: set }),
];

function statusOf(budget: PodDisruptionBudget, now = 0) {
  const cluster = seenCluster({ poddisruptionbudgets: [budget], pods, replicasets: [set] });
  const plan = disruptionController.reconcile('default/web', cluster.view, now, undefined);
  const status = updated(plan, 'poddisruptionbudgets', 'status')?.status;
  return { plan, status };
}

describe('disruption controller', () => {
  test.each([
    { spec: { minAvailable: 1 }, allowed: 1, desired: 1 },
    { spec: { minAvailable: 2 }, allowed: 0, desired: 2 },
    { spec: { maxUnavailable: 1 }, allowed: 0, desired: 2 },
    { spec: { maxUnavailable: '100%' }, allowed: 2, desired: 0 },
  ])('$spec', ({ spec, allowed, desired }) => {
    const { status } = statusOf(aBudget(spec));
    expect(status).toMatchObject({
      currentHealthy: 2,
      desiredHealthy: desired,
      expectedPods: 3,
      disruptionsAllowed: allowed,
      observedGeneration: 1,
    });
    expect(status?.conditions?.[0]).toMatchObject({
      type: 'DisruptionAllowed',
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    });
  });

  test('an eviction that was granted counts for two minutes', () => {
    const budget = aBudget({ minAvailable: 1 }, { disruptedPods: { a: since, gone: since } });
    const { status, plan } = statusOf(budget, 30_000_000);
    expect(status?.disruptedPods).toEqual({ a: since });
    expect(status?.disruptionsAllowed).toBe(0);
    expect(plan.after).toBe(90_000_000);
    expect(statusOf(budget, 121_000_000).status?.disruptionsAllowed).toBe(1);
  });

  test('tallies kept up to date equal those from scratch', () => {
    const operation = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      app: fc.constantFrom('web', 'api'),
      owned: fc.boolean(),
      ready: fc.boolean(),
      deleting: fc.boolean(),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const budget = aBudget({ minAvailable: 1 });
        const cluster = seenCluster({ poddisruptionbudgets: [budget] });
        for (const each of operations) {
          const pod = aPod(each.name, {
            labels: { app: each.app },
            deleting: each.deleting,
            ...(each.owned ? { owner: set } : {}),
            ...(each.ready ? { readySince: since } : {}),
          });
          const there = cluster.view.get('pods', `default/${each.name}`);
          if (!each.gone) cluster.put('pods', pod);
          else if (there !== undefined) cluster.remove('pods', there);
          const kept = cluster.derived.budgets.get('default/web');
          const fresh = budgetTallyOf(budget, cluster.view.all('pods').values());
          expect({ ...kept, budget }).toEqual(fresh);
        }
      }),
    );
  });
});
