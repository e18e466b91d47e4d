import { askEtcd, type Server } from '../server.ts';
import { createCache, type ResourceCache } from './resource-cache.ts';
import { takeWatch, watchesOf } from './served-watches.ts';

/** How a cache begins to follow a folder of etcd, and ends. */

/** Begins to fill the cache of a custom resource, unless there is one. */
export function startFeed(server: Server, storage: string): void {
  if (server.memory.caches.has(storage)) return;
  const cache = createCache(storage);
  server.memory.caches.set(storage, cache);
  if (server.memory.etcdUp) list(server, cache);
}

/** A custom resource is served no more: its watches end, and its copy is forgotten. */
export function stopFeed(server: Server, storage: string): void {
  const { memory, env, config } = server;
  for (const each of watchesOf(memory.watches, storage)) {
    takeWatch(memory.watches, each);
    env.send(each.client, { type: 'api/watch-ended', id: each.request });
  }
  memory.watches.byStorage.delete(storage);
  const feed = memory.caches.get(storage)?.feed ?? 0;
  memory.caches.delete(storage);
  // A list under way is answered, and the answer dropped; a watch would be open for ever.
  if (memory.calls.get(feed)?.kind !== 'feed') return;
  memory.calls.delete(feed);
  env.send(config.etcd, { type: 'etcd/cancel', id: feed });
}

/** Asks for all that a folder holds. */
export function list(server: Server, cache: ResourceCache): void {
  cache.phase = 'listing';
  const key = `/registry/${cache.storage}/`;
  cache.feed = askEtcd(server, { kind: 'list', storage: cache.storage }, (id) => ({
    type: 'etcd/range',
    id,
    key,
    end: endOf(key),
  }));
}

/** Asks for the changes from where a cache stands. */
export function watch(server: Server, cache: ResourceCache): void {
  cache.phase = 'opening';
  const key = `/registry/${cache.storage}/`;
  cache.feed = askEtcd(server, { kind: 'feed', storage: cache.storage }, (id) => ({
    type: 'etcd/watch',
    id,
    key,
    end: endOf(key),
    fromRevision: cache.revision + 1,
  }));
}

/** The first key after a folder whose key ends with a slash: `0` follows `/`. */
export function endOf(folder: string): string {
  return `${folder.slice(0, -1)}0`;
}
