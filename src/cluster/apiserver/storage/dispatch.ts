import type { CustomResourceDefinition, KubernetesObject } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { customKindsOf } from '../../../api/kinds/custom/custom-kind.ts';
import type { CustomDefinitions } from '../../../api/kinds/custom/registry.ts';
import { allKinds } from '../../../api/kinds/index.ts';
import { matchesFields, type FieldRequirement } from '../../../api/selectors/field-selector.ts';
import {
  matchesRequirements,
  type LabelRequirement,
} from '../../../api/selectors/label-requirement.ts';
import type { WatchEvent } from '../../messages.ts';
import { present } from '../reads/object-form.ts';
import { calendarMillis, type Server } from '../server.ts';
import { nodeOf, type CacheChange, type ResourceCache } from './resource-cache.ts';
import type { ScopedWatches, ServedWatch } from './served-watches.ts';

/** Tells the watches of a resource about a batch of changes, in one message for each watch. */
export function dispatch(
  server: Server,
  cache: ResourceCache,
  changes: readonly CacheChange[],
): void {
  const scoped = server.memory.watches.byStorage.get(cache.storage);
  if (scoped === undefined || isUnwatched(scoped)) return;
  // Most batches are one change, and no watch is told of it twice: no parcels are made up.
  const parcels = changes.length === 1 ? undefined : new Map<ServedWatch, WatchEvent[]>();
  for (let at = 0; at < changes.length; at++) {
    const change = changes[at] as CacheChange; // In range.
    if (parcels === undefined) server.env.resumeCause(change.cause);
    tellOf(server, change, scoped, parcels);
  }
  if (parcels === undefined) return;
  for (const [watch, events] of parcels) {
    server.env.resumeCause(events[events.length - 1]?.cause);
    server.env.send(watch.client, { type: 'api/watch', id: watch.request, events });
  }
}

function isUnwatched({ all, namespace, key, node }: ScopedWatches): boolean {
  return all.length === 0 && namespace.size === 0 && key.size === 0 && node.size === 0;
}

type Parcels = Map<ServedWatch, WatchEvent[]>;

/** Tells all watches that see the change: at once, or by and by with what else there is for them. */
function tellOf(
  server: Server,
  change: CacheChange,
  scoped: ScopedWatches,
  parcels: Parcels | undefined,
): void {
  const sight = sightOf(server);
  tellEach(server, scoped.all, change, sight, parcels);
  if (scoped.namespace.size > 0) {
    const namespace = change.object.metadata.namespace ?? '';
    tellEach(server, scoped.namespace.get(namespace), change, sight, parcels);
  }
  if (scoped.key.size > 0) tellEach(server, scoped.key.get(change.key), change, sight, parcels);
  if (scoped.node.size === 0) return;
  const node = nodeOf(change.object);
  const before = nodeOf(change.previous);
  if (node !== '') tellEach(server, scoped.node.get(node), change, sight, parcels);
  if (before !== '' && before !== node) {
    tellEach(server, scoped.node.get(before), change, sight, parcels);
  }
}

function tellEach(
  server: Server,
  watches: readonly ServedWatch[] | undefined,
  change: CacheChange,
  sight: Sight,
  parcels: Parcels | undefined,
): void {
  if (watches === undefined) return;
  for (let at = 0; at < watches.length; at++) {
    const watch = watches[at] as ServedWatch; // In range.
    const events = eventsFor(watch, change, sight);
    if (events === undefined) continue;
    if (parcels === undefined) {
      server.env.send(watch.client, { type: 'api/watch', id: watch.request, events });
    } else {
      const parcel = parcels.get(watch);
      if (parcel === undefined) parcels.set(watch, [...events]);
      else parcel.push(...events);
    }
  }
}

/** What the form of an object depends on besides the object, and what many watches see alike of one change. */
export interface Sight {
  readonly now: number;
  readonly definitions: CustomDefinitions;
  /** The event as a list of one, which is what is sent: all watches that see the same are sent the same list. */
  added: readonly WatchEvent[] | undefined;
  modified: readonly WatchEvent[] | undefined;
  deleted: readonly WatchEvent[] | undefined;
}

/** How one change is seen now. */
export function sightOf(server: Server): Sight {
  const { definitions } = server.memory.custom;
  const now = calendarMillis(server);
  return { now, definitions, added: undefined, modified: undefined, deleted: undefined };
}

/**
 * What a watch sees of a change, one event; undefined for nothing. With a selector an object may come into view or leave
 * it without being created or deleted; it then leaves as it was last seen.
 */
export function eventsFor(
  watch: ServedWatch,
  change: CacheChange,
  sight: Sight,
): readonly WatchEvent[] | undefined {
  const { previous, deleted } = change;
  if (change.revision <= watch.since) return undefined;
  const kind = kindOf(watch, sight.definitions);
  const { scope, labels, fields, form } = watch;
  const seesAll = labels === undefined && fields === undefined && scope.by !== 'node';
  const had = previous !== undefined && (seesAll || isSeen(watch, kind, previous));
  const has = !deleted && (seesAll || isSeen(watch, kind, change.object));
  if (!had && !has) return undefined;
  const isPlain = form === 'object' && kind.fromStored === undefined;
  if (!isPlain || (!has && !deleted)) {
    // Without a selector nothing leaves that was not there before.
    const object =
      has || deleted ? change.object : atRevision(previous as KubernetesObject, change.object);
    const type = typeOf(had, has);
    const seen = present(object, { kind, form, now: sight.now });
    return [{ type, object: seen, cause: change.cause }];
  }
  if (has) {
    return had
      ? (sight.modified ??= plainly('MODIFIED', change))
      : (sight.added ??= plainly('ADDED', change));
  }
  return (sight.deleted ??= plainly('DELETED', change));
}

function typeOf(had: boolean, has: boolean): WatchEvent['type'] {
  if (!has) return 'DELETED';
  return had ? 'MODIFIED' : 'ADDED';
}

function plainly(type: WatchEvent['type'], { object, cause }: CacheChange): readonly WatchEvent[] {
  return [{ type, object, cause }];
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

function isSeen(watch: ServedWatch, kind: KindDeclaration, object: KubernetesObject): boolean {
  const { scope, labels, fields } = watch;
  // The index that led to the watch holds every other scope.
  if (scope.by === 'node') {
    if (nodeOf(object) !== scope.node) return false;
    if (scope.namespace !== '' && object.metadata.namespace !== scope.namespace) return false;
  }
  return (
    (labels === undefined && fields === undefined) || isSelected(object, { kind, labels, fields })
  );
}

/** Whether an object, as it is stored, meets a request's selectors. */
export function isSelected(
  object: KubernetesObject,
  wanted: {
    readonly kind: KindDeclaration;
    readonly labels: readonly LabelRequirement[] | undefined;
    readonly fields: readonly FieldRequirement[] | undefined;
  },
): boolean {
  const { kind, labels, fields } = wanted;
  if (labels !== undefined && !matchesRequirements(labels, object.metadata.labels)) return false;
  if (fields === undefined) return true;
  const seen = kind.fromStored === undefined ? object : kind.fromStored(object);
  return matchesFields(fields, (field) => kind.selectableFields[field]?.(seen));
}

function atRevision(object: KubernetesObject, newer: KubernetesObject): KubernetesObject {
  const { resourceVersion } = newer.metadata;
  return resourceVersion === undefined
    ? object
    : Object.freeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
}
