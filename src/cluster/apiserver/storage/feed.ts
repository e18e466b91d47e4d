import { klog } from '../../client/component-log.ts';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import { allKinds } from '../../../api/kinds/index.ts';
import { roomFor } from '../../../base/room.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { EtcdEvent, EtcdResponse, EtcdWatchEvents } from '../../messages.ts';
import { noteObjects } from '../custom/serve.ts';
import { unsettleHealth } from '../health/unsettle.ts';
import { isOwnKey, lookAgain } from '../own/state.ts';
import type { Server } from '../server.ts';
import { dispatch } from './dispatch.ts';
import { list, watch } from './follow.ts';
import {
  clearCache,
  createCache,
  fill,
  takeChange,
  type CacheChange,
  type ResourceCache,
} from './resource-cache.ts';
import { takeWatch, watchesOf } from './served-watches.ts';
import { withRevision } from './stored-object.ts';
import { noteChange, noteChanges, noteFilled, noteRules, uses } from './uses.ts';

/** How the caches are filled from etcd and kept true: a list, then a watch, anew when the watch breaks. */

/** gRPC's backoff between attempts to connect. */
const RECONNECT_MIN = SECOND;
const RECONNECT_MAX = 10 * SECOND;

/** Begins to fill a cache for every kind. */
export function startFeeds(server: Server): void {
  for (const { storage } of allKinds) {
    if (server.memory.caches.has(storage)) continue;
    const cache = createCache(storage);
    server.memory.caches.set(storage, cache);
    list(server, cache);
  }
}

/** Whether every cache has been filled. */
export function allReady(server: Server): boolean {
  const { caches, custom } = server.memory;
  for (const [storage, cache] of caches) {
    // A definition that has just been made is no reason to call the server unready.
    if (!cache.ready && !custom.definitions.has(storage)) return false;
  }
  return true;
}

/** The list that a cache begins with is in. */
export function takeList(
  server: Server,
  storage: string,
  answer: Extract<EtcdResponse, { type: 'etcd/range-result' }>,
): void {
  const cache = server.memory.caches.get(storage);
  if (cache === undefined) return;
  if (cache.phase !== 'listing' || cache.feed !== answer.id) return;
  clearCache(cache);
  for (const { key, value, modRevision } of answer.keyValues) {
    // Only objects are ever stored below /registry.
    fill(cache, key, withRevision(value as KubernetesObject, modRevision));
  }
  cache.listRevision = answer.revision;
  cache.revision = answer.revision;
  cache.bookmarked = cache.window.next;
  cache.ready = true;
  server.memory.own.isComplete = false;
  noteConnected(server);
  watch(server, cache);
  noteFilled(server, cache);
}

/** Changes from etcd: into the copy, then to the watches. */
export function takeEvents(server: Server, message: EtcdWatchEvents): void {
  const { memory, env } = server;
  const { id, events, revision } = message;
  const call = memory.calls.get(id);
  if (call?.kind !== 'feed') return;
  const { storage } = call;
  const cache = memory.caches.get(storage);
  if (cache === undefined || cache.feed !== id) return;
  if (message.compactRevision !== undefined) {
    memory.calls.delete(id);
    relist(server, cache);
    return;
  }
  if (!memory.etcdUp || memory.etcdFailures > 0) noteConnected(server);
  const use = uses.get(storage);
  const changes = roomFor<CacheChange>(events.length);
  for (let index = 0; index < events.length; index++) {
    const change = takeChange(cache, events[index] as EtcdEvent, env.now); // In range.
    changes[index] = change;
    if (use !== undefined) noteChange(server, use, change);
    if (change.deleted) noteDeletion(server, change.key, storage);
  }
  if (revision > cache.revision) cache.revision = revision;
  cache.phase = 'watching';
  if (changes.length === 0) return;
  if (use !== undefined) noteChanges(server, use);
  dispatch(server, cache, changes);
}

function noteDeletion(server: Server, key: string, storage: string): void {
  const { own } = server.memory;
  if (isOwnKey(server, key)) {
    own.isComplete = false;
    lookAgain(server);
  }
  noteObjects(server, storage);
}

/** The copy has lost its place: its watches end, and it is listed anew (upstream: the cacher is re-initialised). */
function relist(server: Server, cache: ResourceCache): void {
  cache.ready = false;
  noteRules(server, uses.get(cache.storage));
  unsettleHealth(server);
  server.env.resumeCause(undefined);
  for (const each of watchesOf(server.memory.watches, cache.storage)) {
    takeWatch(server.memory.watches, each);
    server.env.send(each.client, { type: 'api/watch-ended', id: each.request });
  }
  list(server, cache);
}

/** etcd is gone: what the caches hold stays readable for those who do not ask for the newest. */
export function loseEtcd(server: Server): void {
  const { memory } = server;
  memory.etcdUp = false;
  for (const [id, call] of memory.calls) {
    if (call.kind === 'list' || call.kind === 'feed' || call.kind === 'compact') {
      memory.calls.delete(id);
    }
  }
  for (const cache of memory.caches.values()) cache.phase = 'idle';
  tryLater(server);
}

const ETCD_REFUSED =
  '[core] [Channel #1 SubChannel #2]grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379", ServerName: "127.0.0.1:2379", BalancerAttributes: {"<%!p(pickfirstleaf.managedByPickfirstKeyType={})>": "<%!p(bool=true)>" }}. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"';

function tryLater({ memory, env }: Server): void {
  // Each question that found nobody is a refusal of its own; one of them begins the wait.
  if (memory.reconnectArmed) return;
  memory.reconnectArmed = true;
  memory.etcdFailures += 1;
  klog(env, 'W', 'logging.go:55', ETCD_REFUSED);
  const delay = Math.min(RECONNECT_MIN * 1.6 ** (memory.etcdFailures - 1), RECONNECT_MAX);
  env.resumeCause(undefined);
  env.after(Math.round(delay), { type: 'apiserver/reconnect' });
}

/** Takes up where each cache stood. */
export function reconnect(server: Server): void {
  server.memory.reconnectArmed = false;
  for (const cache of server.memory.caches.values()) {
    if (cache.phase !== 'idle') continue;
    if (cache.ready) watch(server, cache);
    else list(server, cache);
  }
}

/**
 * etcd refused to fill or to feed a copy: it has no leader, or its leader changed. The copy stays as it is, and is
 * tried again in a moment (upstream: the reflector's backoff).
 */
export function refuseFeed(server: Server, storage: string, id: number): void {
  const cache = server.memory.caches.get(storage);
  if (cache?.feed !== id) return;
  cache.phase = 'idle';
  tryLater(server);
}

function noteConnected({ memory }: Server): void {
  memory.etcdUp = true;
  memory.etcdFailures = 0;
}
