import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import { fitErrorMessage, reasonCounts } from '../algorithm/fit-error.ts';
import { statusAt } from '../algorithm/verdict-book.ts';
import type { DefaultPreemptionArgs } from '../configuration/plugin-args.ts';
import type {
  Cycle,
  FailedAttempt,
  PostFilterAnswer,
  PreemptionCandidate,
  Verdicts,
} from '../framework/plugin.ts';
import {
  isRejected,
  type MaybeStatus,
  type Status,
  unresolvable,
  unschedulable,
} from '../framework/status.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import {
  nodeCount,
  nominatedNodeOf,
  positionOf,
  scratchOf,
  slotsInOrder,
  type Snapshot,
} from '../snapshot/snapshot.ts';
import { compareCost } from './choose-candidate.ts';
import { lastTrial, prepareTrials, tryNode } from './select-victims.ts';
import { statusOfCode, type TrialCodes } from './trial-codes.ts';

const NAME = 'DefaultPreemption';
const NOT_HELPFUL = unresolvable('', 'Preemption is not helpful for scheduling');

/** Whether a Pod may preempt now; undefined: it may. */
export function ineligibility(cycle: Cycle, verdicts: Verdicts): string | undefined {
  const { snapshot, pod } = cycle;
  if (pod.pod.spec.preemptionPolicy === 'Never') {
    return 'not eligible due to preemptionPolicy=Never.';
  }
  const nodeName = nominatedNodeOf(snapshot, pod);
  if (nodeName === undefined) return undefined;
  const slot = snapshot.table.slotOf.get(nodeName);
  if (slot === undefined) return undefined;
  const status = statusAt(verdicts, positionOf(snapshot, slot)) ?? verdicts.absent;
  // The room made before is of no use any more: others may be evicted elsewhere.
  if (status?.code === 'UnschedulableAndUnresolvable') return undefined;
  for (const other of snapshot.table.pods[slot]?.values() ?? []) {
    if (other.priority < pod.priority && isLeavingForPreemption(other)) {
      return 'not eligible due to a terminating pod on the nominated node.';
    }
  }
  return undefined;
}

/** Positions of the nodes where evicting Pods might help: those that did not say it cannot. */
export function promisingPositions(
  verdicts: Verdicts,
  count: number,
  positions: Int32Array = new Int32Array(count),
): Int32Array {
  const isHopeful = (status: MaybeStatus) => status?.code !== 'UnschedulableAndUnresolvable';
  const hopeful = verdicts.statuses.map(isHopeful);
  const isUnseenHopeful = isHopeful(verdicts.absent);
  let found = 0;
  for (let position = 0; position < count; position++) {
    const verdict = verdicts.byPosition[position] as number;
    if (verdict < 2 ? isUnseenHopeful : hopeful[verdict - 2] === true)
      positions[found++] = position;
  }
  return positions.subarray(0, found);
}

/** Looks for Pods of lower priority to evict, so that the Pod fits (`DefaultPreemption`). */
export function preempt(attempt: FailedAttempt, args: DefaultPreemptionArgs): PostFilterAnswer {
  const { cycle, verdicts } = attempt;
  const { snapshot, pod } = cycle;
  const why = ineligibility(cycle, verdicts);
  if (why !== undefined) return { status: unschedulable(NAME, `preemption: ${why}`) };

  const count = nodeCount(snapshot);
  const promising = promisingPositions(verdicts, count, scratchOf(snapshot));
  const tried = tryNodes(attempt, promising, args);
  if (tried.error !== undefined) return { status: tried.error };
  if (tried.candidates.length === 0) {
    const message = noCandidates(tried.refusals, count);
    return {
      status: unschedulable(NAME, `preemption: ${message}`),
      nominatedNode: '',
      preemption: { candidates: [], chosen: undefined, clearedNominations: [] },
    };
  }
  const { best } = tried;
  const chosen = best[
    best.length === 1 ? 0 : attempt.drawBelow(best.length)
  ] as PreemptionCandidate;
  return {
    status: undefined,
    nominatedNode: chosen.nodeName,
    preemption: {
      candidates: tried.candidates,
      chosen,
      clearedNominations: lowerNominations(snapshot, pod, chosen.nodeName),
    },
  };
}

/** What came of trying nodes. */
export interface Tried {
  readonly candidates: readonly PreemptionCandidate[];
  /** Those that are equally best, in the order found. */
  readonly best: readonly PreemptionCandidate[];
  /** Why evicting did not help on the nodes tried without success, with their number. */
  readonly refusals: ReadonlyMap<Status, number>;
  readonly error: Status | undefined;
}

/** Tries promising nodes from a drawn one on, until enough candidates are found, one without violations. */
export function tryNodes(
  { cycle, filters, drawBelow }: FailedAttempt,
  promising: Int32Array,
  args: DefaultPreemptionArgs,
): Tried {
  const candidates: PreemptionCandidate[] = [];
  const { length } = promising;
  if (length === 0) return { candidates, best: [], refusals: new Map(), error: undefined };
  const slots = slotsInOrder(cycle.snapshot);
  const enough = candidatesWanted(length, args);
  const trials = prepareTrials(cycle, filters, budgetsOf(cycle.snapshot));
  const { codes } = trials;
  const refusalCounts: number[] = [];
  let best: PreemptionCandidate[] = [];
  let bestCode = -1;
  let hasClean = false;
  let at = drawBelow(length);
  for (let tried = 0; tried < length; tried++) {
    const slot = slots[promising[at] as number] as number;
    const code = tryNode(trials, slot);
    at = at + 1 === length ? 0 : at + 1;
    if (code < 0) {
      const count = refusalCounts[-1 - code] ?? 0;
      refusalCounts[-1 - code] = count + 1;
      if (count > 0) continue;
      const status = statusOfCode(codes, code);
      if (isRejected(status)) continue;
      return { candidates, best, refusals: new Map(), error: status };
    }
    const candidate = lastTrial(trials, slot) as PreemptionCandidate; // As its code says.
    candidates.push(candidate);
    if (code === bestCode) best.push(candidate);
    else if (bestCode < 0 || isBetter(codes, code, bestCode)) {
      best = [candidate];
      bestCode = code;
    }
    hasClean ||= candidate.numPDBViolations === 0;
    if (hasClean && candidates.length >= enough) break;
  }
  const refusals = new Map<Status, number>();
  refusalCounts.forEach((count, index) => refusals.set(statusOfCode(codes, -1 - index), count));
  return { candidates, best, refusals, error: undefined };
}

function isBetter({ costs }: TrialCodes, code: number, than: number): boolean {
  // Every code from 0 on was given for a cost.
  return compareCost(costs[code] as PreemptionCandidate, costs[than] as PreemptionCandidate) < 0;
}

/** How many candidates are enough: a share of the nodes, but at least a number. */
function candidatesWanted(nodes: number, args: DefaultPreemptionArgs): number {
  const share = Math.trunc((nodes * args.minCandidateNodesPercentage) / 100);
  return Math.min(nodes, Math.max(share, args.minCandidateNodesAbsolute));
}

function budgetsOf(snapshot: Snapshot): readonly PodDisruptionBudget[] {
  return [...snapshot.objects.store('podDisruptionBudgets').values()];
}

/** Upstream's text on why no node can be freed; of the nodes not tried it says that it would not help. */
function noCandidates(refusals: ReadonlyMap<Status, number>, count: number): string {
  const told = { statuses: [...refusals.keys()], counts: [...refusals.values()] };
  return fitErrorMessage({
    nodeCount: count,
    preFilterMessage: '',
    postFilterMessage: '',
    reasons: reasonCounts({ ...told, absent: NOT_HELPFUL }, count),
  });
}

/** Waiting Pods of lower priority that counted on the node: they must look for another. */
function lowerNominations(snapshot: Snapshot, pod: PodInfo, nodeName: string): readonly PodInfo[] {
  const nominated = snapshot.nominated.get(nodeName);
  if (nominated === undefined) return [];
  return [...nominated.values()].filter((each) => each.priority < pod.priority);
}

function isLeavingForPreemption(pod: PodInfo): boolean {
  if (!pod.isTerminating) return false;
  return (pod.pod.status?.conditions ?? []).some(
    ({ type, status, reason }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );
}
