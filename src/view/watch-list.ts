import { createKeyedSignal, type Listener } from './keyed-signal.ts';

/**
 * Whole objects by path, for as long as somebody on the page looks at them. Readers hold a path; when
 * the set of held paths changes, `onWanted` is told, so that the host can subscribe.
 */
export interface WatchList {
  /** The object as last sent; `undefined` while unknown, `null` once it is gone. */
  get(path: string): unknown;
  /** Looks at `path` until the answered function is called; `listener` hears of changes. */
  hold(path: string, listener: Listener): () => void;
}

export interface WritableWatchList extends WatchList {
  take(watched: readonly { readonly path: string; readonly object: unknown }[]): void;
  /** The held paths; what nobody holds any more is forgotten. */
  wanted(): readonly string[];
  /** After a restart of the engine: everything must be subscribed and sent again. */
  forget(): void;
  flush(): number;
}

export function createWatchList(onWanted: () => void): WritableWatchList {
  const holders = new Map<string, number>();
  const objects = new Map<string, unknown>();
  const signal = createKeyedSignal();

  return {
    get: (path) => objects.get(path),
    hold(path, listener) {
      const release = signal.watch(path, listener);
      const count = holders.get(path) ?? 0;
      holders.set(path, count + 1);
      if (count === 0) onWanted();
      return () => {
        release();
        const left = (holders.get(path) ?? 1) - 1;
        if (left > 0) {
          holders.set(path, left);
          return;
        }
        // The object stays until the host has heard: the same path is often held again at once.
        holders.delete(path);
        onWanted();
      };
    },
    take(watched) {
      for (const { path, object } of watched) {
        if (!holders.has(path)) continue;
        objects.set(path, object ?? null);
        signal.mark(path);
      }
    },
    wanted() {
      for (const path of objects.keys()) if (!holders.has(path)) objects.delete(path);
      return [...holders.keys()];
    },
    forget() {
      objects.clear();
      signal.markAll();
    },
    flush: () => signal.flush(),
  };
}
