import { type Result, success } from '../base/result.ts';
import type { PodDisruptionBudgetSpec } from './generated/types.ts';
import { scaledIntOrPercent } from './int-or-string.ts';

/** What a budget is worked out from. */
export interface DisruptionCounts {
  /** The sum of what the controllers of the selected Pods want; percentages are of this. */
  readonly expectedScale: number;
  readonly podCount: number;
  /** Ready Pods that nobody is about to evict. */
  readonly healthyCount: number;
}

/** The numbers of a PodDisruptionBudget's status. */
export interface DisruptionNumbers {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  readonly currentHealthy: number;
  readonly disruptionsAllowed: number;
}

/**
 * How many Pods may be evicted now. A whole `minAvailable` counts the Pods that are there; a percentage, and
 * `maxUnavailable` in any form, count those that should be. Percentages are rounded up.
 */
export function disruptionNumbers(
  spec: Pick<PodDisruptionBudgetSpec, 'minAvailable' | 'maxUnavailable'>,
  counts: DisruptionCounts,
): Result<DisruptionNumbers, string> {
  const { maxUnavailable, minAvailable } = spec;
  let expectedPods = counts.expectedScale;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) {
    const fewer = scaledIntOrPercent(maxUnavailable, expectedPods, 'up');
    if (!fewer.ok) return fewer;
    desiredHealthy = Math.max(0, expectedPods - fewer.value);
  } else if (typeof minAvailable === 'number') {
    expectedPods = counts.podCount;
    desiredHealthy = minAvailable;
  } else if (minAvailable !== undefined) {
    const least = scaledIntOrPercent(minAvailable, expectedPods, 'up');
    if (!least.ok) return least;
    desiredHealthy = least.value;
  }
  const currentHealthy = counts.healthyCount;
  // A budget that selects no Pod allows nothing, or the first Pods to appear could be evicted unseen.
  const spare = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  return success({ expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed: spare });
}
