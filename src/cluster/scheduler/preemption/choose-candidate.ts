import type { PreemptionCandidate, PreemptionCost } from '../framework/plugin.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';

const PRIORITY_OFFSET = 2 ** 31;

/** What evicting these Pods, the most important first, would cost. */
export function costOf(victims: readonly PodInfo[]): PreemptionCost {
  const highestPriority = victims[0]?.priority ?? Number.MIN_SAFE_INTEGER;
  let prioritySum = 0;
  let earliestStart = Number.MAX_SAFE_INTEGER;
  for (const { priority, startMillis } of victims) {
    prioritySum += priority + PRIORITY_OFFSET;
    if (priority === highestPriority && startMillis < earliestStart) earliestStart = startMillis;
  }
  return { highestPriority, prioritySum, earliestStart };
}

/**
 * The candidates that are equally best: fewest violated budgets, lowest highest priority of a victim, lowest
 * sum of priorities, fewest victims, latest start of the most important victims.
 */
export function bestCandidates(
  candidates: readonly PreemptionCandidate[],
): readonly PreemptionCandidate[] {
  let best: PreemptionCandidate[] = [];
  for (const candidate of candidates) {
    const champion = best[0];
    const difference = champion === undefined ? 0 : compareCost(candidate, champion);
    if (difference < 0) best = [candidate];
    else if (difference === 0) best.push(candidate);
  }
  return best;
}

/** Below 0 where `a` is the better one; 0 only where all that counts is equal. */
export function compareCost(a: PreemptionCandidate, b: PreemptionCandidate): number {
  return (
    a.numPDBViolations - b.numPDBViolations ||
    a.cost.highestPriority - b.cost.highestPriority ||
    a.cost.prioritySum - b.cost.prioritySum ||
    a.victims.length - b.victims.length ||
    b.cost.earliestStart - a.cost.earliestStart
  );
}
