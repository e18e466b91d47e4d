import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HPAScalingRules } from '../generated/types.ts';
import { limitRate, limitReplicas, stabilizeReplicas } from './limits.ts';

const now = Date.UTC(2026, 0, 15);
const count = fc.integer({ min: 1, max: 200 });
const bounds = fc
  .record({ currentReplicas: count, desiredReplicas: count, a: count, b: count })
  .map(({ a, b, ...rest }) => ({
    ...rest,
    minReplicas: Math.min(a, b),
    maxReplicas: Math.max(a, b),
  }));
const rules: fc.Arbitrary<HPAScalingRules> = fc.record({
  stabilizationWindowSeconds: fc.integer({ min: 0, max: 600 }),
  selectPolicy: fc.constantFrom('Min', 'Max', 'Disabled'),
  policies: fc.array(
    fc.record({
      type: fc.constantFrom('Pods', 'Percent'),
      value: fc.integer({ min: 1, max: 200 }),
      periodSeconds: fc.constantFrom(15, 60),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const bothRules = fc.record({ scaleUp: rules, scaleDown: rules });
const history = { scaleUpEvents: [], scaleDownEvents: [] };

describe('an autoscaler', () => {
  test('doubles at most, but may always reach four', () => {
    const wish = { minReplicas: 1, maxReplicas: 100, desiredReplicas: 100 };
    expect(limitReplicas({ ...wish, currentReplicas: 1 }).replicas).toBe(4);
    expect(limitReplicas({ ...wish, currentReplicas: 10 })).toMatchObject({
      replicas: 20,
      reason: 'ScaleUpLimit',
    });
  });

  test('goes no further than it wishes, and not the other way', () => {
    fc.assert(
      fc.property(bounds, bothRules, (wish, both) => {
        const { currentReplicas, desiredReplicas } = wish;
        const { replicas } = limitRate(both, history, wish, now);
        if (desiredReplicas > currentReplicas && wish.maxReplicas >= currentReplicas) {
          expect(replicas).toBeGreaterThanOrEqual(currentReplicas);
          expect(replicas).toBeLessThanOrEqual(desiredReplicas);
        }
        if (desiredReplicas < currentReplicas && wish.minReplicas <= currentReplicas) {
          expect(replicas).toBeLessThanOrEqual(currentReplicas);
          expect(replicas).toBeGreaterThanOrEqual(desiredReplicas);
        }
      }),
    );
  });

  test('stays between its present size and its wish while it settles', () => {
    const recommendation = fc.record({
      replicas: count,
      atMillis: fc.integer({ min: now - 900_000, max: now }),
    });
    fc.assert(
      fc.property(bounds, bothRules, fc.array(recommendation), (wish, both, recommendations) => {
        const { currentReplicas, desiredReplicas } = wish;
        const { replicas } = stabilizeReplicas(both, recommendations, wish, now);
        expect(replicas).toBeGreaterThanOrEqual(Math.min(currentReplicas, desiredReplicas));
        expect(replicas).toBeLessThanOrEqual(Math.max(currentReplicas, desiredReplicas));
      }),
    );
  });
});
