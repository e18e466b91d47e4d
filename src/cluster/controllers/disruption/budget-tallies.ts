import type { Pod, PodDisruptionBudget } from '../../../api/generated/types.ts';
import { controllerOf } from '../../../api/owner-references.ts';
import { isPodReady } from '../../../api/pod-readiness.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import type { ClusterView } from '../cluster-view.ts';

/** What each PodDisruptionBudget selects, counted and kept up to date with every change of a pod. */
export type BudgetTallies = Map<string, BudgetTally>;

export interface BudgetTally {
  /** The budget they were counted for. */
  readonly budget: PodDisruptionBudget;
  pods: number;
  /** Ready, and not being deleted. */
  healthy: number;
  /** Pods that no controller manages: what should be there of them nobody can say. */
  unmanaged: number;
  /** `Kind/name/uid` of controllers → how many pods they have here. */
  readonly controllers: Map<string, number>;
}

/** A budget's tally from all pods of its namespace. */
export function budgetTallyOf(budget: PodDisruptionBudget, pods: Iterable<Pod>): BudgetTally {
  const tally: BudgetTally = {
    budget,
    pods: 0,
    healthy: 0,
    unmanaged: 0,
    controllers: new Map(),
  };
  for (const pod of pods) count(tally, pod, 1);
  return tally;
}

/** Takes a changed budget in. */
export function tallyBudget(
  tallies: BudgetTallies,
  change: { readonly key: string; readonly next: PodDisruptionBudget | undefined },
  cluster: Pick<ClusterView, 'filed'>,
): void {
  const { key, next } = change;
  if (next === undefined) {
    tallies.delete(key);
    return;
  }
  const known = tallies.get(key);
  if (known !== undefined && semanticEqual(known.budget.spec.selector, next.spec.selector)) return;
  tallies.set(
    key,
    budgetTallyOf(next, cluster.filed('pods', 'namespace', next.metadata.namespace ?? '').values()),
  );
}

/** Takes a changed pod in; `stirred` gets the keys of the budgets that it concerns. */
export function tallyBudgetedPod(
  tallies: BudgetTallies,
  stirred: Set<string>,
  change: { readonly old: Pod | undefined; readonly next: Pod | undefined },
): void {
  for (const [key, tally] of tallies) {
    const before = change.old !== undefined && count(tally, change.old, -1);
    const after = change.next !== undefined && count(tally, change.next, 1);
    if (before || after) stirred.add(key);
  }
}

/** Adds a pod or takes it off; false when the budget does not select it. */
function count(tally: BudgetTally, pod: Pod, by: 1 | -1): boolean {
  const { metadata, spec } = tally.budget;
  if (pod.metadata.namespace !== metadata.namespace) return false;
  if (!labelSelectorMatcher(spec.selector)(pod.metadata.labels)) return false;
  tally.pods += by;
  if (isPodReady(pod) && pod.metadata.deletionTimestamp === undefined) tally.healthy += by;
  const controller = controllerOf(pod);
  if (controller === undefined) {
    tally.unmanaged += by;
    return true;
  }
  const id = `${controller.kind}/${controller.name}/${controller.uid}`;
  const left = (tally.controllers.get(id) ?? 0) + by;
  if (left === 0) tally.controllers.delete(id);
  else tally.controllers.set(id, left);
  return true;
}
