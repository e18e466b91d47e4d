import type { PreemptionCandidate } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';

/** What a trial on a node came to: victims, or why evicting does not help there. */
export type Trial = PreemptionCandidate | { readonly kind: 'no'; readonly status: Status };

/**
 * Trials as numbers, so that thousands of them can be gone through without looking at each: candidates of equal
 * cost have the same number from 0 on, equal refusals the same below 0.
 */
export interface TrialCodes {
  readonly byCost: Map<string, number>;
  /** A candidate of each cost. */
  readonly costs: PreemptionCandidate[];
  /** The status of refusal −1, −2, … */
  readonly statuses: Status[];
}

export function createTrialCodes(): TrialCodes {
  return { byCost: new Map(), costs: [], statuses: [] };
}

export function codeOfTrial(codes: TrialCodes, trial: Trial): number {
  if (trial.kind === 'no') {
    let index = codes.statuses.indexOf(trial.status);
    if (index < 0) index = codes.statuses.push(trial.status) - 1;
    return -1 - index;
  }
  const { cost, numPDBViolations, victims } = trial;
  const key = `${numPDBViolations} ${cost.highestPriority} ${cost.prioritySum} ${victims.length} ${cost.earliestStart}`;
  let code = codes.byCost.get(key);
  if (code === undefined) {
    code = codes.costs.push(trial) - 1;
    codes.byCost.set(key, code);
  }
  return code;
}

/** The status of a refusal. */
export function statusOfCode({ statuses }: TrialCodes, code: number): Status {
  return statuses[-1 - code] as Status; // Every code below 0 was given for a status.
}
