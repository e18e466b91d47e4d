import type {
  CustomResourceDefinition,
  KubernetesObject,
  Pod,
} from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { customKindsOf } from '../../../api/kinds/custom/custom-kind.ts';
import type { CustomDefinitions } from '../../../api/kinds/custom/registry.ts';
import { allKinds } from '../../../api/kinds/index.ts';
import { meetsFields, type FieldRequirement } from '../../../api/selectors/field-selector.ts';
import {
  matchesRequirements,
  type LabelRequirement,
} from '../../../api/selectors/label-requirement.ts';
import type { WatchEvent } from '../../messages.ts';
import { present } from '../reads/object-form.ts';
import { calendarMillis, type Server } from '../server.ts';
import type { CacheChange, ResourceCache } from './resource-cache.ts';
import type { ScopedWatches, ServedWatch } from './served-watches.ts';

/** Tells the watches of a resource about a batch of changes, in one message for each watch. */
export function dispatch(
  server: Server,
  cache: ResourceCache,
  changes: readonly CacheChange[],
): void {
  const scoped = server.memory.watches.byStorage.get(cache.storage);
  if (scoped === undefined) return;
  const { all, namespace, key, node } = scoped;
  // Most batches are one change, and no watch is told of it twice: no parcels are made up.
  const parcels: Parcels | undefined = changes.length > 1 ? new Map() : undefined;
  for (let at = 0; at < changes.length; at++) {
    const change = changes[at] as CacheChange; // In range.
    const sight = sightOf(change);
    if (all.length > 0) tellEach(server, all, sight, parcels);
    if (namespace.size > 0) {
      tellEach(server, namespace.get(change.object.metadata.namespace ?? ''), sight, parcels);
    }
    if (key.size > 0) tellEach(server, key.get(change.key), sight, parcels);
    if (node.size > 0) tellNodes(server, node, sight, parcels);
  }
  if (parcels !== undefined) sendParcels(server, parcels);
}

/** What each watch is to be told of a batch. */
type Parcels = Map<ServedWatch, WatchEvent[]>;

function sendParcels({ env }: Server, parcels: Parcels): void {
  for (const [watch, events] of parcels) {
    env.resumeCause(events[events.length - 1]?.cause);
    env.send(watch.client, { type: 'api/watch', id: watch.request, events });
  }
}

/** Tells those who watch the node that a Pod is bound to, and those of the node that it was bound to before. */
function tellNodes(
  server: Server,
  watches: ScopedWatches['node'],
  sight: Sight,
  parcels: Parcels | undefined,
): void {
  const { object, previous } = sight.change;
  // Only Pods are watched so.
  const node = (object as Pod).spec.nodeName;
  const before = (previous as Pod | undefined)?.spec.nodeName;
  if (node !== undefined) tellEach(server, watches.get(node), sight, parcels);
  if (before !== undefined && before !== node) {
    tellEach(server, watches.get(before), sight, parcels);
  }
}

/** Tells all of these that see the change: at once, or by and by with what else there is for them. */
function tellEach(
  server: Server,
  watches: readonly ServedWatch[] | undefined,
  sight: Sight,
  parcels: Parcels | undefined,
): void {
  if (watches === undefined) return;
  const { env } = server;
  const { cause } = sight.change;
  for (let at = 0; at < watches.length; at++) {
    const watch = watches[at] as ServedWatch; // In range.
    const events = eventsFor(server, watch, sight);
    if (events === undefined) continue;
    if (parcels === undefined) {
      if (env.cause !== cause) env.resumeCause(cause);
      env.send(watch.client, { type: 'api/watch', id: watch.request, events });
    } else {
      const parcel = parcels.get(watch);
      if (parcel === undefined) parcels.set(watch, events.slice());
      else parcel.push(events[0] as WatchEvent); // It is one.
    }
  }
}

/**
 * How one change is seen. What many watches see alike is made once: the event as a list of one, which is what is sent to
 * each of them.
 */
export interface Sight {
  readonly change: CacheChange;
  added: readonly WatchEvent[] | undefined;
  modified: readonly WatchEvent[] | undefined;
  deleted: readonly WatchEvent[] | undefined;
}

/** A change that nobody has seen yet. */
export function sightOf(change: CacheChange): Sight {
  return { change, added: undefined, modified: undefined, deleted: undefined };
}

/**
 * What a watch sees of a change, one event; undefined for nothing. With a selector an object may come into view or leave
 * it without being created or deleted; it then leaves as it was last seen.
 */
export function eventsFor(
  server: Server,
  watch: ServedWatch,
  sight: Sight,
): readonly WatchEvent[] | undefined {
  const { change } = sight;
  if (change.revision <= watch.since) return undefined;
  const { previous, object, deleted } = change;
  const kind = allKinds[watch.kind] ?? kindOf(watch, server.memory.custom.definitions);
  const { scope } = watch;
  let had = previous !== undefined;
  let has = !deleted;
  // What had been there before is there, wherever it is looked at. The index that led to the watch holds every other scope.
  if (scope.by === 'node') {
    // Only Pods have such watches, and none moves to another namespace.
    const isNear = scope.namespace === '' || object.metadata.namespace === scope.namespace;
    had &&= isNear && (previous as Pod).spec.nodeName === scope.node;
    has &&= isNear && (object as Pod).spec.nodeName === scope.node;
  }
  if (watch.labels !== undefined || watch.fields !== undefined) {
    had &&= isSelected(previous as KubernetesObject, kind, watch);
    has &&= isSelected(object, kind, watch);
  }
  if (!had && !has) return undefined;
  if (watch.form !== 'object' || kind.fromStored !== undefined || (!has && !deleted)) {
    return seenOtherwise(server, watch, change, { kind, had, has });
  }
  if (!has) return (sight.deleted ??= seenPlainly('DELETED', change));
  return had
    ? (sight.modified ??= seenPlainly('MODIFIED', change))
    : (sight.added ??= seenPlainly('ADDED', change));
}

function seenPlainly(
  type: WatchEvent['type'],
  { object, cause }: CacheChange,
): readonly WatchEvent[] {
  const event: WatchEvent = { type, object, cause };
  return [event];
}

/** In the watch's own form, or as it leaves its view. */
function seenOtherwise(
  server: Server,
  { form }: ServedWatch,
  { object, previous, deleted, cause }: CacheChange,
  as: { readonly kind: KindDeclaration; readonly had: boolean; readonly has: boolean },
): readonly WatchEvent[] {
  const { kind, had, has } = as;
  const hasLeft = !has && !deleted && previous !== undefined;
  const shown = present(hasLeft ? atRevision(previous, object) : object, {
    kind,
    form,
    now: calendarMillis(server),
  });
  return [{ type: has ? (had ? 'MODIFIED' : 'ADDED') : 'DELETED', object: shown, cause }];
}

/** The kind as whose objects a watch sees the storage. */
export function kindOf(
  watch: ServedWatch,
  definitions: CustomDefinitions | undefined,
): KindDeclaration {
  if (watch.kind < 0) {
    // A watch of a custom resource ends with its definition.
    const definition = definitions?.get(watch.storage) as CustomResourceDefinition;
    const kinds = customKindsOf(definition);
    return kinds.find(({ version }) => version === watch.version) ?? (kinds[0] as KindDeclaration);
  }
  return allKinds[watch.kind] as KindDeclaration; // The index was taken from this very list.
}

/** Whether an object, as it is stored, meets a request's selectors. */
export function isSelected(
  object: KubernetesObject,
  kind: KindDeclaration,
  { labels, fields }: Selectors,
): boolean {
  if (labels !== undefined && !matchesRequirements(labels, object.metadata.labels)) return false;
  if (fields === undefined) return true;
  const seen = kind.fromStored === undefined ? object : kind.fromStored(object);
  return meetsFields(fields, kind.selectableFields, seen);
}

/** What a list or watch asks for, beyond its scope. */
export interface Selectors {
  readonly labels: readonly LabelRequirement[] | undefined;
  readonly fields: readonly FieldRequirement[] | undefined;
}

function atRevision(object: KubernetesObject, newer: KubernetesObject): KubernetesObject {
  const { resourceVersion } = newer.metadata;
  return resourceVersion === undefined
    ? object
    : Object.freeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
}
