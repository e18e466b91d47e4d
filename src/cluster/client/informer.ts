import type { Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import { below } from '../../kernel/random.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { ApiResponse, ApiWatchEnded, ApiWatchEvents, WatchEvent } from '../messages.ts';
import { openStream, type ApiClientMessage, type StreamClient } from './api-client.ts';
import { FiledObjects, NONE_FILED, type Filed } from './filed-objects.ts';
import { keyOf, type KubeObject } from './kube-object.ts';

/**
 * A local copy of one resource, kept true by list and watch (client-go's reflector and indexer). The
 * specification is code and the same in every incarnation; the state is plain data.
 */
export interface InformerSpec {
  /** The name it is known by in its process, for example `pods`. */
  readonly name: string;
  /** Collection path, for example `/api/v1/pods`. */
  readonly path: string;
  /** Field or label selector of list and watch. */
  readonly query?: Readonly<Record<string, string>>;
  /** Index name → what an object is filed under. */
  readonly indexes?: Readonly<Record<string, (object: KubeObject) => IndexValues>>;
  /**
   * The names of the indexes that may file two versions of an object differently: most changes leave an object where it
   * is filed, and then no index is asked. Absent: any may.
   */
  readonly refiledBy?: (old: KubeObject, next: KubeObject) => readonly string[];
}

/** Values of an index. Mostly there is one, which needs no list: lists would be made, and thrown away, at every change. */
export type IndexValues = string | readonly string[];

export interface Informer {
  readonly name: string;
  readonly items: Map<string, KubeObject>;
  /** Index name → value → keys, in order of arrival. Keys alone: what they stand for changes much more often. */
  readonly indexes: Map<string, Map<string, Set<string>>>;
  /** The revision up to which the copy is true. */
  revision: string;
  /** True once the first list is in. */
  synced: boolean;
  phase: 'idle' | 'listing' | 'watching';
  /** The server has said that the watch is open. */
  open: boolean;
  /** The open request's id; answers to others are stale. */
  streamId: number;
  failures: number;
  /** When it last began to wait before a try. */
  waitedAt: Micros;
}

/** One change of an informer's copy. */
export type InformerChange = {
  readonly informer: string;
  readonly key: string;
  /** Undefined: it was added. */
  readonly old: KubeObject | undefined;
  /** Undefined: it was deleted. */
  readonly next: KubeObject | undefined;
};

/** Timers an informer sets for its process. */
export type InformerTimer = {
  readonly type: 'client/relist';
  readonly informer: string;
  readonly streamId: number;
};

/** What hears of the copies; `context` is what the step was called with. */
export interface InformerHandlers<Context = undefined> {
  onChange(change: InformerChange, context: Context): void;
  /** The first list is in (called once an incarnation). */
  onSynced?(informer: string, context: Context): void;
}

type InformerEnv = Env<ApiClientMessage | InformerTimer>;

export function createInformer(spec: InformerSpec): Informer {
  const indexes = new Map<string, Map<string, Set<string>>>();
  for (const index of Object.keys(spec.indexes ?? {})) indexes.set(index, new Map());
  return {
    name: spec.name,
    items: new Map(),
    indexes,
    revision: '',
    synced: false,
    phase: 'idle',
    open: false,
    streamId: 0,
    failures: 0,
    waitedAt: 0,
  };
}

/** Begins with a list; the watch follows by itself. */
export function startInformer(
  spec: InformerSpec,
  informer: Informer,
  client: StreamClient,
  env: InformerEnv,
): void {
  informer.phase = 'listing';
  informer.streamId = openStream(client, env, {
    path: spec.path,
    query: { ...spec.query, ...sinceWhen(informer) },
  });
}

/**
 * What a list asks for: any state at first, later none that is older than what was seen, and the newest one when the
 * place in the history is lost (another server's copy might be older than this one).
 */
function sinceWhen({ revision, synced }: Informer): Readonly<Record<string, string>> {
  if (revision !== '') return { resourceVersion: revision };
  return synced ? {} : { resourceVersion: '0' };
}

/** The objects filed under a value of an index, by key, in order of arrival. */
export function indexed(informer: Informer, index: string, value: string): Filed<KubeObject> {
  const keys = informer.indexes.get(index)?.get(value);
  return keys === undefined ? NONE_FILED : new FiledObjects(informer.items, keys);
}

/**
 * Takes a message that belongs to one of the process's informers; false when it belongs to none.
 * `specs` and `informers` are parallel by name. With a `context` the handlers may be the same at every step: functions
 * that are made for one step cost more than what most changes have them do.
 */
export function informersStep(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  client: StreamClient,
  message: { readonly type: string },
  env: InformerEnv,
  handlers: InformerHandlers,
): boolean;
export function informersStep<Context>(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  client: StreamClient,
  message: { readonly type: string },
  env: InformerEnv,
  handlers: InformerHandlers<Context>,
  context: Context,
): boolean;
export function informersStep<Context>(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  client: StreamClient,
  message: { readonly type: string },
  env: InformerEnv,
  handlers: InformerHandlers<Context | undefined>,
  context?: Context,
): boolean {
  if (message.type !== 'api/watch') {
    return takeOther(specs, informers, client, message, env, handlers, context);
  }
  const { id, events } = message as ApiWatchEvents;
  const last = heard.get(informers)?.[0];
  const copy = last?.informer.streamId === id ? last : copyOfStream(specs, informers, id);
  if (copy === undefined) return false;
  const { spec, informer } = copy;
  const { indexes } = spec;
  const { name, items } = informer;
  informer.open = true;
  // By index: each change of the cluster passes here several times, and an iterator is garbage at once.
  for (let i = 0; i < events.length; i += 1) {
    const { type, object, cause } = events[i] as ObjectEvent; // In range; but for ERROR, of which only the type is read.
    if (type === 'ERROR') {
      informer.revision = '';
      startInformer(spec, informer, client, env);
      break;
    }
    informer.revision = object.metadata.resourceVersion ?? informer.revision;
    if (type === 'BOOKMARK') continue;
    const key = keyOf(object);
    const old = items.get(key);
    if (cause !== undefined) env.resumeCause(cause);
    if (type !== 'DELETED') {
      items.set(key, object);
      if (indexes !== undefined) {
        if (old === undefined) fileNew(indexes, informer, key, object);
        else {
          const moved = spec.refiledBy?.(old, object);
          if (moved?.length !== 0) refile(indexes, moved, informer, key, old, object);
        }
      }
      handlers.onChange({ informer: name, key, old, next: object }, context);
    } else if (old !== undefined) {
      remove(spec, informer, key, old);
      handlers.onChange({ informer: name, key, old: object, next: undefined }, context);
    }
  }
  return true;
}

/** Every event but ERROR carries an object of the resource. */
interface ObjectEvent extends WatchEvent {
  readonly object: KubeObject;
}

/** Takes what comes seldom: all but the events of a watch. */
function takeOther<Context>(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  client: StreamClient,
  message: { readonly type: string },
  env: InformerEnv,
  handlers: InformerHandlers<Context>,
  context: Context,
): boolean {
  switch (message.type) {
    case 'api/response': {
      const response = message as ApiResponse;
      const copy = copyOfStream(specs, informers, response.id);
      if (copy === undefined) return false;
      takeList(copy.spec, copy.informer, client, response, env, handlers, context);
      return true;
    }
    case 'api/watch-ended': {
      const copy = copyOfStream(specs, informers, (message as ApiWatchEnded).id);
      if (copy === undefined) return false;
      openWatch(copy.spec, copy.informer, client, env);
      return true;
    }
    case 'client/relist': {
      const timer = message as InformerTimer;
      const informer = informers.get(timer.informer);
      if (informer === undefined || informer.streamId !== timer.streamId) return true;
      const spec = specOf(specs, informer);
      if (informer.synced && informer.revision !== '') openWatch(spec, informer, client, env);
      else startInformer(spec, informer, client, env);
      return true;
    }
    case 'kernel/connection-lost':
      if ((message as ConnectionLost).peer === client.server) {
        // One that waits for its next try has nothing to lose. A watch that was open is opened anew at once: behind a
        // balancer another server is there. One that could not even be opened waits.
        for (const informer of informers.values()) {
          if (informer.phase === 'watching' && informer.open) {
            openWatch(specOf(specs, informer), informer, client, env);
          } else if (informer.phase !== 'idle') retryLater(informer, env);
        }
      }
      return false;
    default:
      return false;
  }
}

/** Whether every informer has its first list. */
export function allSynced(informers: ReadonlyMap<string, Informer>): boolean {
  for (const informer of informers.values()) if (!informer.synced) return false;
  return true;
}

function specOf(specs: readonly InformerSpec[], informer: Informer): InformerSpec {
  // Informers are created from this very list.
  return specs.find((spec) => spec.name === informer.name) as InformerSpec;
}

/** An informer with its specification. */
interface Copy {
  readonly spec: InformerSpec;
  readonly informer: Informer;
}

/** Of each process: its copies that have heard anything, the one that did last in front. A memo only. */
const heard = new WeakMap<ReadonlyMap<string, Informer>, Copy[]>();
const NO_COPIES: Copy[] = [];

/** The copy that a stream feeds. One that is taken out of its process must have no stream any more. */
function copyOfStream(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  id: number,
): Copy | undefined {
  const copies = heard.get(informers) ?? NO_COPIES;
  for (let at = 0; at < copies.length; at += 1) {
    const copy = copies[at] as Copy; // In range by the loops' conditions.
    if (copy.informer.streamId !== id) continue;
    // Those before it move back by one, so that the busy ones stay in front.
    for (let to = at; to > 0; to -= 1) copies[to] = copies[to - 1] as Copy;
    copies[0] = copy;
    return copy;
  }
  return findCopy(specs, informers, id);
}

/** The same among all, remembered for the next time. */
function findCopy(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  id: number,
): Copy | undefined {
  const spec = specs.find(({ name }) => informers.get(name)?.streamId === id);
  const informer = spec && informers.get(spec.name);
  if (spec === undefined || informer === undefined) return undefined;
  const copy = { spec, informer };
  const copies = heard.get(informers) ?? [];
  // More than there are: some were taken out.
  if (copies.length > specs.length) copies.length = 0;
  copies.unshift(copy);
  heard.set(informers, copies);
  return copy;
}

function openWatch(
  spec: InformerSpec,
  informer: Informer,
  client: StreamClient,
  env: InformerEnv,
): void {
  informer.phase = 'watching';
  informer.open = false;
  // client-go draws 5 to 10 minutes, so that the load of renewed watches spreads.
  const timeoutSeconds = 300 + below(env.random('watch-timeout'), 300);
  informer.streamId = openStream(client, env, {
    path: spec.path,
    query: {
      ...spec.query,
      watch: 'true',
      resourceVersion: informer.revision,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
    },
  });
}

/** Without a wait for so long, the next one is short again. */
const BACKOFF_RESET: Micros = 120_000_000;

/** client-go's reflector backs off from 0.8 s, doubling to 30 s, and up to twice that by its jitter. */
function retryLater(informer: Informer, env: InformerEnv): void {
  if (env.now - informer.waitedAt > BACKOFF_RESET) informer.failures = 0;
  informer.waitedAt = env.now;
  informer.phase = 'idle';
  // No stream has a negative number, and no two waits the same.
  informer.streamId = Math.min(informer.streamId, 0) - 1;
  const base: Micros = Math.min(800_000 * 2 ** Math.min(informer.failures, 6), 30_000_000);
  informer.failures += 1;
  const jitter = below(env.random('relist'), base);
  env.after(base + jitter, {
    type: 'client/relist',
    informer: informer.name,
    streamId: informer.streamId,
  });
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

function takeList<Context>(
  spec: InformerSpec,
  informer: Informer,
  client: StreamClient,
  response: ApiResponse,
  env: InformerEnv,
  handlers: InformerHandlers<Context>,
  context: Context,
): void {
  // Zero: no connection has come about.
  if (response.code >= 300 || response.code === 0) {
    if (response.code === 410) informer.revision = '';
    // A refused watch has lost nothing but its place; a 410 has, and lists anew.
    retryLater(informer, env);
    return;
  }
  const body = response.body as ListBody;
  replaceItems(spec, informer, body.items ?? [], handlers, context);
  informer.revision = body.metadata?.resourceVersion ?? '';
  const first = !informer.synced;
  informer.synced = true;
  openWatch(spec, informer, client, env);
  if (first) handlers.onSynced?.(informer.name, context);
}

function replaceItems<Context>(
  spec: InformerSpec,
  informer: Informer,
  items: readonly KubeObject[],
  handlers: InformerHandlers<Context>,
  context: Context,
): void {
  const seen = new Set<string>();
  const { indexes = NO_INDEXES } = spec;
  for (const object of items) {
    const key = keyOf(object);
    seen.add(key);
    const old = informer.items.get(key);
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion)
      continue;
    informer.items.set(key, object);
    if (old === undefined) fileNew(indexes, informer, key, object);
    else refile(indexes, undefined, informer, key, old, object);
    handlers.onChange({ informer: informer.name, key, old, next: object }, context);
  }
  for (const [key, old] of informer.items) {
    if (seen.has(key)) continue;
    remove(spec, informer, key, old);
    handlers.onChange({ informer: informer.name, key, old, next: undefined }, context);
  }
}

type Indexes = NonNullable<InformerSpec['indexes']>;
type Buckets = Map<string, Set<string>>;

const NO_INDEXES: Indexes = Object.freeze({});

/** Files an object that was not there before. */
function fileNew(indexes: Indexes, informer: Informer, key: string, object: KubeObject): void {
  // The informer was made with these indexes; the pairs of its map would be garbage at once.
  for (const index in indexes) {
    const buckets = informer.indexes.get(index);
    const values = indexes[index]?.(object);
    if (buckets === undefined || values === undefined) continue;
    if (typeof values === 'string') file(buckets, values, key);
    else for (let at = 0; at < values.length; at += 1) file(buckets, values[at] as string, key); // In range.
  }
}

/** Files another version of an object in the indexes named (undefined: in all). */
function refile(
  indexes: Indexes,
  names: readonly string[] | undefined,
  informer: Informer,
  key: string,
  old: KubeObject,
  next: KubeObject,
): void {
  for (const index of names ?? Object.keys(indexes)) {
    const buckets = informer.indexes.get(index);
    const valuesOf = indexes[index];
    if (buckets === undefined || valuesOf === undefined) continue;
    const before = valuesOf(old);
    const after = valuesOf(next);
    if (before !== after) move(buckets, before, after, key);
  }
}

/** Files a key under other values of an index than before. */
function move(buckets: Buckets, before: IndexValues, after: IndexValues, key: string): void {
  const then = listOf(before);
  const now = listOf(after);
  for (let at = 0; at < then.length; at += 1) {
    const value = then[at] as string;
    if (!now.includes(value)) unfile(buckets, value, key);
  }
  for (let at = 0; at < now.length; at += 1) {
    const value = now[at] as string;
    if (!then.includes(value)) file(buckets, value, key);
  }
}

const NO_VALUES: readonly string[] = Object.freeze([]);

function listOf(values: IndexValues): readonly string[] {
  return typeof values === 'string' ? [values] : values;
}

function file(buckets: Buckets, value: string, key: string): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, new Set([key]));
  else bucket.add(key);
}

function remove(spec: InformerSpec, informer: Informer, key: string, old: KubeObject): void {
  informer.items.delete(key);
  for (const [index, buckets] of informer.indexes) {
    for (const value of listOf(spec.indexes?.[index]?.(old) ?? NO_VALUES))
      unfile(buckets, value, key);
  }
}

function unfile(buckets: Buckets, value: string, key: string): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) return;
  bucket.delete(key);
  if (bucket.size === 0) buckets.delete(value);
}
