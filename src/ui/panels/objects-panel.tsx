import { ChevronRight } from 'lucide-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { ageText, countText } from '../../view/words.ts';
import type { View } from '../../view/view.ts';
import { useObjectRow, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useFilterFocus } from '../state/filter-focus.ts';
import { useHover } from '../state/hover.ts';
import { useMenu } from '../state/menu.ts';
import { useSelection } from '../state/selection.ts';
import { objectStatus } from './object-status.ts';

/** Kinds in the order people look for them; the rest follow by name. */
const KIND_ORDER = [
  'Node',
  'Namespace',
  'Deployment',
  'ReplicaSet',
  'Pod',
  'Service',
  'EndpointSlice',
  'ConfigMap',
  'Secret',
];
const OPEN_AT_FIRST = new Set(['Node', 'Deployment', 'Pod', 'Service']);

type Line =
  | { readonly type: 'kind'; readonly kind: string; readonly count: number; readonly open: boolean }
  | { readonly type: 'object'; readonly id: string };

/** Every object as a tree by kind: the same as the canvas shows, for keyboard and screen reader. */
export default function ObjectsPanel() {
  const { view } = usePage();
  const [filter, setFilter] = useState('');
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const kinds = useSampled(
    () => kindsOf(view),
    300,
    (a, b) => a.join() === b.join(),
  );
  const groups = useKindGroups(view, kinds);
  const lines = useMemo(
    () => linesOf(view, { kinds, groups, filter, toggled }),
    [view, kinds, groups, filter, toggled],
  );
  const field = useRef<HTMLInputElement>(null);
  const wanted = useFilterFocus((state) => state.wanted);
  useEffect(() => {
    if (!wanted) return;
    field.current?.focus();
    useFilterFocus.getState().given();
  }, [wanted]);
  const toggle = (kind: string): void =>
    setToggled((last) => {
      const next = new Set(last);
      if (!next.delete(kind)) next.add(kind);
      return next;
    });

  return (
    <>
      <div className="border-b border-line px-3 py-2">
        <input
          className="field"
          type="search"
          ref={field}
          placeholder="Filter by kind, name, namespace"
          aria-label="Filter objects"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('');
          }}
        />
      </div>
      <ObjectTree lines={lines} words={filter} onToggle={toggle} />
    </>
  );
}

function kindsOf(view: View): readonly string[] {
  const rank = (kind: string): number => {
    const at = KIND_ORDER.indexOf(kind);
    return at < 0 ? KIND_ORDER.length : at;
  };
  return [...view.index.objectsByKind.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** A number that rises when an object of any shown kind comes or goes, a few times a second at most. */
function useKindGroups(view: View, kinds: readonly string[]): readonly (readonly string[])[] {
  return useSampled(
    () => kinds.map((kind) => view.index.objectsByKind.ids(kind)),
    200,
    (a, b) => a.length === b.length && a.every((ids, at) => ids === b[at]),
  );
}

function linesOf(
  view: View,
  options: {
    readonly kinds: readonly string[];
    readonly groups: readonly (readonly string[])[];
    readonly filter: string;
    readonly toggled: ReadonlySet<string>;
  },
): readonly Line[] {
  const words = options.filter.trim().toLowerCase();
  const lines: Line[] = [];
  for (const [at, kind] of options.kinds.entries()) {
    const ids = options.groups[at] ?? [];
    const matching = words === '' ? ids : ids.filter((id) => matches(view, id, words));
    if (matching.length === 0) continue;
    const open = words !== '' || OPEN_AT_FIRST.has(kind) !== options.toggled.has(kind);
    lines.push({ type: 'kind', kind, count: matching.length, open });
    if (open) for (const id of matching) lines.push({ type: 'object', id });
  }
  return lines;
}

function matches(view: View, id: string, words: string): boolean {
  const row = view.objects.get(id);
  if (row === undefined) return false;
  return `${row.kind} ${row.resource} ${row.namespace}/${row.name}`.toLowerCase().includes(words);
}

const LINE_HEIGHT = 26;

function ObjectTree({
  lines,
  words,
  onToggle,
}: {
  readonly lines: readonly Line[];
  readonly words: string;
  readonly onToggle: (kind: string) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 12,
  });
  useRevealSelected(lines, virtual.scrollToIndex);
  // Another filter is another list: its first matches must be in sight.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [words]);
  if (lines.length === 0) return <p className="p-4 text-dim">Nothing matches.</p>;
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-y-auto py-1"
      role="tree"
      aria-label="Objects by kind"
      tabIndex={0}
      onKeyDown={(event) => moveFocus(event.nativeEvent, scroller.current)}
    >
      <div className="relative" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return line === undefined ? null : (
            <div
              key={line.type === 'kind' ? `kind ${line.kind}` : line.id}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ height: LINE_HEIGHT, transform: `translateY(${item.start}px)` }}
            >
              {line.type === 'kind' ? (
                <KindLine line={line} onToggle={onToggle} />
              ) : (
                <ObjectLine id={line.id} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What is selected on the canvas is brought into sight in the list. */
function useRevealSelected(lines: readonly Line[], scrollTo: (at: number) => void): void {
  const selected = useSelection((state) => state.selected);
  const current = useRef(lines);
  current.current = lines;
  useEffect(() => {
    const at = current.current.findIndex((line) => line.type === 'object' && line.id === selected);
    if (at >= 0) scrollTo(at);
  }, [selected, scrollTo]);
}

function moveFocus(event: KeyboardEvent, tree: HTMLElement | null): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || tree === null) return;
  event.preventDefault();
  const items = [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const at = items.findIndex((item) => item === document.activeElement);
  items[at < 0 ? 0 : at + step]?.focus();
}

function KindLine({
  line,
  onToggle,
}: {
  readonly line: Extract<Line, { type: 'kind' }>;
  readonly onToggle: (kind: string) => void;
}) {
  return (
    <button
      type="button"
      role="treeitem"
      aria-level={1}
      aria-expanded={line.open}
      tabIndex={-1}
      className="tree-line font-semibold"
      onClick={() => onToggle(line.kind)}
    >
      <ChevronRight
        size={12}
        className={`flex-none text-dim transition-transform ${line.open ? 'rotate-90' : ''}`}
      />
      <span className="flex-1 text-left">{line.kind}</span>
      <span className="font-normal text-dim">{countText(line.count)}</span>
    </button>
  );
}

const ObjectLine = memo(function ObjectLine({ id }: { readonly id: string }) {
  const { view } = usePage();
  const row = useObjectRow(id);
  const selected = useSelection((state) => state.selected === id);
  const status = useSampled(
    () => objectStatus(view, id),
    250,
    (a, b) => a.words === b.words && a.state === b.state,
  );
  const light = useHover((state) => state.light);
  if (row === undefined) return null;
  return (
    <button
      type="button"
      role="treeitem"
      aria-level={2}
      aria-selected={selected}
      tabIndex={-1}
      data-object={`${row.kind}/${row.namespace}/${row.name}`}
      className="tree-line !pl-8"
      data-selected={selected}
      data-class={status.state}
      data-tip={row.namespace === '' ? row.name : `${row.namespace}/${row.name}`}
      onClick={() => useSelection.getState().select(id)}
      onContextMenu={(event) => {
        event.preventDefault();
        useSelection.getState().select(id);
        useMenu.getState().show({ x: event.clientX, y: event.clientY, target: id });
      }}
      onPointerEnter={() => {
        if (row.kind === 'Deployment')
          light({ kind: 'workload', key: `${row.namespace}/${row.name}` });
        else if (row.kind === 'Service') light({ kind: 'service', id });
      }}
      onPointerLeave={() => light(undefined)}
    >
      {status.words !== '' && (
        <span className="lamp" data-class={status.state} aria-hidden="true" />
      )}
      <span className="truncate-text flex-1 text-left">{row.name}</span>
      {row.namespace !== '' && row.namespace !== 'default' && (
        <span className="truncate-text max-w-[72px] text-11 text-faint">{row.namespace}</span>
      )}
      <span className="state-text flex-none text-11">
        {status.words === '' ? <RowAge id={id} /> : status.words}
      </span>
    </button>
  );
});

function RowAge({ id }: { readonly id: string }) {
  const { view } = usePage();
  const text = useSampled(() => {
    const { now, epochMillis } = view.head.getState();
    const row = view.objects.get(id);
    return row === undefined ? '' : ageText((epochMillis - row.createdAt) * 1000 + now);
  }, 1000);
  return <span className="text-faint">{text}</span>;
}
