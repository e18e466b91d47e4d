import type { KubeObject } from '../../cluster/client/kube-object.ts';
import type { ApiClient } from './api-client.ts';

/** Objects that the page shows whole, read one by one. */
export interface WatchedObjects {
  subscribe(paths: readonly string[]): void;
  /** A watch has told of an object: those that are shown are read anew. */
  changed(object: KubeObject, deleted: boolean): void;
  read(): Promise<void>;
  hasNews(): boolean;
  take(): readonly { readonly path: string; readonly object: unknown }[];
}

/** The page shows a few objects whole; each is a request. */
const WATCHED_MAX = 20;

export function createWatchedObjects(api: ApiClient): WatchedObjects {
  /** Path → the version last read; empty: none yet, `gone`: there is no such object. */
  let versions = new Map<string, string>();
  let news: { path: string; object: unknown }[] = [];
  let isReading = false;
  let again = false;

  async function readOne(path: string): Promise<void> {
    const { code, body } = await api.request({ method: 'GET', path });
    const isThere = code === 200;
    if ((!isThere && code !== 404) || !versions.has(path)) return;
    const { metadata } = (body ?? {}) as { metadata?: { resourceVersion?: string } };
    const version = isThere ? (metadata?.resourceVersion ?? '') : 'gone';
    if (versions.get(path) === version) return;
    versions.set(path, version);
    news.push({ path, object: isThere ? body : undefined });
  }

  async function read(): Promise<void> {
    if (isReading) {
      again = true;
      return;
    }
    isReading = true;
    do {
      again = false;
      for (const path of versions.keys()) await readOne(path);
    } while (again);
    isReading = false;
  }

  return {
    subscribe(paths) {
      const wanted = paths.slice(0, WATCHED_MAX);
      versions = new Map(wanted.map((path) => [path, versions.get(path) ?? '']));
    },
    changed({ metadata }) {
      const end = `/${metadata.name ?? ''}`;
      if ([...versions.keys()].some((path) => path.endsWith(end))) void read();
    },
    read,
    hasNews: () => news.length > 0,
    take() {
      const taken = news;
      news = [];
      return taken;
    },
  };
}
