import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import type { Cycle, FilterRun } from '../framework/plugin.ts';
import type { Trial } from './select-victims.ts';

/** The quick trial; undefined where it cannot decide and the whole one must. */
export type QuickTrial = (slot: number) => Trial | undefined;

/**
 * A trial by arithmetic alone, for the usual case that nothing but cpu, memory and the number of Pods
 * stands in the way. Undefined when more than that is asked.
 */
export function trialOfResources(
  _cycle: Cycle,
  _filters: FilterRun,
  _budgets: readonly PodDisruptionBudget[],
): QuickTrial | undefined {
  return undefined;
}
