import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { CustomDefinitions } from '../../../api/kinds/custom/registry.ts';
import { allKinds, apiVersionOf } from '../../../api/kinds/index.ts';
import { tooOldResourceVersionError } from '../../../api/status-error.ts';
import { below } from '../../../kernel/random.ts';
import { SECOND } from '../../../kernel/time.ts';
import type { WatchEvent } from '../../messages.ts';
import { OPEN, refuse, type Answer } from '../exchange.ts';
import { cacheOf, calendarMillis, type ApiServerTimer, type Server } from '../server.ts';
import { eventsFor, kindOf, sightOf } from '../storage/dispatch.ts';
import { changesAfter, oldestWatchable, type ResourceCache } from '../storage/resource-cache.ts';
import { addWatch, takeWatch, watchesOf, type ServedWatch } from '../storage/served-watches.ts';
import type { VerbCall } from '../verb.ts';
import { revisionOfCache } from './freshness.ts';
import { objectsInScope } from './list.ts';
import { readListOptions, type ListOptions } from './list-options.ts';
import { formOf, present } from './object-form.ts';
import { scopeOf } from './scope.ts';

/** Upstream's `--min-request-timeout`: a watch without a time of its own gets one to two times this. */
const WATCH_SECONDS_MIN = 1800;

/**
 * Opens a watch. From a revision it begins with the changes since; from none or 0 with everything there is, as
 * ADDED; with `sendInitialEvents` a bookmark marks where that ends.
 */
export function openWatch({ server, exchange, target }: VerbCall): Answer {
  const { kind } = target;
  const { request, client } = exchange;
  const { env, memory } = server;
  if (client === undefined) return OPEN;
  const read = readListOptions(request.query, kind);
  if (!read.ok) return refuse(read.error);
  const options = read.value;
  const cache = cacheOf(server, kind.storage);
  const { scope, fields } = scopeOf(target, options.fields);
  const watch: ServedWatch = {
    id: memory.watches.next++,
    client,
    request: request.id,
    storage: kind.storage,
    kind: allKinds.indexOf(kind),
    version: kind.version,
    scope,
    labels: options.labels,
    fields,
    form: formOf(request),
    bookmarks: options.bookmarks,
    since: options.sendInitialEvents ? 0 : (options.revision ?? 0),
  };
  const first = firstEvents(server, cache, { watch, options, target });
  env.send(client, { type: 'api/watch', id: request.id, events: first.events });
  if (first.isOver) {
    env.send(client, { type: 'api/watch-ended', id: request.id });
    return OPEN;
  }
  // A client that uses a number again has forgotten the watch that had it.
  takeWatch(memory.watches, { client, request: request.id });
  addWatch(memory.watches, watch);
  const seconds =
    options.timeoutSeconds ??
    WATCH_SECONDS_MIN + below(env.random('watch-timeout'), WATCH_SECONDS_MIN);
  const end: ApiServerTimer = {
    type: 'apiserver/watch-timeout',
    watch: watch.id,
    client,
    request: request.id,
  };
  env.after(seconds * SECOND, end);
  return OPEN;
}

function firstEvents(
  server: Server,
  cache: ResourceCache,
  {
    watch,
    options,
    target,
  }: {
    readonly watch: ServedWatch;
    readonly options: ListOptions;
    readonly target: VerbCall['target'];
  },
): { readonly events: readonly WatchEvent[]; readonly isOver: boolean } {
  const now = calendarMillis(server);
  const { revision } = options;
  const wantsState = revision === undefined || revision === 0 || options.sendInitialEvents;
  if (!wantsState) {
    const oldest = oldestWatchable(cache);
    if (revision < oldest) {
      const status = tooOldResourceVersionError(String(revision), String(oldest));
      return { events: [{ type: 'ERROR', object: status }], isOver: true };
    }
    const events: WatchEvent[] = [];
    for (const change of changesAfter(cache, revision)) {
      // A key's index has no meaning for changes that are read in a row.
      if (watch.scope.by === 'key' && change.key !== watch.scope.key) continue;
      if (watch.scope.by === 'namespace') {
        if (change.object.metadata.namespace !== watch.scope.namespace) continue;
      }
      const seen = eventsFor(server, watch, sightOf(change));
      if (seen !== undefined) events.push(...seen);
    }
    return { events, isOver: false };
  }
  const { kind } = target;
  const events: WatchEvent[] = objectsInScope(cache, target, options).map((object) => ({
    type: 'ADDED',
    object: present(object, { kind, form: watch.form, now }),
  }));
  if (options.sendInitialEvents && options.bookmarks) {
    events.push(
      bookmark(server.memory.custom.definitions, watch, revisionOfCache(server, cache), {
        'k8s.io/initial-events-end': 'true',
      }),
    );
  }
  return { events, isOver: false };
}

function bookmark(
  definitions: CustomDefinitions,
  watch: ServedWatch,
  revision: number,
  annotations?: Readonly<Record<string, string>>,
): WatchEvent {
  const kind = kindOf(watch, definitions);
  const object: KubernetesObject = {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: {
      resourceVersion: String(revision),
      ...(annotations === undefined ? undefined : { annotations }),
    },
  };
  return { type: 'BOOKMARK', object };
}

/**
 * Tells those who asked for bookmarks how far they have seen. Upstream sends one a minute to each watch; here a
 * resource that has not changed sends none, since nothing is gained by it: its window holds the old place as well.
 */
export function sendBookmarks(server: Server): void {
  const { memory, env } = server;
  env.resumeCause(undefined);
  for (const cache of memory.caches.values()) {
    const { window } = cache;
    if (!cache.ready || window.next === cache.bookmarked) continue;
    cache.bookmarked = window.next;
    for (const watch of watchesOf(memory.watches, cache.storage)) {
      if (!watch.bookmarks) continue;
      env.send(watch.client, {
        type: 'api/watch',
        id: watch.request,
        events: [bookmark(server.memory.custom.definitions, watch, revisionOfCache(server, cache))],
      });
    }
  }
}

/** A watch's time is up; the client opens it anew where it stood. */
export function endWatch(
  server: Server,
  timer: Extract<ApiServerTimer, { type: 'apiserver/watch-timeout' }>,
): void {
  const { memory, env } = server;
  const { client, request } = timer;
  const watch = memory.watches.byClient.get(client)?.get(request);
  if (watch?.id !== timer.watch) return;
  takeWatch(memory.watches, { client, request });
  env.resumeCause(undefined);
  env.send(client, { type: 'api/watch-ended', id: request });
}
