import { compareNumbers } from '../../../base/compare.ts';
import { type Cycle, FEASIBLE, type FilterRun } from '../framework/plugin.ts';
import { isRejected, type Status, unresolvable } from '../framework/status.ts';
import { positionOf, scratchOf, slotsInOrder, verdictScratchOf } from '../snapshot/snapshot.ts';
import { type PreFiltered, runFiltersWithNominated } from './filters.ts';
import { kindOfPod } from './kind-of-pod.ts';
import { kindsOf, type KnownKind, recallKind, rememberKind } from './known-kinds.ts';
import { askNode, memoOf, type Search } from './search.ts';
import { createVerdictBook, enterVerdict, type VerdictBook } from './verdict-book.ts';

/** The nodes found for a Pod. */
export interface FoundNodes {
  /** Slots of the feasible nodes, in the order found. They hold until the next search on the same snapshot. */
  readonly feasible: Int32Array;
  /** Holds until the next search on the same snapshot. */
  readonly book: VerdictBook;
  /** Where the search began in the order of nodes, and how many it looked at. */
  readonly startedAt: number;
  readonly examined: number;
  /** What is kept of the search for the next Pod of the kind; undefined where nothing is. */
  readonly kind: KnownKind | undefined;
  /** A filter failed: the attempt is void. */
  readonly error: Status | undefined;
}

/** Below this number of nodes all are looked at. */
const FEASIBLE_NODES_MIN = 100;
const PERCENTAGE_MIN = 5;

/**
 * How many feasible nodes are enough (kube-scheduler's `percentageOfNodesToScore`): all of a small cluster,
 * of a large one a share that falls with its size, from 50 % to 5 %.
 */
export function feasibleNodesWanted(nodeCount: number, percentage: number | undefined): number {
  if (nodeCount < FEASIBLE_NODES_MIN) return nodeCount;
  let share = percentage ?? 0;
  if (share === 0) share = Math.max(PERCENTAGE_MIN, 50 - Math.trunc(nodeCount / 125));
  return Math.max(FEASIBLE_NODES_MIN, Math.trunc((nodeCount * share) / 100));
}

/**
 * Looks at nodes from `start` on, round the order, until `wanted` feasible ones are found. With nodes
 * named by `preFilter`, those alone are looked at.
 */
export function findFeasibleNodes(
  cycle: Cycle,
  { filters, nodeNames, narrowing }: PreFiltered,
  options: { readonly start: number; readonly wanted: number },
): FoundNodes {
  const { snapshot } = cycle;
  const slots = slotsInOrder(snapshot);
  if (nodeNames === undefined) return searchAll(cycle, filters, slots, options);
  const book = createVerdictBook(verdictScratchOf(snapshot));
  book.absent = unresolvable('', `node(s) didn't satisfy plugin(s) [${narrowing.join(' ')}]`);
  return searchNamed(cycle, filters, nodeNames, slots, book, options.start);
}

function searchAll(
  cycle: Cycle,
  filters: FilterRun,
  slots: Int32Array,
  { start, wanted }: { readonly start: number; readonly wanted: number },
): FoundNodes {
  const { snapshot } = cycle;
  const { length } = slots;
  const startedAt = length === 0 ? 0 : start % length;
  const kinds = kindsOf(snapshot);
  const isKindAsked = kinds.size > 0 || snapshot.nominated.size > 0;
  const key = isKindAsked ? kindOfPod(cycle, filters) : undefined;
  const search: Search = { cycle, filters, key, memo: memoOf(cycle, key), slots, startedAt };
  const known = key === undefined ? undefined : recallKind(kinds, key, search);
  return known === undefined ? askAround(search, wanted) : foundBefore(known, startedAt);
}

/** Asks node after node. */
function askAround(search: Search, wanted: number): FoundNodes {
  const { cycle, filters, key, memo, slots, startedAt } = search;
  const { snapshot } = cycle;
  const { length } = slots;
  const book = createVerdictBook(verdictScratchOf(snapshot));
  const feasible = scratchOf(snapshot);
  let found = 0;
  let examined = 0;
  let position = startedAt;
  while (examined < length && found < wanted) {
    const slot = slots[position] as number; // In range: positions wrap at the end.
    // Without a detour where nothing is remembered: it is done for each node.
    const status =
      memo === undefined ? runFiltersWithNominated(cycle, filters, slot) : askNode(search, slot);
    if (status === undefined) {
      feasible[found++] = slot;
      book.byPosition[position] = FEASIBLE;
    } else {
      // A status like the last one has been looked at.
      if (status !== book.lastStatus && !isRejected(status))
        return { feasible: NO_NODES, book, startedAt, examined, kind: undefined, error: status };
      enterVerdict(book, position, status);
    }
    examined += 1;
    position = position + 1 === length ? 0 : position + 1;
  }
  const nodes = feasible.subarray(0, found);
  // Otherwise the next search begins elsewhere, and finds others.
  if (examined === length) {
    const kind = key ?? kindOfPod(cycle, filters);
    if (kind !== undefined) {
      const kept = rememberKind(snapshot, kind, search, { book, feasible: nodes });
      return foundBefore(kept, startedAt);
    }
  }
  return { feasible: nodes, book, startedAt, examined, kind: undefined, error: undefined };
}

function foundBefore(kind: KnownKind, startedAt: number): FoundNodes {
  const { feasible, book, slots } = kind;
  return { feasible, book, startedAt, examined: slots.length, kind, error: undefined };
}

function searchNamed(
  cycle: Cycle,
  filters: FilterRun,
  nodeNames: ReadonlySet<string>,
  slots: Int32Array,
  book: VerdictBook,
  startedAt: number,
): FoundNodes {
  const { table } = cycle.snapshot;
  const positions: number[] = [];
  for (const name of nodeNames) {
    // Nodes may be named that are not there.
    const slot = table.slotOf.get(name);
    if (slot !== undefined) positions.push(positionOf(cycle.snapshot, slot));
  }
  positions.sort(compareNumbers);
  const feasible: number[] = [];
  for (const position of positions) {
    const slot = slots[position] as number;
    const status = runFiltersWithNominated(cycle, filters, slot);
    if (status === undefined) feasible.push(slot);
    else if (!isRejected(status)) {
      return {
        feasible: NO_NODES,
        book,
        startedAt,
        examined: positions.length,
        kind: undefined,
        error: status,
      };
    }
    enterVerdict(book, position, status);
  }
  return {
    feasible: Int32Array.from(feasible),
    book,
    startedAt,
    examined: positions.length,
    kind: undefined,
    error: undefined,
  };
}

const NO_NODES = new Int32Array(0);
