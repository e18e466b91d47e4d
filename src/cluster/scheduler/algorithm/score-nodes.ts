import type { Cycle } from '../framework/plugin.ts';
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
  readonly error: Status | undefined;
}

const NO_SCORES = new Float64Array(0);

/**
 * Scores the candidates by every plugin of the profile, and sums up by weight. Where they are the feasible nodes of a kind of
 * Pod that is known, the scores of the last one are brought up to date.
 */
export function scoreNodes(
  profile: Profile,
  cycle: Cycle,
  nodes: Int32Array,
  kind?: KnownKind,
): Scoring {
  const table =
    kind === undefined ? tableOnce(cycle.snapshot, profile, nodes) : scoresOfKind(kind, profile);
  const error = renewScores(table, cycle, kind?.unscored);
  if (kind !== undefined && kind.unscored.length > 0) kind.unscored = [];
  if (error !== undefined) {
    return { plugins: [], totals: NO_SCORES, greatest: 0, best: [], error };
  }
  const { plugins, totals, greatest, best } = table;
  return { plugins, totals, greatest, best, error };
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
