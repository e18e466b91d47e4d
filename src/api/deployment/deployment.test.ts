import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  maxSurge,
  minAvailable,
  type RolloutDeployment,
  type RolloutReplicaSet,
} from './fenceposts.ts';
import { totalReplicas } from './order.ts';
import { proportionalSizes, type Sizes } from './proportional-scaling.ts';
import { reconcileNewReplicaSet, reconcileOldReplicaSets } from './rolling-update.ts';

const bound = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);
const deployments: fc.Arbitrary<RolloutDeployment> = fc.record({
  replicas: fc.integer({ min: 0, max: 40 }),
  strategy: fc.constant('RollingUpdate' as const),
  maxSurge: bound,
  maxUnavailable: bound,
  statusReplicas: fc.constant(0),
});

function replicaSet(name: string, replicas: number, maxReplicas?: number): RolloutReplicaSet {
  return {
    name,
    replicas,
    availableReplicas: replicas,
    creationTimestamp: undefined,
    desiredReplicas: undefined,
    maxReplicas,
  };
}

function resized(replicaSets: readonly RolloutReplicaSet[], sizes: Sizes): RolloutReplicaSet[] {
  return replicaSets.map((each) => replicaSet(each.name, sizes.get(each.name) ?? each.replicas));
}

describe('a rollout', () => {
  test('ends, never has too many Pods, and never too few available ones', () => {
    fc.assert(
      fc.property(deployments, fc.integer({ min: 0, max: 20 }), (deployment, part) => {
        const { replicas } = deployment;
        let fresh = replicaSet('new', 0);
        const first = Math.min(part, replicas);
        let old = [replicaSet('old-1', first), replicaSet('old-2', replicas - first)];
        for (let sync = 0; fresh.replicas !== replicas || totalReplicas(old) > 0; sync += 1) {
          expect(sync).toBeLessThan(200);
          const size = reconcileNewReplicaSet(deployment, fresh, old);
          // Pods that are just created are not available yet.
          const growing = { ...fresh, replicas: size ?? fresh.replicas };
          expect(growing.replicas + totalReplicas(old)).toBeLessThanOrEqual(
            replicas + maxSurge(deployment),
          );
          old = resized(old, reconcileOldReplicaSets(deployment, growing, old));
          expect(growing.availableReplicas + totalReplicas(old)).toBeGreaterThanOrEqual(
            minAvailable(deployment),
          );
          fresh = replicaSet('new', growing.replicas);
        }
      }),
    );
  });

  test('scaling in its middle gives the allowed total, and nobody grows while the whole shrinks', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(deployments, sizes, (deployment, replicas) => {
        const total = replicas.reduce((sum, each) => sum + each, 0);
        const [first = 0, ...rest] = replicas;
        const fresh = replicaSet('new', first, total);
        const old = rest.map((each, index) => replicaSet(`old-${index}`, each, total));
        const after = proportionalSizes(deployment, fresh, old);
        const all = [fresh, ...old];
        const allowed = deployment.replicas === 0 ? 0 : deployment.replicas + maxSurge(deployment);
        const sizesAfter = all.map((each) => after.get(each.name) ?? each.replicas);
        expect(sizesAfter.reduce((sum, each) => sum + each, 0)).toBe(allowed);
        for (const [index, size] of sizesAfter.entries()) {
          const before = all[index]?.replicas ?? 0;
          if (allowed >= total) expect(size).toBeGreaterThanOrEqual(before);
          else expect(size).toBeLessThanOrEqual(before);
        }
      }),
    );
  });
});
