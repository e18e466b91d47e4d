import type { Cycle, FilterRun } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import type { Status } from '../framework/status.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type KnownKind, scoresOfKind } from './known-kinds.ts';
import {
  createScoreTable,
  type PluginScores,
  renewScores,
  type ScoreTable,
} from './score-table.ts';

/** What came of scoring. The columns hold until the next attempt on the same snapshot. */
export interface Scoring {
  readonly plugins: readonly PluginScores[];
  readonly totals: Float64Array;
  /** The highest total, and the slots of the candidates that have it. */
  readonly greatest: number;
  readonly best: readonly number[];
  /** The table of scores has none of them. */
  readonly error?: Status;
}

const NO_SCORES = new Float64Array(0);

/**
 * Scores the candidates by every plugin of the profile, and sums up by weight. Where they are the feasible nodes of a kind of
 * Pod that is known, the scores of the last one are brought up to date; `filters` is then the run that the Pod has gone through.
 */
export function scoreNodes(
  profile: Profile,
  cycle: Cycle,
  nodes: Int32Array,
  kind?: KnownKind,
  filters?: FilterRun,
): Scoring {
  const table =
    kind === undefined ? tableOnce(cycle.snapshot, profile, nodes) : scoresOfKind(kind, profile);
  const error = renewScores(table, cycle, kind?.unscored, filters);
  if (kind !== undefined && kind.unscored.length > 0) kind.unscored = [];
  if (error !== undefined) {
    return { plugins: [], totals: NO_SCORES, greatest: 0, best: [], error };
  }
  return table;
}

/** The table of the last candidates that will not come again: tables are dear to make, so it serves the next of them. */
const lastTables = new WeakMap<Snapshot, ScoreTable>();

function tableOnce(snapshot: Snapshot, profile: Profile, nodes: Int32Array): ScoreTable {
  let table = lastTables.get(snapshot);
  if (table?.profile !== profile || table.totals.length !== nodes.length) {
    table = createScoreTable(profile, nodes);
    lastTables.set(snapshot, table);
  }
  table.nodes = nodes;
  table.isFilled = false;
  return table;
}
