import { createKeyedSignal, type Listener } from './keyed-signal.ts';
import type { RowChange } from './table.ts';

/**
 * An index from a key to the ids of rows that have it, for example from a node to its Pods. The list of
 * a key is sorted, and is the same array until its members change.
 */
export interface Grouping {
  ids(key: string): readonly string[];
  size(key: string): number;
  keys(): IterableIterator<string>;
  watch(key: string, listener: Listener): () => void;
}

export interface WritableGrouping<Row> extends Grouping {
  follow(change: RowChange<Row>): void;
  flush(): number;
}

/** How a row finds its groups, and how a group is sorted. What `order` reads should seldom change for a row. */
export interface GroupingOptions<Row> {
  /** The keys of a row; none leaves it out. Almost always one, hence the cheap form. */
  readonly keyOf: (row: Row) => string | readonly string[] | undefined;
  readonly order: (a: Row, b: Row) => number;
  readonly get: (id: string) => Row | undefined;
}

const NONE: readonly string[] = [];

export function createGrouping<Row extends { readonly id: string }>(
  options: GroupingOptions<Row>,
): WritableGrouping<Row> {
  const members = new Map<string, Set<string>>();
  const sorted = new Map<string, readonly string[]>();
  const stale = new Set<string>();
  // Ids that left since the last read: should they be back, they are newcomers with a new place.
  const left = new Map<string, Set<string>>();
  const signal = createKeyedSignal();

  function add(key: string, id: string): void {
    const known = members.get(key) ?? new Set<string>();
    members.set(key, known.add(id));
    touch(key);
  }

  function drop(key: string, id: string): void {
    const known = members.get(key);
    if (known === undefined || !known.delete(id)) return;
    if (known.size === 0) members.delete(key);
    if (sorted.has(key)) left.set(key, (left.get(key) ?? new Set<string>()).add(id));
    touch(key);
  }

  function touch(key: string): void {
    stale.add(key);
    signal.mark(key);
  }

  /** What the order reads has changed under the same key, which is rare: the next read sorts the whole list. */
  function resort(key: string): void {
    sorted.delete(key);
    touch(key);
  }

  /** The list of a key: the last one without those that left, and with the newcomers put in their places. */
  function sortIds(key: string, last: readonly string[]): readonly string[] {
    const now = members.get(key) ?? new Set<string>();
    const gone = left.get(key);
    left.delete(key);
    const kept = last.filter((id) => now.has(id) && gone?.has(id) !== true);
    if (kept.length === now.size) return kept;
    const known = new Set(kept);
    const added: Row[] = [];
    for (const id of now) {
      const row = known.has(id) ? undefined : options.get(id);
      if (row !== undefined) added.push(row);
    }
    added.sort(options.order);
    return mergeSorted(kept, added, options);
  }

  return {
    ids(key) {
      const last = sorted.get(key);
      if (last !== undefined && !stale.has(key)) return last;
      stale.delete(key);
      if (!members.has(key)) {
        sorted.delete(key);
        left.delete(key);
        return NONE;
      }
      const next = sortIds(key, last ?? NONE);
      // A row that left and came back within a frame changes nothing that a reader could see.
      if (last !== undefined && sameIds(last, next)) return last;
      sorted.set(key, next);
      return next;
    },
    size: (key) => members.get(key)?.size ?? 0,
    keys: () => members.keys(),
    watch: (key, listener) => signal.watch(key, listener),
    follow({ before, after }) {
      const old = before === undefined ? undefined : options.keyOf(before);
      const now = after === undefined ? undefined : options.keyOf(after);
      if (old === now) {
        if (before !== undefined && after !== undefined && options.order(before, after) !== 0) {
          for (const key of asList(now)) resort(key);
        }
        return;
      }
      const id = after?.id ?? before?.id ?? '';
      const oldKeys = asList(old);
      const nowKeys = asList(now);
      // A Service's endpoints are a list of hundreds: sets, so that the comparison stays linear.
      const leaving = new Set(oldKeys);
      for (const key of nowKeys) if (!leaving.delete(key)) add(key, id);
      for (const key of leaving) drop(key, id);
    },
    flush: () => signal.flush(),
  };
}

/** Merges by bisection: a thousandth Pod in a list of ten thousand costs fourteen comparisons, not a sort. */
function mergeSorted<Row extends { readonly id: string }>(
  kept: readonly string[],
  added: readonly Row[],
  { get, order }: GroupingOptions<Row>,
): readonly string[] {
  const merged: string[] = [];
  let from = 0;
  for (const row of added) {
    let low = from;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = get(kept[middle] ?? '');
      if (other !== undefined && order(other, row) > 0) high = middle;
      else low = middle + 1;
    }
    for (let index = from; index < low; index++) merged.push(kept[index] ?? '');
    merged.push(row.id);
    from = low;
  }
  for (let index = from; index < kept.length; index++) merged.push(kept[index] ?? '');
  return merged;
}

function asList(keys: string | readonly string[] | undefined): readonly string[] {
  if (keys === undefined) return NONE;
  return typeof keys === 'string' ? [keys] : keys;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
