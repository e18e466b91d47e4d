import { memo, useMemo, useState } from 'react';
import type { ExplainedAttempt } from '../../bridge/scheduling.ts';
import {
  type AttemptRow,
  rarestFirst,
  reasonCounts,
  reasonOf,
  sortedRows,
} from '../../view/attempt-rows.ts';
import { countText } from '../../view/words.ts';
import { NodeLink } from '../inspector/parts.tsx';
import { pluginHue } from './plugin-hue.ts';

/** Above so many nodes the reasons are counted first, and the best nodes are listed. */
const EACH_MAX = 50;
const LISTED_MAX = 12;

/** The nodes of an attempt, best first: a bar of points where there are any, else the reason. */
export const ScoreBars = memo(function ScoreBars({
  attempt,
  rows,
}: {
  readonly attempt: ExplainedAttempt;
  readonly rows: readonly AttemptRow[];
}) {
  const [reason, setReason] = useState('');
  const counts = useMemo(() => reasonCounts(rows), [rows]);
  const isLarge = rows.length > EACH_MAX;
  const isScored = attempt.totals.length > 0;
  const sorted = useMemo(
    () => (isLarge && !isScored ? rarestFirst(rows) : sortedRows(rows, { by: 'total' }, false)),
    [rows, isLarge, isScored],
  );
  const wanted = reason === '' ? sorted : sorted.filter((row) => reasonOf(row) === reason);
  const shown = isLarge ? wanted.slice(0, LISTED_MAX) : wanted;
  const most = Math.max(1, ...attempt.totals);
  return (
    <>
      {isLarge && (
        <ul className="mb-2" aria-label="Nodes by reason">
          {counts.map((each) => (
            <li key={each.reason}>
              <button
                type="button"
                className="flex w-full items-baseline gap-2 rounded-md px-1 py-0.5 text-left hover:bg-raise-2"
                aria-pressed={each.reason === reason}
                onClick={() => setReason(each.reason === reason ? '' : each.reason)}
              >
                <span className="w-12 flex-none text-right font-semibold">
                  {countText(each.count)}
                </span>
                <span className="min-w-0 break-words">{each.reason}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <ul aria-label="Nodes">
        {shown.map((row) => (
          <NodeLine key={row.node} row={row} most={most} />
        ))}
      </ul>
      {shown.length < wanted.length && (
        <p className="pt-1 text-11 text-dim">
          and {countText(wanted.length - shown.length)} more, in the table
        </p>
      )}
      <Legend attempt={attempt} />
    </>
  );
});

function NodeLine({ row, most }: { readonly row: AttemptRow; readonly most: number }) {
  const isRefused = row.refusal !== undefined;
  return (
    <li className="border-b border-line py-1.5 last:border-0" data-chosen={row.isChosen}>
      <div className="flex items-baseline gap-2">
        <span aria-hidden="true" className="w-3 flex-none state-text" data-class={classOf(row)}>
          {isRefused ? '✕' : row.isChosen ? '★' : row.isUnseen ? '·' : '○'}
        </span>
        <span className="min-w-0 flex-1 truncate-text">
          <NodeLink name={row.node} />
          {row.isChosen && <span className="text-11 text-dim"> chosen</span>}
          {row.isBest && !row.isChosen && <span className="text-11 text-dim"> equal</span>}
        </span>
        {row.total !== undefined && <span className="font-semibold tabular-nums">{row.total}</span>}
      </div>
      {row.points.length > 0 ? (
        <StackedBar row={row} most={most} />
      ) : (
        <p className="break-words pl-5 text-11 text-dim">
          {isRefused
            ? `${reasonOf(row)} (${row.refusal.plugin || 'several plugins'})`
            : reasonOf(row)}
        </p>
      )}
    </li>
  );
}

function classOf(row: AttemptRow): string {
  if (row.refusal !== undefined) return 'failed';
  return row.isUnseen ? 'inert' : 'good';
}

export function StackedBar({ row, most }: { readonly row: AttemptRow; readonly most: number }) {
  const words = row.points.map(
    ({ plugin, weight, normalized, weighted }) =>
      `${plugin}: ${normalized} × ${weight} = ${weighted}`,
  );
  return (
    <div
      className="score-bar"
      role="img"
      aria-label={`${row.total ?? 0} points: ${words.join(', ')}`}
      data-tip={words.join('\n')}
    >
      {row.points.map(({ plugin, weighted }) => (
        <span
          key={plugin}
          style={{ width: `${(100 * weighted) / most}%`, background: pluginHue(plugin) }}
        />
      ))}
    </div>
  );
}

function Legend({ attempt }: { readonly attempt: ExplainedAttempt }) {
  const scorers = attempt.scores.filter(({ skipped }) => !skipped);
  const silent = attempt.scores.filter(({ skipped }) => skipped);
  if (scorers.length === 0) return null;
  return (
    <div className="pt-2 text-11 text-dim">
      <ul className="flex flex-wrap gap-x-3 gap-y-0.5">
        {scorers.map(({ plugin, weight }) => (
          <li key={plugin} className="flex items-center gap-1.5">
            <span className="score-swatch" style={{ background: pluginHue(plugin) }} />
            {plugin}
            {weight !== 1 && <span className="text-faint">×{weight}</span>}
          </li>
        ))}
      </ul>
      {silent.length > 0 && (
        <p className="pt-1 text-faint">
          Nothing to say of this Pod: {silent.map(({ plugin }) => plugin).join(', ')}
        </p>
      )}
    </div>
  );
}
