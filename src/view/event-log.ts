import type { EventRow } from '../bridge/cards.ts';
import { createKeyedSignal, type Listener } from './keyed-signal.ts';

/** Kubernetes Events as they came, newest first; the oldest are forgotten beyond a bound. */
export interface EventLog {
  get(id: string): EventRow | undefined;
  /** Newest first; the same array until an Event comes or counts up. */
  recent(): readonly EventRow[];
  /** Those about one object, newest first. */
  about(uid: string): readonly EventRow[];
  watch(listener: Listener): () => void;
  watchAbout(uid: string, listener: Listener): () => void;
  /** Whether the last word of the kubelet about this Pod is that it pulls an image. */
  isPulling(podId: string): boolean;
}

export interface WritableEventLog extends EventLog {
  add(rows: readonly EventRow[]): void;
  clear(): void;
  flush(): number;
}

/** What a page keeps; the API server itself forgets Events after an hour. */
export const EVENTS_KEPT_MAX = 3000;

const NONE: readonly EventRow[] = [];
const ALL = 'all';

export function createEventLog(): WritableEventLog {
  // A Map remembers the order of insertion, so an Event that counts up is taken out and put in again.
  const byId = new Map<string, EventRow>();
  const byAbout = new Map<string, Set<string>>();
  const lists = new Map<string, readonly EventRow[]>();
  const pulling = new Set<string>();
  const signal = createKeyedSignal();
  const allSignal = createKeyedSignal();
  let recent: readonly EventRow[] | undefined = NONE;

  function forget(row: EventRow): void {
    byId.delete(row.id);
    const siblings = byAbout.get(row.about);
    siblings?.delete(row.id);
    if (siblings?.size === 0) byAbout.delete(row.about);
    lists.delete(row.about);
  }

  function insert(row: EventRow): void {
    const old = byId.get(row.id);
    if (old !== undefined) forget(old);
    byId.set(row.id, row);
    const siblings = byAbout.get(row.about) ?? new Set<string>();
    byAbout.set(row.about, siblings.add(row.id));
    lists.delete(row.about);
    signal.mark(row.about);
    if (row.reason === 'Pulling') pulling.add(row.about);
    else if (row.component === 'kubelet') pulling.delete(row.about);
  }

  return {
    get: (id) => byId.get(id),
    recent: () => (recent ??= [...byId.values()].reverse()),
    about(uid) {
      const known = lists.get(uid);
      if (known !== undefined) return known;
      const ids = byAbout.get(uid);
      if (ids === undefined) return NONE;
      const rows: EventRow[] = [];
      for (const id of ids) {
        const row = byId.get(id);
        if (row !== undefined) rows.push(row);
      }
      rows.reverse();
      lists.set(uid, rows);
      return rows;
    },
    watch: (listener) => allSignal.watch(ALL, listener),
    watchAbout: (uid, listener) => signal.watch(uid, listener),
    isPulling: (podId) => pulling.has(podId),
    add(rows) {
      if (rows.length === 0) return;
      for (const row of rows) insert(row);
      for (const row of byId.values()) {
        if (byId.size <= EVENTS_KEPT_MAX) break;
        forget(row);
      }
      recent = undefined;
      allSignal.mark(ALL);
    },
    clear() {
      byId.clear();
      byAbout.clear();
      lists.clear();
      pulling.clear();
      recent = NONE;
      signal.markAll();
      allSignal.mark(ALL);
    },
    flush: () => signal.flush() + allSignal.flush(),
  };
}
