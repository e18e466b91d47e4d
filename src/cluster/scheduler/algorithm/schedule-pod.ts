import type {
  Cycle,
  FilterRun,
  PostFilterAnswer,
  PreemptionOutcome,
  Verdicts,
} from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import {
  isRejected,
  type MaybeStatus,
  messageOf,
  type Status,
  statusOf,
  unschedulable,
} from '../framework/status.ts';
import { amountsAskedBy, type PodInfo } from '../snapshot/pod-info.ts';
import {
  nodeCount,
  nominatedNodeOf,
  type Snapshot,
  verdictScratchOf,
} from '../snapshot/snapshot.ts';
import { type PreFiltered, runFiltersWithNominated } from './filters.ts';
import { feasibleNodesWanted, findFeasibleNodes, type FoundNodes } from './find-nodes.ts';
import { fitErrorMessage, preFilterMessageOf, reasonCounts } from './fit-error.ts';
import { preFilteredOf } from './precedent.ts';
import { type Scoring, scoreNodes } from './score-nodes.ts';

/** What an attempt is made with, beside the Pod. */
export interface AttemptOptions {
  readonly profile: Profile;
  readonly snapshot: Snapshot;
  /** The scheduler's own share of nodes to score, where the profile has none. */
  readonly percentageOfNodesToScore: number | undefined;
  /** Where in the order of nodes the search begins. */
  readonly start: number;
  /** Draws a whole number from 0 up to, not including, the bound. */
  readonly drawBelow: (bound: number) => number;
}

/** One attempt to place a Pod, whole: the decision, and everything that led to it. */
export interface Attempt {
  readonly pod: PodInfo;
  readonly cycle: Cycle;
  readonly preFiltered: PreFiltered;
  readonly found: FoundNodes | undefined;
  /** Undefined when less than two nodes were feasible, or the nominated node was taken at once. */
  readonly scoring: Scoring | undefined;
  /** Slots of the nodes with the highest total, of which one was drawn. They hold as long as the scores. */
  readonly best: readonly number[];
  /** The node, or undefined when there is none. */
  readonly nodeName: string | undefined;
  /** Where the next Pod's search begins. */
  readonly nextStart: number;
  readonly failure: AttemptFailure | undefined;
}

/** Why an attempt came to nothing. */
export interface AttemptFailure {
  /** An unexpected fault rather than a "no". */
  readonly isError: boolean;
  /** Text of the FailedScheduling event and the Pod's condition. */
  readonly message: string;
  /** Plugins that have said no somewhere: they decide which change wakes the Pod. */
  readonly rejectedBy: ReadonlySet<string>;
  /** Plugins that wait for work of their own. */
  readonly pendingOn: ReadonlySet<string>;
  /** What `postFilter` said; undefined where it was not asked. */
  readonly postFilter: PostFilterAnswer | undefined;
}

/** Tries to place a Pod: filter, score, choose; and make room by preemption where nothing fits. */
export function attemptPod(pod: PodInfo, options: AttemptOptions): Attempt {
  const { profile, snapshot, start } = options;
  const cycle: Cycle = { snapshot, pod, asked: amountsAskedBy(pod) };
  const count = nodeCount(snapshot);
  if (count === 0) {
    const failure = rejected('no nodes available to schedule pods', []);
    return { ...begun(cycle, NOTHING_ASKED, start), failure };
  }
  const preFiltered = preFilteredOf(profile, cycle);
  const { rejection } = preFiltered;
  if (rejection !== undefined) {
    const attempt = begun(cycle, preFiltered, start);
    if (isRejected(rejection)) return failWithoutNodes(attempt, options, rejection);
    const plugin = JSON.stringify(rejection.plugin);
    const failure = broken(`running PreFilter plugin ${plugin}: ${messageOf(rejection)}`);
    return { ...attempt, failure };
  }
  const nominated = nominatedSlot(cycle, preFiltered.filters);
  if (nominated !== undefined) return choose(begun(cycle, preFiltered, start), nominated);

  const wanted = feasibleNodesWanted(
    count,
    profile.percentageOfNodesToScore ?? options.percentageOfNodesToScore,
  );
  const found = findFeasibleNodes(cycle, preFiltered, { start, wanted });
  const { feasible, error } = found;
  const nextStart = (found.startedAt + found.examined) % count;
  // A single feasible node is taken without scoring.
  const isScored = error === undefined && feasible.length > 1;
  const scoring = isScored
    ? scoreNodes(profile, cycle, feasible, found.kind, preFiltered.filters)
    : undefined;
  if (scoring !== undefined && scoring.error === undefined) {
    // How nearly every attempt ends: written out, because each copy costs as much as what is decided here.
    const { best } = scoring;
    const drawn = best.length === 1 ? 0 : options.drawBelow(best.length);
    const nodeName = snapshot.table.names[best[drawn] as number];
    return {
      pod,
      cycle,
      preFiltered,
      found,
      scoring,
      best,
      nodeName,
      nextStart,
      failure: undefined,
    };
  }
  const searched = { ...begun(cycle, preFiltered, nextStart), found };
  if (error !== undefined) return { ...searched, failure: broken(filterFaultText(error)) };
  if (feasible.length === 0) return failOnNodes(searched, options, found);
  if (scoring?.error !== undefined)
    return { ...searched, scoring, failure: broken(messageOf(scoring.error)) };
  return choose(searched, feasible[0] as number);
}

/** An attempt of which nothing has come yet. */
function begun(cycle: Cycle, preFiltered: PreFiltered, nextStart: number): Attempt {
  return {
    pod: cycle.pod,
    cycle,
    preFiltered,
    found: undefined,
    scoring: undefined,
    best: [],
    nodeName: undefined,
    nextStart,
    failure: undefined,
  };
}

const NOTHING_ASKED: PreFiltered = {
  filters: { plugins: [], states: [], asked: new Set() },
  nodeNames: undefined,
  narrowing: [],
  rejection: undefined,
};

function choose(attempt: Attempt, slot: number): Attempt {
  return { ...attempt, best: [slot], nodeName: attempt.cycle.snapshot.table.names[slot] };
}

/** The node that preemption has made room on, if it fits now: it is taken without asking further. */
function nominatedSlot(cycle: Cycle, filters: FilterRun): number | undefined {
  const name = nominatedNodeOf(cycle.snapshot, cycle.pod);
  const slot = name === undefined ? undefined : cycle.snapshot.table.slotOf.get(name);
  if (slot === undefined) return undefined;
  return runFiltersWithNominated(cycle, filters, slot) === undefined ? slot : undefined;
}

/** A `preFilter` has ruled out every node. */
function failWithoutNodes(attempt: Attempt, options: AttemptOptions, rejection: Status): Attempt {
  const { preFiltered } = attempt;
  const count = nodeCount(options.snapshot);
  const verdicts: Verdicts = {
    byPosition: verdictScratchOf(options.snapshot),
    statuses: [],
    absent: rejection,
  };
  const postFilter = runPostFilters(attempt, options, verdicts);
  const rejectedBy = rejection.plugin === '' ? preFiltered.narrowing : [rejection.plugin];
  const message = fitErrorMessage({
    nodeCount: count,
    preFilterMessage: preFilterMessageOf(rejection),
    postFilterMessage: postFilterMessageOf(postFilter),
    reasons: new Map(),
  });
  const pending = rejection.code === 'Pending';
  return {
    ...attempt,
    failure: {
      isError: false,
      message,
      rejectedBy: new Set(pending ? [] : rejectedBy),
      pendingOn: new Set(pending ? rejectedBy : []),
      postFilter,
    },
  };
}

/** Every node that was looked at has said no. */
function failOnNodes(attempt: Attempt, options: AttemptOptions, found: FoundNodes): Attempt {
  const { book } = found;
  const postFilter = runPostFilters(attempt, options, book);
  const rejectedBy = new Set<string>(attempt.preFiltered.narrowing);
  const pendingOn = new Set<string>();
  book.statuses.forEach(({ code, plugin }, index) => {
    if (plugin === '' || book.counts[index] === 0) return;
    if (code === 'Pending') pendingOn.add(plugin);
    else rejectedBy.add(plugin);
  });
  const count = nodeCount(options.snapshot);
  const message = fitErrorMessage({
    nodeCount: count,
    preFilterMessage: '',
    postFilterMessage: postFilterMessageOf(postFilter),
    reasons: reasonCounts(book, count),
  });
  return {
    ...attempt,
    failure: { isError: false, message, rejectedBy, pendingOn, postFilter },
  };
}

/**
 * Asks the `postFilter` plugins in turn: the first that makes room, or knows that none can be made, ends it;
 * of the others the reasons are gathered.
 */
function runPostFilters(
  attempt: Attempt,
  options: AttemptOptions,
  verdicts: Verdicts,
): PostFilterAnswer | undefined {
  const plugins = options.profile.points.postFilter;
  if (plugins.length === 0) return undefined;
  const reasons: string[] = [];
  let rejector = '';
  let nominatedNode: string | undefined;
  let preemption: PreemptionOutcome | undefined;
  for (const plugin of plugins) {
    const answer = plugin.postFilter?.({
      cycle: attempt.cycle,
      filters: attempt.preFiltered.filters,
      verdicts,
      drawBelow: options.drawBelow,
    });
    if (answer === undefined) continue;
    const { status } = answer;
    if (status === undefined || status.code === 'UnschedulableAndUnresolvable') return answer;
    if (!isRejected(status)) return { status };
    nominatedNode = answer.nominatedNode ?? nominatedNode;
    preemption = answer.preemption ?? preemption;
    reasons.push(...status.reasons);
    if (rejector === '') rejector = plugin.name;
  }
  return {
    status: unschedulable(rejector, ...reasons),
    ...(nominatedNode === undefined ? undefined : { nominatedNode }),
    ...(preemption === undefined ? undefined : { preemption }),
  };
}

function postFilterMessageOf(answer: PostFilterAnswer | undefined): string {
  return answer?.status === undefined ? '' : messageOf(answer.status);
}

function rejected(message: string, plugins: readonly string[]): AttemptFailure {
  return {
    isError: false,
    message,
    rejectedBy: new Set(plugins),
    pendingOn: new Set(),
    postFilter: undefined,
  };
}

function broken(message: string): AttemptFailure {
  return {
    isError: true,
    message,
    rejectedBy: new Set(),
    pendingOn: new Set(),
    postFilter: undefined,
  };
}

function filterFaultText(status: Status): string {
  const text = messageOf(status);
  return status.plugin === ''
    ? text
    : `running ${JSON.stringify(status.plugin)} filter plugin: ${text}`;
}

/** The status that an attempt ends with, for those who record it. */
export function statusOfAttempt({ failure }: Attempt): MaybeStatus {
  if (failure === undefined) return undefined;
  return statusOf(failure.isError ? 'Error' : 'Unschedulable', '', failure.message);
}
