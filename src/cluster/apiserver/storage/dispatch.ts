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
  if (scoped === undefined) return;
  if (isUnwatched(scoped)) return;
  const sight = { now: calendarMillis(server), definitions: server.memory.custom.definitions };
  const [only] = changes;
  if (only !== undefined && changes.length === 1) {
    // Most batches are one change, and no watch is told of it twice: no parcels are made up.
    tellOf(only, scoped, sight, (watch, event) => {
      server.env.resumeCause(event.cause);
      server.env.send(watch.client, { type: 'api/watch', id: watch.request, events: [event] });
    });
    return;
  }
  const parcels = new Map<ServedWatch, WatchEvent[]>();
  for (const change of changes) {
    tellOf(change, scoped, sight, (watch, event) => {
      const parcel = parcels.get(watch);
      if (parcel === undefined) parcels.set(watch, [event]);
      else parcel.push(event);
    });
  }
  for (const [watch, events] of parcels) {
    server.env.resumeCause(events[events.length - 1]?.cause);
    server.env.send(watch.client, { type: 'api/watch', id: watch.request, events });
  }
}

function isUnwatched({ all, namespace, key, node }: ScopedWatches): boolean {
  return all.size === 0 && namespace.size === 0 && key.size === 0 && node.size === 0;
}

/** What the form of an object depends on besides the object. */
interface Sight {
  readonly now: number;
  readonly definitions: CustomDefinitions;
}

/** Calls back with each watch that sees the change, and with what it sees. */
function tellOf(
  change: CacheChange,
  scoped: ScopedWatches,
  { now, definitions }: Sight,
  tell: (watch: ServedWatch, event: WatchEvent) => void,
): void {
  const view = { shared: {}, now, definitions };
  tellEach(scoped.all, change, view, tell);
  if (scoped.namespace.size > 0) {
    const namespace = change.object.metadata.namespace ?? '';
    tellEach(scoped.namespace.get(namespace), change, view, tell);
  }
  if (scoped.key.size > 0) tellEach(scoped.key.get(change.key), change, view, tell);
  if (scoped.node.size === 0) return;
  const node = nodeOf(change.object);
  const before = nodeOf(change.previous);
  if (node !== '') tellEach(scoped.node.get(node), change, view, tell);
  if (before !== '' && before !== node) tellEach(scoped.node.get(before), change, view, tell);
}

function tellEach(
  watches: ReadonlyMap<number, ServedWatch> | undefined,
  change: CacheChange,
  view: Sight & { readonly shared: SharedEvents },
  tell: (watch: ServedWatch, event: WatchEvent) => void,
): void {
  if (watches === undefined || watches.size === 0) return;
  for (const watch of watches.values()) {
    const event = eventFor(watch, change, view);
    if (event !== undefined) tell(watch, event);
  }
}

/** The events of a change that many watches see alike. */
interface SharedEvents {
  ADDED?: WatchEvent;
  MODIFIED?: WatchEvent;
  DELETED?: WatchEvent;
}

/**
 * What a watch sees of a change; undefined for nothing. With a selector an object may come into view or leave it
 * without being created or deleted; it then leaves as it was last seen.
 */
export function eventFor(
  watch: ServedWatch,
  change: CacheChange,
  {
    shared,
    now,
    definitions,
  }: {
    readonly shared: SharedEvents;
    readonly now: number;
    readonly definitions: CustomDefinitions;
  },
): WatchEvent | undefined {
  if (change.revision <= watch.since) return undefined;
  const kind = kindOf(watch, definitions);
  const had = change.previous !== undefined && isSeen(watch, kind, change.previous);
  const has = !change.deleted && isSeen(watch, kind, change.object);
  if (!had && !has) return undefined;
  const type = has ? (had ? 'MODIFIED' : 'ADDED') : 'DELETED';
  const hasLeft = type === 'DELETED' && !change.deleted;
  const isPlain = watch.form === 'object' && kind.fromStored === undefined && !hasLeft;
  if (isPlain && shared[type] !== undefined) return shared[type];
  const object =
    hasLeft && change.previous !== undefined
      ? atRevision(change.previous, change.object)
      : change.object;
  const event: WatchEvent = {
    type,
    object: present(object, { kind, form: watch.form, now }),
    cause: change.cause,
  };
  if (isPlain) shared[type] = event;
  return event;
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
  const { scope } = watch;
  // The index that led to the watch holds every other scope.
  if (scope.by === 'node') {
    if (nodeOf(object) !== scope.node) return false;
    if (scope.namespace !== '' && object.metadata.namespace !== scope.namespace) return false;
  }
  return (
    (watch.labels === undefined && watch.fields === undefined) ||
    isSelected(object, { kind, labels: watch.labels, fields: watch.fields })
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
