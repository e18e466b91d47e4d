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
   * Whether two versions of an object are filed alike for sure, seen from a few of their fields: most changes leave an
   * object where it is filed, and then no index is asked. False where only the indexes know.
   */
  readonly isFiledAlike?: (old: KubeObject, next: KubeObject) => boolean;
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
  switch (message.type) {
    case 'api/watch': {
      const { id, events } = message as ApiWatchEvents;
      const spec = specOfStream(specs, informers, id);
      const informer = spec === undefined ? undefined : informers.get(spec.name);
      if (spec === undefined || informer === undefined) return false;
      informer.open = true;
      applyEvents(spec, informer, client, events, env, handlers, context);
      return true;
    }
    case 'api/response': {
      const response = message as ApiResponse;
      const spec = specOfStream(specs, informers, response.id);
      const informer = spec === undefined ? undefined : informers.get(spec.name);
      if (spec === undefined || informer === undefined) return false;
      takeList(spec, informer, client, response, env, handlers, context);
      return true;
    }
    case 'api/watch-ended': {
      const spec = specOfStream(specs, informers, (message as ApiWatchEnded).id);
      const informer = spec === undefined ? undefined : informers.get(spec.name);
      if (spec === undefined || informer === undefined) return false;
      openWatch(spec, informer, client, env);
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

/** So many informers are walked through as quickly as is remembered which of them it was. */
const FEW = 4;

/** Of processes with more informers: the positions of those that have heard anything, the first first. A memo only. */
const heard = new WeakMap<ReadonlyMap<string, Informer>, readonly number[]>();

/** The specification of the informer whose stream this is. */
function specOfStream(
  specs: readonly InformerSpec[],
  informers: ReadonlyMap<string, Informer>,
  id: number,
): InformerSpec | undefined {
  const known = specs.length > FEW ? heard.get(informers) : undefined;
  if (known !== undefined) {
    for (let index = 0; index < known.length; index += 1) {
      const spec = specs[known[index] as number]; // In range by the loop's condition.
      if (spec !== undefined && informers.get(spec.name)?.streamId === id) return spec;
    }
  }
  // The busiest ones mostly stand last.
  for (let position = specs.length - 1; position >= 0; position -= 1) {
    const spec = specs[position] as InformerSpec; // Likewise.
    if (informers.get(spec.name)?.streamId !== id) continue;
    if (specs.length > FEW) heard.set(informers, [...(known ?? []), position]);
    return spec;
  }
  return undefined;
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
  for (const object of items) {
    const key = keyOf(object);
    seen.add(key);
    const old = informer.items.get(key);
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion)
      continue;
    informer.items.set(key, object);
    refile(spec, informer, key, old, object);
    handlers.onChange({ informer: informer.name, key, old, next: object }, context);
  }
  for (const [key, old] of informer.items) {
    if (seen.has(key)) continue;
    remove(spec, informer, key, old);
    handlers.onChange({ informer: informer.name, key, old, next: undefined }, context);
  }
}

function applyEvents<Context>(
  spec: InformerSpec,
  informer: Informer,
  client: StreamClient,
  events: readonly WatchEvent[],
  env: InformerEnv,
  handlers: InformerHandlers<Context>,
  context: Context,
): void {
  // By index, here and below: each change of the cluster passes here several times, and an iterator is garbage at once.
  for (let i = 0; i < events.length; i += 1) {
    const event = events[i];
    if (event === undefined) continue;
    // Every event but ERROR carries an object of the resource.
    const object = event.object as KubeObject;
    if (event.type === 'ERROR') {
      informer.revision = '';
      startInformer(spec, informer, client, env);
      return;
    }
    informer.revision = object.metadata.resourceVersion ?? informer.revision;
    if (event.type === 'BOOKMARK') continue;
    const key = keyOf(object);
    const old = informer.items.get(key);
    if (event.cause !== undefined) env.resumeCause(event.cause);
    if (event.type === 'DELETED') {
      if (old === undefined) continue;
      remove(spec, informer, key, old);
      handlers.onChange({ informer: informer.name, key, old: object, next: undefined }, context);
    } else {
      informer.items.set(key, object);
      if (spec.indexes !== undefined) refile(spec, informer, key, old, object);
      handlers.onChange({ informer: informer.name, key, old, next: object }, context);
    }
  }
}

/** Files an object that is in the copy now; `old` was there before. */
function refile(
  spec: InformerSpec,
  informer: Informer,
  key: string,
  old: KubeObject | undefined,
  next: KubeObject,
): void {
  const { indexes, isFiledAlike } = spec;
  if (indexes === undefined) return;
  if (old !== undefined && isFiledAlike !== undefined && isFiledAlike(old, next)) return;
  // The informer was made with these indexes; the pairs of its map would be garbage at once.
  for (const index in indexes) {
    const valuesOf = indexes[index];
    const buckets = informer.indexes.get(index);
    if (valuesOf === undefined || buckets === undefined) continue;
    const values = valuesOf(next);
    if (old === undefined && typeof values === 'string') {
      file(buckets, values, key);
      continue;
    }
    const before = old === undefined ? NO_VALUES : valuesOf(old);
    if (before === values) continue;
    if (typeof before === 'string' && typeof values === 'string') {
      unfile(buckets, before, key);
      file(buckets, values, key);
      continue;
    }
    const now = listOf(values);
    const then = listOf(before);
    for (const value of then) if (!now.includes(value)) unfile(buckets, value, key);
    for (const value of now) if (!then.includes(value)) file(buckets, value, key);
  }
}

const NO_VALUES: readonly string[] = Object.freeze([]);

function listOf(values: IndexValues): readonly string[] {
  return typeof values === 'string' ? [values] : values;
}

function file(buckets: Map<string, Set<string>>, value: string, key: string): void {
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

function unfile(buckets: Map<string, Set<string>>, value: string, key: string): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) return;
  bucket.delete(key);
  if (bucket.size === 0) buckets.delete(value);
}
