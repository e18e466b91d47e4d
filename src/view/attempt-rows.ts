import type { ExplainedAttempt, ExplainedRefusal } from '../bridge/scheduling.ts';
import { compareNatural } from './natural-order.ts';

/** What a scheduling attempt said of one node, ready to be drawn. */
export interface AttemptRow {
  readonly node: string;
  /** Undefined: no filter turned it down. */
  readonly refusal: ExplainedRefusal | undefined;
  /** The search had enough nodes before it came to this one. */
  readonly isUnseen: boolean;
  /** Weighted points of each plugin that scored, in order; empty where nothing was scored. */
  readonly points: readonly PluginPoints[];
  readonly total: number | undefined;
  readonly isBest: boolean;
  readonly isChosen: boolean;
}

export interface PluginPoints {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: number;
  readonly normalized: number;
  readonly weighted: number;
}

/** A row for each node of the attempt, in the order in which the scheduler keeps them. */
export function attemptRows(attempt: ExplainedAttempt): readonly AttemptRow[] {
  const foundAt = new Map(attempt.feasible.map((position, at) => [position, at]));
  const best = new Set(attempt.best);
  const scorers = attempt.scores.filter(({ skipped }) => !skipped);
  return attempt.nodes.map((node, position): AttemptRow => {
    const verdict = attempt.verdicts[position] ?? -1;
    const at = foundAt.get(position);
    const isScored = at !== undefined && attempt.totals.length > 0;
    return {
      node,
      refusal: attempt.ruledOut ?? (verdict > 0 ? attempt.refusals[verdict - 1] : undefined),
      isUnseen: attempt.ruledOut === undefined && verdict < 0,
      points: isScored
        ? scorers.map(({ plugin, weight, raw, normalized }) => ({
            plugin,
            weight,
            raw: raw[at] ?? 0,
            normalized: normalized[at] ?? 0,
            weighted: weight * (normalized[at] ?? 0),
          }))
        : [],
      total: isScored ? attempt.totals[at] : undefined,
      isBest: best.has(node) && attempt.best.length > 1,
      isChosen: node === attempt.chosen,
    };
  });
}

/** What to sort rows by: a column's name, or a plugin's. */
export type RowOrder =
  | { readonly by: 'node' | 'verdict' | 'total' }
  | { readonly by: 'plugin'; readonly plugin: string };

/** Rows in another order; of equals the chosen one first, and then by name. */
export function sortedRows(
  rows: readonly AttemptRow[],
  order: RowOrder,
  ascending: boolean,
): readonly AttemptRow[] {
  const sign = ascending ? 1 : -1;
  if (order.by === 'node') {
    return rows.toSorted((a, b) => sign * compareNatural(a.node, b.node));
  }
  if (order.by === 'verdict') {
    return rows.toSorted((a, b) => sign * compareNatural(reasonOf(a), reasonOf(b)));
  }
  const plugin = order.by === 'plugin' ? order.plugin : '';
  const key = (row: AttemptRow): number => {
    const value =
      order.by === 'total'
        ? row.total
        : row.points.find((each) => each.plugin === plugin)?.weighted;
    if (value !== undefined) return value;
    return row.refusal === undefined && !row.isUnseen ? -1 : -2;
  };
  return rows.toSorted((a, b) => {
    const difference = key(a) - key(b);
    if (difference !== 0) return sign * difference;
    return Number(b.isChosen) - Number(a.isChosen) || compareNatural(a.node, b.node);
  });
}

/** The words of a verdict: the reasons of a refusal, or that there was none. */
export function reasonOf({ refusal, isUnseen }: AttemptRow): string {
  if (refusal !== undefined) return refusal.reasons.join(', ') || refusal.code;
  return isUnseen ? 'not looked at' : 'feasible';
}

/** How many nodes gave each reason, most first. */
export function reasonCounts(
  rows: readonly AttemptRow[],
): readonly { readonly reason: string; readonly plugin: string; readonly count: number }[] {
  const counts = new Map<string, { reason: string; plugin: string; count: number }>();
  for (const row of rows) {
    const reason = reasonOf(row);
    const known = counts.get(reason);
    if (known === undefined) {
      counts.set(reason, { reason, plugin: row.refusal?.plugin ?? '', count: 1 });
    } else known.count += 1;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** Rows with the rarest reason first: what holds for few nodes is what can be mended. */
export function rarestFirst(rows: readonly AttemptRow[]): readonly AttemptRow[] {
  const counts = new Map(reasonCounts(rows).map(({ reason, count }) => [reason, count]));
  const countOf = (row: AttemptRow): number => counts.get(reasonOf(row)) ?? 0;
  return rows.toSorted((a, b) => countOf(a) - countOf(b) || compareNatural(a.node, b.node));
}

/** What each filter said of a node: the first no ends the asking. */
export function filterVerdict(
  row: AttemptRow,
  filters: readonly string[],
  filter: string,
): 'passed' | 'refused' | 'not asked' {
  if (row.isUnseen) return 'not asked';
  if (row.refusal === undefined) return 'passed';
  if (row.refusal.plugin === filter) return 'refused';
  const refusedAt = filters.indexOf(row.refusal.plugin);
  // Ruled out before any filter was asked.
  if (refusedAt < 0) return 'not asked';
  return filters.indexOf(filter) < refusedAt ? 'passed' : 'not asked';
}
