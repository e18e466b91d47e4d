import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import {
  labelSelectorMatcher,
  labelSelectorRequirements,
} from '../../../api/selectors/label-selector.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';

/** Victims by whether a disruption budget would be violated by evicting them. */
export interface ByBudget {
  readonly violating: readonly PodInfo[];
  readonly other: readonly PodInfo[];
}

/**
 * Walks over the Pods in order and uses the budgets up: whoever comes when a budget that covers it has
 * nothing left is a violation.
 */
export function splitByBudget(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): ByBudget {
  if (budgets.length === 0) return { violating: [], other: pods };
  const left = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const other: PodInfo[] = [];
  for (const pod of pods) {
    let isViolation = false;
    for (let index = 0; index < budgets.length; index++) {
      const budget = budgets[index]!; // In range by the loop's bound.
      if (!covers(budget, pod)) continue;
      left[index]! -= 1;
      if (left[index]! < 0) isViolation = true;
    }
    (isViolation ? violating : other).push(pod);
  }
  return { violating, other };
}

function covers({ metadata, spec, status }: PodDisruptionBudget, pod: PodInfo): boolean {
  if (metadata.namespace !== pod.namespace) return false;
  const selector = spec?.selector;
  const requirements = selector === undefined ? undefined : labelSelectorRequirements(selector);
  // Neither an absent nor an empty selector counts here, nor does a Pod without labels.
  if (requirements?.ok !== true || requirements.value.length === 0) return false;
  if (Object.keys(pod.labelSet.labels).length === 0) return false;
  if (!labelSelectorMatcher(selector)(pod.labelSet.labels)) return false;
  // A Pod in this list has been counted by the API server already.
  const { disruptedPods } = status ?? {};
  return disruptedPods === undefined || !Object.hasOwn(disruptedPods, pod.name);
}
