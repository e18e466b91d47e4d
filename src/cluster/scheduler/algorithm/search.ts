import type { Cycle, FilterRun } from '../framework/plugin.ts';
import type { MaybeStatus, Status } from '../framework/status.ts';
import { type NodeMemo, nodeMemo, recall, remember } from '../snapshot/node-memo.ts';
import { runFiltersWithNominated } from './filters.ts';

/** A search among all nodes for those that could take a Pod. */
export interface Search {
  readonly cycle: Cycle;
  readonly filters: FilterRun;
  /** The identity of what the answers depend on beside the nodes; undefined: on more than that. */
  readonly key: string | undefined;
  /** What nodes have said to Pods of the kind; undefined where that is not remembered. */
  readonly memo: NodeMemo<Said> | undefined;
  /** The order of nodes, and where in it the search begins. */
  readonly slots: Int32Array;
  readonly startedAt: number;
}

type Said = Status | typeof FITS;

const FITS = Object.freeze({ fits: true });

/**
 * Where Pods are nominated, filtering counts them in and costs more, so that what was said of unchanged nodes to a Pod of the
 * same kind is remembered. Nearly always nobody is, and then nodes are asked without a detour: it is done for each of them.
 */
export function memoOf({ snapshot }: Cycle, key: string | undefined): Search['memo'] {
  if (key === undefined || snapshot.nominated.size === 0) return undefined;
  // This kind of memo holds statuses, and FITS for none.
  return nodeMemo(snapshot.verdictMemos, key, snapshot.table) as NodeMemo<Said>;
}

/** The first no to a node, or undefined when it could take the Pod. */
export function askNode({ cycle, filters, memo }: Search, slot: number): MaybeStatus {
  if (memo === undefined) return runFiltersWithNominated(cycle, filters, slot);
  const { table } = cycle.snapshot;
  let said = recall(memo, table, slot);
  if (said === undefined) {
    said = runFiltersWithNominated(cycle, filters, slot) ?? FITS;
    remember(memo, table, slot, said);
  }
  return said === FITS ? undefined : (said as Status);
}
