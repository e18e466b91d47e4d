import type { PreemptionCandidate } from '../framework/plugin.ts';

/** Makes every priority positive, so that more victims always sum up to more. */
const PRIORITY_OFFSET = 2 ** 31;

/** What upstream compares candidates by, one after the other; less is better. */
const CRITERIA: readonly ((candidate: PreemptionCandidate) => number)[] = [
  ({ numPDBViolations }) => numPDBViolations,
  ({ victims }) => victims[0]?.priority ?? Number.MIN_SAFE_INTEGER,
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0),
  ({ victims }) => victims.length,
  (candidate) => -earliestStart(candidate),
];

/**
 * The candidates that are equally best: fewest violated budgets, lowest highest priority of a victim, lowest
 * sum of priorities, fewest victims, latest start of the most important victims.
 */
export function bestCandidates(
  candidates: readonly PreemptionCandidate[],
): readonly PreemptionCandidate[] {
  let best = candidates;
  for (const criterion of CRITERIA) {
    if (best.length <= 1) return best;
    const values = best.map(criterion);
    let least = Number.POSITIVE_INFINITY;
    for (const value of values) if (value < least) least = value;
    best = best.filter((_, index) => values[index] === least);
  }
  return best;
}

/** When the longest-running of the victims of the highest priority began. */
function earliestStart({ victims }: PreemptionCandidate): number {
  const highest = victims[0]?.priority;
  let earliest = Number.MAX_SAFE_INTEGER;
  for (const { priority, startMillis } of victims) {
    if (priority === highest && startMillis < earliest) earliest = startMillis;
  }
  return earliest;
}
