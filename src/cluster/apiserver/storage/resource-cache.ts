import {
  appendToLog,
  createSegmentLog,
  dropLogBefore,
  logItem,
  type SegmentLog,
} from '../../../base/segment-log.ts';
import { addKey, createSortedKeys, removeKey, type SortedKeys } from '../../../base/sorted-keys.ts';
import type { KubernetesObject, Pod } from '../../../api/generated/types.ts';
import type { Cause } from '../../../kernel/cause.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { EtcdEvent } from '../../messages.ts';
import { withRevision } from './stored-object.ts';

/**
 * The server's copy of one folder of etcd (upstream's watch cache): the objects as clients see them, the ways to find
 * them, and the recent changes, from which watches are served.
 */
export interface ResourceCache {
  /** The folder below `/registry/`. */
  readonly storage: string;
  /** `opening`: the watch has been asked for; until it is there, changes may have been missed. */
  phase: 'idle' | 'listing' | 'opening' | 'watching';
  /** Filled once; requests before that are told to come back. */
  ready: boolean;
  /** The number of the etcd call that the copy is fed by. */
  feed: number;
  /** The copy holds every change up to this revision. */
  revision: number;
  /** The revision of the list that it began with: the window knows every change after it, unless it overflowed. */
  listRevision: number;
  /** By key in etcd. Frozen objects with their resourceVersion. */
  readonly objects: Map<string, KubernetesObject>;
  /** The keys of each namespace in order; all under the empty text for cluster-scoped kinds. */
  readonly namespaces: Map<string, SortedKeys>;
  /** The keys of the pods bound to each node. Empty for other resources. */
  readonly byNode: Map<string, Set<string>>;
  readonly window: SegmentLog<CacheChange>;
  windowMax: number;
  /** The window has lost changes since the list. */
  overflowed: boolean;
  /** The number of the first change of the window that bookmarks have not told of. */
  bookmarked: number;
}

/** One change, as watches tell it. Frozen. */
export interface CacheChange {
  readonly revision: number;
  readonly key: string;
  readonly at: Micros;
  readonly deleted: boolean;
  /** The new object; of a deleted one the last, with the revision of its deletion. */
  readonly object: KubernetesObject;
  readonly previous: KubernetesObject | undefined;
  readonly cause: Cause | undefined;
}

/**
 * Upstream's lower bound of a watch cache's window, and how long it tries to keep a change. Its upper bound is 102,400;
 * here everything lives in one tab, and no client is slow enough to need that many.
 */
const WINDOW_MIN = 100;
const WINDOW_MAX = 25_600;
const KEPT_FRESH: Micros = 75 * SECOND;

export function createCache(storage: string): ResourceCache {
  return {
    storage,
    phase: 'idle',
    ready: false,
    feed: 0,
    revision: 0,
    listRevision: 0,
    objects: new Map(),
    namespaces: new Map(),
    byNode: new Map(),
    window: createSegmentLog(0),
    windowMax: WINDOW_MIN,
    overflowed: false,
    bookmarked: 0,
  };
}

/** Empties a cache, so that it can be filled with a new list. */
export function clearCache(cache: ResourceCache): void {
  cache.ready = false;
  cache.objects.clear();
  cache.namespaces.clear();
  cache.byNode.clear();
  dropLogBefore(cache.window, cache.window.next);
  cache.overflowed = false;
}

/** Puts an object in, without a change for the window: what the first list brings. */
export function fill(cache: ResourceCache, key: string, object: KubernetesObject): void {
  cache.objects.set(key, object);
  fileNew(cache, key, object);
}

/** Takes a change from etcd into the copy, and remembers it. The caller tells the watches. */
export function takeChange(cache: ResourceCache, event: EtcdEvent, now: Micros): CacheChange {
  const { key, keyValue, cause } = event;
  const { objects, window } = cache;
  const revision = keyValue.modRevision;
  const deleted = event.kind === 'delete';
  // Only objects are ever stored below /registry. A deletion carries the last value.
  const object = withRevision(keyValue.value as KubernetesObject, revision);
  const previous = objects.get(key);
  const change: CacheChange = Object.freeze({
    revision,
    key,
    at: now,
    deleted,
    object,
    previous,
    cause,
  });
  if (deleted) removeObject(cache, change);
  else {
    // The order of the keys asks the table who is a member, so the table comes first.
    objects.set(key, object);
    if (previous === undefined) fileNew(cache, key, object);
    // Of an object that was there before, only a Pod's node is something to find it by; a new status leaves the very spec.
    else if (cache.storage === 'pods' && (previous as Pod).spec !== (object as Pod).spec) {
      refile(cache, key, nodeOf(previous), nodeOf(object));
    }
  }
  cache.revision = revision;
  if (window.next - window.first >= cache.windowMax) makeRoom(cache, change);
  appendToLog(window, change);
  return change;
}

function removeObject(cache: ResourceCache, { key, previous }: CacheChange): void {
  cache.objects.delete(key);
  if (previous === undefined) return;
  const namespace = previous.metadata.namespace ?? '';
  const keys = cache.namespaces.get(namespace);
  if (keys !== undefined) {
    removeKey(keys, cache.objects);
    if (keys.size === 0) cache.namespaces.delete(namespace);
  }
  if (cache.storage === 'pods') leaveNode(cache, key, nodeOf(previous));
}

function fileNew(cache: ResourceCache, key: string, object: KubernetesObject): void {
  const namespace = object.metadata.namespace ?? '';
  let keys = cache.namespaces.get(namespace);
  if (keys === undefined) {
    keys = createSortedKeys();
    cache.namespaces.set(namespace, keys);
  }
  addKey(keys, key);
  if (cache.storage === 'pods') enterNode(cache, key, nodeOf(object));
}

function refile(cache: ResourceCache, key: string, from: string, to: string): void {
  if (from === to) return;
  leaveNode(cache, key, from);
  enterNode(cache, key, to);
}

function leaveNode({ byNode }: ResourceCache, key: string, node: string): void {
  const keys = byNode.get(node);
  keys?.delete(key);
  if (keys?.size === 0) byNode.delete(node);
}

function enterNode({ byNode }: ResourceCache, key: string, node: string): void {
  if (node === '') return;
  const keys = byNode.get(node);
  if (keys === undefined) byNode.set(node, new Set([key]));
  else keys.add(key);
}

/** The node that a pod is bound to; the empty text for none. */
function nodeOf(pod: KubernetesObject): string {
  return (pod as Pod).spec.nodeName ?? '';
}

/** Grows a window that is full of fresh changes and shrinks it when a quarter of it would do, as upstream. */
function makeRoom(cache: ResourceCache, change: CacheChange): void {
  const { window } = cache;
  const oldest = logItem(window, window.first);
  const isFresh = oldest !== undefined && change.at - oldest.at < KEPT_FRESH;
  if (isFresh && cache.windowMax < WINDOW_MAX) {
    cache.windowMax = Math.min(cache.windowMax * 2, WINDOW_MAX);
    return;
  }
  const recent = logItem(window, window.next - (cache.windowMax >> 2));
  const isIdle = recent !== undefined && change.at - recent.at > KEPT_FRESH;
  if (isIdle && cache.windowMax > WINDOW_MIN) {
    cache.windowMax = Math.max(cache.windowMax >> 1, WINDOW_MIN);
  }
  dropLogBefore(window, window.next - cache.windowMax + 1);
  cache.overflowed = true;
}

/** A watch may begin after this revision or any later one. */
export function oldestWatchable(cache: ResourceCache): number {
  const oldest = cache.overflowed ? logItem(cache.window, cache.window.first) : undefined;
  return oldest === undefined ? cache.listRevision : oldest.revision - 1;
}

/** The window's changes after a revision. O(log n) and what it finds. */
export function changesAfter(cache: ResourceCache, revision: number): readonly CacheChange[] {
  const { window } = cache;
  let low = window.first;
  let high = window.next;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((logItem(window, middle) as CacheChange).revision <= revision) low = middle + 1;
    else high = middle;
  }
  const changes: CacheChange[] = [];
  for (; low < window.next; low++) changes.push(logItem(window, low) as CacheChange);
  return changes;
}
