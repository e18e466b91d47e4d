import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import { runFiltersWithNominated } from '../algorithm/filters.ts';
import type { Cycle, FilterRun, PreemptionCandidate } from '../framework/plugin.ts';
import { type Status, unresolvable } from '../framework/status.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { countOnNode } from '../snapshot/snapshot.ts';
import { splitByBudget } from './disruption-budgets.ts';
import { compareImportance } from './importance.ts';

const NO_VICTIMS = unresolvable('', 'No preemption victims found for incoming pod');

/** What a trial on a node came to: victims, or why evicting does not help there. */
export type Trial =
  | { readonly kind: 'candidate'; readonly candidate: PreemptionCandidate }
  | { readonly kind: 'no'; readonly status: Status };

/**
 * Tries what would happen if all Pods of lower priority left the node, then lets as many of them stay as can:
 * those whose eviction would violate a budget first, of each the most important first. The snapshot is
 * left as it was found.
 */
export function selectVictims(
  cycle: Cycle,
  filters: FilterRun,
  slot: number,
  budgets: readonly PodDisruptionBudget[],
): Trial {
  const { snapshot } = cycle;
  const lower = lowerPriorityPods(cycle, slot);
  if (lower.length === 0) return { kind: 'no', status: NO_VICTIMS };
  for (const pod of lower) countOnNode(snapshot, slot, pod, -1);
  const status = runFiltersWithNominated(cycle, filters, slot);
  if (status !== undefined) {
    for (const pod of lower) countOnNode(snapshot, slot, pod, 1);
    return { kind: 'no', status };
  }
  lower.sort(compareImportance);
  const { violating, other } = splitByBudget(lower, budgets);
  const victims: PodInfo[] = [];
  let numPDBViolations = 0;
  const staysOrGoes = (pod: PodInfo): boolean => {
    countOnNode(snapshot, slot, pod, 1);
    if (runFiltersWithNominated(cycle, filters, slot) === undefined) return true;
    countOnNode(snapshot, slot, pod, -1);
    victims.push(pod);
    return false;
  };
  for (const pod of violating) if (!staysOrGoes(pod)) numPDBViolations += 1;
  for (const pod of other) staysOrGoes(pod);
  for (const pod of victims) countOnNode(snapshot, slot, pod, 1);
  if (violating.length > 0) victims.sort(compareImportance);
  const nodeName = snapshot.table.names[slot] as string;
  return { kind: 'candidate', candidate: { nodeName, victims, numPDBViolations } };
}

/** The Pods on a node that may be evicted for the Pod. */
export function lowerPriorityPods({ snapshot, pod }: Cycle, slot: number): PodInfo[] {
  const lower: PodInfo[] = [];
  for (const other of snapshot.table.pods[slot]?.values() ?? []) {
    if (other.priority < pod.priority) lower.push(other);
  }
  return lower;
}
