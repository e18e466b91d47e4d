import type { PodDisruptionBudget } from '../../../api/generated/types.ts';
import { nominatedGuests, runFilters, runFiltersWithNominated } from '../algorithm/filters.ts';
import { kindOfPod } from '../algorithm/kind-of-pod.ts';
import type { Cycle, FilterRun } from '../framework/plugin.ts';
import { type MaybeStatus, type Status, unresolvable } from '../framework/status.ts';
import { type NodeMemo, nodeMemo, recall, remember } from '../snapshot/node-memo.ts';
import { countPod, TRAIT_NOMINATED } from '../snapshot/node-table.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { countOnNode, type Snapshot } from '../snapshot/snapshot.ts';
import { costOf } from './choose-candidate.ts';
import { splitByBudget } from './disruption-budgets.ts';
import { compareImportance } from './importance.ts';
import { codeOfTrial, createTrialCodes, type Trial, type TrialCodes } from './trial-codes.ts';

const NO_VICTIMS = unresolvable('', 'No preemption victims found for incoming pod');

/**
 * Tries a node: the number of what came of it (`trial-codes.ts`). A trial that was made for a Pod of the same kind
 * holds while the node is unchanged.
 */
export function tryNode(trials: Trials, slot: number): number {
  const { memo, cycle, codes } = trials;
  if (memo === undefined) {
    trials.last = selectVictims(trials, slot);
    return codeOfTrial(codes, trials.last);
  }
  const { table } = cycle.snapshot;
  if (recall(memo, table, slot) !== undefined) return trials.codeBySlot[slot] as number;
  const trial = selectVictims(trials, slot);
  remember(memo, table, slot, trial);
  const code = codeOfTrial(codes, trial);
  trials.codeBySlot[slot] = code;
  return code;
}

/** The trial that was made on the node tried last. */
export function lastTrial({ memo, last }: Trials, slot: number): Trial {
  return (memo === undefined ? last : memo.answers[slot]) as Trial; // It has just been tried.
}

/**
 * Tries what would happen if all Pods of lower priority left the node, then lets as many of them stay as can:
 * those whose eviction would violate a budget first, of each the most important first. The snapshot is
 * left as it was found.
 */
function selectVictims(trials: Trials, slot: number): Trial {
  const { cycle, budgets, move, check } = trials;
  const { snapshot } = cycle;
  const lower = lowerPriorityPods(cycle, slot);
  if (lower.length === 0) return NOBODY_TO_EVICT;
  for (const pod of lower) move(slot, pod, -1);
  const status = check(slot);
  if (status !== undefined) {
    for (const pod of lower) move(slot, pod, 1);
    return refusalOf(status);
  }
  if (lower.length > 1) lower.sort(compareImportance);
  const { violating, other } = splitByBudget(lower, budgets);
  const victims: PodInfo[] = [];
  let numPDBViolations = 0;
  for (const pod of violating) {
    if (staysOrGoes(trials, slot, pod)) continue;
    victims.push(pod);
    numPDBViolations += 1;
  }
  for (const pod of other) if (!staysOrGoes(trials, slot, pod)) victims.push(pod);
  for (const pod of victims) move(slot, pod, 1);
  if (violating.length > 0) victims.sort(compareImportance);
  const nodeName = snapshot.table.names[slot] as string;
  const cost = costOf(victims);
  return { kind: 'candidate', nodeName, victims, numPDBViolations, cost };
}

/** How trials are made for one Pod. */
export interface Trials {
  readonly cycle: Cycle;
  readonly budgets: readonly PodDisruptionBudget[];
  /** Takes a Pod off the node (−1) or puts it back (1). */
  readonly move: (slot: number, pod: PodInfo, sign: 1 | -1) => void;
  /** What the filters say of the node as it is now. */
  readonly check: (slot: number) => MaybeStatus;
  /** Trials for Pods of this kind; undefined where more than the node decides. */
  readonly memo: NodeMemo<Trial> | undefined;
  readonly codes: TrialCodes;
  /** The numbers of the trials in `memo`. */
  readonly codeBySlot: Int32Array;
  /** Without a memo: the trial made last. */
  last: Trial | undefined;
}

/**
 * Prepares trials. Where nothing but room and ports is asked for, which is nearly always, Pods are moved in
 * the node's columns only, and only the filters that read those are asked.
 */
export function prepareTrials(
  cycle: Cycle,
  filters: FilterRun,
  budgets: readonly PodDisruptionBudget[],
): Trials {
  const { snapshot } = cycle;
  if (filters.plugins.some((plugin) => plugin.seesOfPods === undefined)) {
    return {
      cycle,
      budgets,
      move: (slot, pod, sign) => countOnNode(snapshot, slot, pod, sign),
      check: (slot) => runFiltersWithNominated(cycle, filters, slot),
      memo: undefined,
      codes: createTrialCodes(),
      codeBySlot: NO_CODES,
      last: undefined,
    };
  }
  const { table } = snapshot;
  const narrowed = columnFilters(filters);
  const check = (slot: number): MaybeStatus => {
    if (((table.traits[slot] as number) & TRAIT_NOMINATED) === 0) {
      return runFilters(cycle, narrowed, slot);
    }
    // What only takes room can only make it worse: with the nominated Pods there is the case that decides.
    const guests = nominatedGuests(cycle, slot);
    for (const guest of guests) countPod(table, slot, guest, 1);
    const status = runFilters(cycle, narrowed, slot);
    for (const guest of guests) countPod(table, slot, guest, -1);
    return status;
  };
  const key = budgets.length > 0 ? undefined : kindOfPod(cycle, filters);
  return {
    cycle,
    budgets,
    move: (slot, pod, sign) => countPod(table, slot, pod, sign),
    check,
    ...(key === undefined ? notRemembered() : remembered(snapshot, key)),
    last: undefined,
  };
}

const NO_CODES = new Int32Array(0);

type Memory = Pick<Trials, 'memo' | 'codes' | 'codeBySlot'>;

function notRemembered(): Memory {
  return { memo: undefined, codes: createTrialCodes(), codeBySlot: NO_CODES };
}

/** What is remembered of trials for Pods of a kind. */
function remembered(snapshot: Snapshot, key: string): Memory {
  const { table } = snapshot;
  // This kind of memo holds trials.
  const memo = nodeMemo(snapshot.trialMemos, key, table) as NodeMemo<Trial>;
  let memory = memories.get(memo);
  if (memory === undefined || memory.codes.costs.length > COSTS_MAX) {
    memory = { memo, codes: createTrialCodes(), codeBySlot: new Int32Array(table.capacity) };
    memo.versions.fill(0);
    memories.set(memo, memory);
  } else if (memory.codeBySlot.length < table.capacity) {
    const codeBySlot = new Int32Array(table.capacity);
    codeBySlot.set(memory.codeBySlot);
    memory = { ...memory, codeBySlot };
    memories.set(memo, memory);
  }
  return memory;
}

const memories = new WeakMap<NodeMemo<Trial>, Memory>();

/** With more different costs than these the trials are made anew: most will be those of the past. */
const COSTS_MAX = 20_000;

function columnFilters({ plugins, states, asked }: FilterRun): FilterRun {
  const isKept = plugins.map((plugin) => plugin.seesOfPods === 'columns');
  return {
    plugins: plugins.filter((_, index) => isKept[index]),
    states: states.filter((_, index) => isKept[index]),
    asked,
  };
}

/** Puts a Pod back; takes it off again, and says false, when the newcomer would not fit beside it. */
function staysOrGoes({ move, check }: Trials, slot: number, pod: PodInfo): boolean {
  move(slot, pod, 1);
  if (check(slot) === undefined) return true;
  move(slot, pod, -1);
  return false;
}

/** The Pods on a node that may be evicted for the Pod. */
function lowerPriorityPods({ snapshot, pod }: Cycle, slot: number): PodInfo[] {
  const lower: PodInfo[] = [];
  for (const other of (snapshot.table.pods[slot] as Map<string, PodInfo>).values()) {
    if (other.priority < pod.priority) lower.push(other);
  }
  return lower;
}

/** One answer for all nodes that say the same: it is looked at thousands of times. */
function refusalOf(status: Status): Trial {
  let trial = refusals.get(status);
  if (trial === undefined) {
    trial = Object.freeze({ kind: 'no', status });
    refusals.set(status, trial);
  }
  return trial;
}

const refusals = new WeakMap<Status, Trial>();
const NOBODY_TO_EVICT: Trial = refusalOf(NO_VICTIMS);
