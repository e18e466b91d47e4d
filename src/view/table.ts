import type { Diff } from '../bridge/protocol.ts';
import { createKeyedSignal, type Listener } from './keyed-signal.ts';

/** One step of a table: a row that came, changed or went. */
export interface RowChange<Row> {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/**
 * Rows by id, as the engine last sent them. Rows are immutable: a changed row is another object, an
 * unchanged one keeps its identity. `ids()` is the same array until a row comes or goes.
 */
export interface Table<Row extends { readonly id: string }> {
  get(id: string): Row | undefined;
  readonly size: number;
  rows(): IterableIterator<Row>;
  ids(): readonly string[];
  watch(id: string, listener: Listener): () => void;
  watchIds(listener: Listener): () => void;
}

/** What the view itself may do with a table; readers get it as `Table`. */
export interface WritableTable<Row extends { readonly id: string }> extends Table<Row> {
  /** Takes a diff; `onChange` hears each step after the table has it, so that indexes can follow. */
  apply(diff: Diff<Row>, onChange: (change: RowChange<Row>) => void): void;
  /** Removes all rows, told one by one. */
  clear(onChange: (change: RowChange<Row>) => void): void;
  flush(): number;
}

const MEMBERSHIP = 'ids';

export function createTable<Row extends { readonly id: string }>(): WritableTable<Row> {
  const byId = new Map<string, Row>();
  const rowSignal = createKeyedSignal();
  const idsSignal = createKeyedSignal();
  let ids: readonly string[] | undefined = [];

  function remove(id: string, onChange: (change: RowChange<Row>) => void): void {
    const before = byId.get(id);
    if (before === undefined) return;
    byId.delete(id);
    ids = undefined;
    rowSignal.mark(id);
    idsSignal.mark(MEMBERSHIP);
    onChange({ before, after: undefined });
  }

  return {
    get: (id) => byId.get(id),
    get size() {
      return byId.size;
    },
    rows: () => byId.values(),
    ids: () => (ids ??= [...byId.keys()]),
    watch: (id, listener) => rowSignal.watch(id, listener),
    watchIds: (listener) => idsSignal.watch(MEMBERSHIP, listener),
    apply(diff, onChange) {
      for (const id of diff.remove) remove(id, onChange);
      for (const after of diff.upsert) {
        const before = byId.get(after.id);
        if (before === after) continue;
        byId.set(after.id, after);
        if (before === undefined) {
          ids = undefined;
          idsSignal.mark(MEMBERSHIP);
        }
        rowSignal.mark(after.id);
        onChange({ before, after });
      }
    },
    clear(onChange) {
      for (const id of byId.keys()) remove(id, onChange);
    },
    flush: () => rowSignal.flush() + idsSignal.flush(),
  };
}
