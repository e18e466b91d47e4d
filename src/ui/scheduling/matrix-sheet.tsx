import { useVirtualizer } from '@tanstack/react-virtual';
import { X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ExplainedAttempt } from '../../bridge/scheduling.ts';
import {
  type AttemptRow,
  filterVerdict,
  reasonCounts,
  reasonOf,
  type RowOrder,
  sortedRows,
} from '../../view/attempt-rows.ts';
import { countText, plural } from '../../view/words.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { StackedBar } from './score-bars.tsx';

interface MatrixProps {
  readonly attempt: ExplainedAttempt;
  readonly rows: readonly AttemptRow[];
  readonly pod: string;
  readonly onClose: () => void;
}

type Measure = 'weighted' | 'normalized' | 'raw';

const MEASURES: readonly { readonly id: Measure; readonly label: string; readonly tip: string }[] =
  [
    { id: 'weighted', label: 'Weighted', tip: 'Normalized score × weight: what is summed up' },
    { id: 'normalized', label: 'Normalized', tip: 'Brought to 0–100 over all feasible nodes' },
    { id: 'raw', label: 'Raw', tip: 'As the plugin gave it' },
  ];

const ROW_HEIGHT = 30;

/** Nodes × plugins of one attempt: what every filter said, what every score was. */
export function MatrixSheet({ attempt, rows, pod, onClose }: MatrixProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [measure, setMeasure] = useState<Measure>('weighted');
  const [reason, setReason] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const counts = useMemo(() => reasonCounts(rows), [rows]);
  const wanted = useMemo(
    () => (reason === '' ? rows : rows.filter((row) => reasonOf(row) === reason)),
    [rows, reason],
  );
  return (
    <dialog
      ref={dialog}
      className="sheet matrix-sheet"
      aria-label={`Scheduling of Pod ${pod}`}
      onClose={onClose}
      // Keys belong to the sheet while it is open: Escape closes it, and no more.
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div className="flex max-h-[86vh] flex-col p-5">
        <header className="flex items-center gap-3 pb-3">
          <h2 className="min-w-0 flex-1 truncate-text text-15 font-semibold">
            Pod {pod}: {plural(rows.length, 'node')}, every plugin
          </h2>
          <Measures measure={measure} onChange={setMeasure} />
          <IconButton label="Close" shortcut="Esc" onClick={() => dialog.current?.close()}>
            <X size={15} />
          </IconButton>
        </header>
        {attempt.message !== '' && (
          <p className="mb-3 select-text break-words rounded-lg bg-attention-soft p-2.5">
            {attempt.message}
          </p>
        )}
        {counts.length > 1 && (
          <ul className="flex flex-wrap gap-1.5 pb-3" aria-label="Filter by reason">
            {counts.map((each) => (
              <li key={each.reason}>
                <button
                  type="button"
                  className="btn"
                  aria-pressed={each.reason === reason}
                  data-on={each.reason === reason}
                  onClick={() => setReason(each.reason === reason ? '' : each.reason)}
                >
                  <span className="font-semibold">{countText(each.count)}</span> {each.reason}
                </button>
              </li>
            ))}
          </ul>
        )}
        <Matrix attempt={attempt} rows={wanted} measure={measure} />
      </div>
    </dialog>
  );
}

function Measures({
  measure,
  onChange,
}: {
  readonly measure: Measure;
  readonly onChange: (measure: Measure) => void;
}) {
  return (
    <div role="group" aria-label="Scores" className="flex gap-1">
      {MEASURES.map(({ id, label, tip }) => (
        <button
          key={id}
          type="button"
          className="btn"
          data-on={id === measure}
          aria-pressed={id === measure}
          data-tip={tip}
          onClick={() => onChange(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** Only the rows in view are mounted; the table says how many there are. */
function Matrix({
  attempt,
  rows,
  measure,
}: {
  readonly attempt: ExplainedAttempt;
  readonly rows: readonly AttemptRow[];
  readonly measure: Measure;
}) {
  const [order, setOrder] = useState<RowOrder>({ by: 'total' });
  const [ascending, setAscending] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => sortedRows(rows, order, ascending), [rows, order, ascending]);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const scorers = attempt.scores.filter(({ skipped }) => !skipped);
  const most = Math.max(1, ...attempt.totals);
  const sort = (next: RowOrder): void => {
    const isSame = JSON.stringify(next) === JSON.stringify(order);
    setAscending(isSame ? !ascending : next.by === 'node' || next.by === 'verdict');
    setOrder(next);
  };
  const head = { order, ascending, onSort: sort };
  const isScored = attempt.totals.length > 0;
  const columns = 3 + attempt.filters.length + scorers.length;
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto"
      tabIndex={0}
      role="group"
      aria-label="Matrix"
    >
      <table className="matrix" aria-rowcount={sorted.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <SortHead {...head} title="Node" to={{ by: 'node' }} />
            {isScored && <SortHead {...head} title="Total" to={{ by: 'total' }} />}
            {scorers.map(({ plugin, weight }) => (
              <SortHead
                key={plugin}
                {...head}
                title={plugin}
                note={weight === 1 ? '' : `×${weight}`}
                to={{ by: 'plugin', plugin }}
                isUpright
              />
            ))}
            <SortHead {...head} title="Verdict" to={{ by: 'verdict' }} />
            {attempt.filters.map((filter) => (
              <th key={filter} scope="col" className="matrix-upright">
                <span>{filter}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} columns={columns} />}
          {items.map(({ index }) => {
            const row = sorted[index];
            return row === undefined ? null : (
              <MatrixRow
                key={row.node}
                row={row}
                index={index}
                filters={attempt.filters}
                measure={measure}
                scorers={scorers.map(({ plugin }) => plugin)}
                most={isScored ? most : 0}
              />
            );
          })}
          {below > 0 && <Gap height={below} columns={columns} />}
        </tbody>
      </table>
    </div>
  );
}

function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden="true" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}

interface SortHeadProps {
  readonly title: string;
  readonly note?: string;
  readonly to: RowOrder;
  readonly order: RowOrder;
  readonly ascending: boolean;
  readonly onSort: (order: RowOrder) => void;
  readonly isUpright?: boolean;
}

function SortHead({ title, note = '', to, order, ascending, onSort, isUpright }: SortHeadProps) {
  const isActive = JSON.stringify(to) === JSON.stringify(order);
  return (
    <th
      scope="col"
      className={isUpright === true ? 'matrix-upright' : undefined}
      aria-sort={isActive ? (ascending ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" onClick={() => onSort(to)} data-tip={`Sort by ${title}`}>
        <span>
          {title} {note !== '' && <span className="text-faint">{note}</span>}
        </span>
        <span aria-hidden="true" className="text-accent">
          {isActive ? (ascending ? '↑' : '↓') : ''}
        </span>
      </button>
    </th>
  );
}

interface MatrixRowProps {
  readonly row: AttemptRow;
  readonly index: number;
  readonly filters: readonly string[];
  readonly scorers: readonly string[];
  readonly measure: Measure;
  /** The greatest total; 0: nothing was scored. */
  readonly most: number;
}

function MatrixRow({ row, index, filters, scorers, measure, most }: MatrixRowProps) {
  return (
    <tr
      aria-rowindex={index + 2}
      data-chosen={row.isChosen}
      data-refused={row.refusal !== undefined}
    >
      <th scope="row">
        {row.node}
        {row.isChosen && (
          <span className="state-text" data-class="good">
            {' '}
            ★<span className="sr-only"> chosen</span>
          </span>
        )}
        {row.isBest && !row.isChosen && <span className="text-dim"> = equal</span>}
      </th>
      {most > 0 && (
        <td className="matrix-total">
          {row.total !== undefined && (
            <>
              <span>{row.total}</span>
              <StackedBar row={row} most={most} />
            </>
          )}
        </td>
      )}
      {scorers.map((plugin) => {
        const points = row.points.find((each) => each.plugin === plugin);
        return (
          <td
            key={plugin}
            className="matrix-score"
            style={{ ['--heat' as string]: `${Math.round((points?.normalized ?? 0) * 0.6)}%` }}
            data-tip={
              points === undefined
                ? undefined
                : `${plugin}\nraw ${points.raw}, normalized ${points.normalized}, × ${points.weight} = ${points.weighted}`
            }
          >
            {points?.[measure]}
          </td>
        );
      })}
      <td className="matrix-verdict" data-tip={reasonOf(row)}>
        {reasonOf(row)}
      </td>
      {filters.map((filter) => (
        <FilterCell key={filter} verdict={filterVerdict(row, filters, filter)} />
      ))}
    </tr>
  );
}

function FilterCell({ verdict }: { readonly verdict: ReturnType<typeof filterVerdict> }) {
  const glyph = verdict === 'passed' ? '✓' : verdict === 'refused' ? '✕' : '·';
  return (
    <td className="matrix-filter" data-verdict={verdict}>
      <span aria-hidden="true">{glyph}</span>
      <span className="sr-only">{verdict}</span>
    </td>
  );
}
