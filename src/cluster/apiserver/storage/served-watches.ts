import type { FieldRequirement } from '../../../api/selectors/field-selector.ts';
import type { LabelRequirement } from '../../../api/selectors/label-requirement.ts';

/** One open watch of a client. Frozen. */
export interface ServedWatch {
  readonly id: number;
  readonly client: string;
  /** The client's number for it. */
  readonly request: number;
  readonly storage: string;
  /** Which of the kinds in that storage it sees: an index into the list of all kinds. */
  readonly kind: number;
  /** The version that it sees a custom resource in; the index is -1 then. */
  readonly version: string;
  readonly scope: WatchScope;
  readonly labels: readonly LabelRequirement[] | undefined;
  /** What the scope does not already say. */
  readonly fields: readonly FieldRequirement[] | undefined;
  readonly form: ObjectForm;
  readonly bookmarks: boolean;
  /** It has been told, here or by another server, of everything up to this revision. */
  readonly since: number;
}

/** What part of a resource a watch looks at: the index that changes find it by. */
export type WatchScope =
  | { readonly by: 'all' }
  | { readonly by: 'namespace'; readonly namespace: string }
  /** Pods bound to a node, in one namespace or with the empty text in all. */
  | { readonly by: 'node'; readonly node: string; readonly namespace: string }
  /** One object, by its key in etcd. */
  | { readonly by: 'key'; readonly key: string };

/** How a client wants objects: as they are, as rows of a Table, or their metadata alone. */
export type ObjectForm = 'object' | 'table-metadata' | 'table-object' | 'table-none' | 'metadata';

/** All open watches, found by who opened them and by what they look at. */
export interface ServedWatches {
  next: number;
  count: number;
  readonly byClient: Map<string, Map<number, ServedWatch>>;
  readonly byStorage: Map<string, ScopedWatches>;
}

/** The watches of one storage by their scope. A change asks a few of these tables and no other watch. */
export interface ScopedWatches {
  readonly all: Map<number, ServedWatch>;
  readonly namespace: Map<string, Map<number, ServedWatch>>;
  readonly node: Map<string, Map<number, ServedWatch>>;
  readonly key: Map<string, Map<number, ServedWatch>>;
}

export function noWatches(): ServedWatches {
  return { next: 1, count: 0, byClient: new Map(), byStorage: new Map() };
}

/** Adds a watch to the tables. */
export function addWatch(watches: ServedWatches, watch: ServedWatch): void {
  Object.freeze(watch);
  watches.count += 1;
  tableOf(watches.byClient, watch.client).set(watch.request, watch);
  const scoped = scopedOf(watches, watch.storage);
  const { scope } = watch;
  switch (scope.by) {
    case 'all':
      scoped.all.set(watch.id, watch);
      return;
    case 'namespace':
      tableOf(scoped.namespace, scope.namespace).set(watch.id, watch);
      return;
    case 'node':
      tableOf(scoped.node, scope.node).set(watch.id, watch);
      return;
    case 'key':
      tableOf(scoped.key, scope.key).set(watch.id, watch);
      return;
  }
}

/** Takes a watch out; undefined when there is none of that number. */
export function takeWatch(
  watches: ServedWatches,
  { client, request }: { readonly client: string; readonly request: number },
): ServedWatch | undefined {
  const own = watches.byClient.get(client);
  const watch = own?.get(request);
  if (own === undefined || watch === undefined) return undefined;
  own.delete(request);
  if (own.size === 0) watches.byClient.delete(client);
  watches.count -= 1;
  const scoped = scopedOf(watches, watch.storage);
  const { scope } = watch;
  switch (scope.by) {
    case 'all':
      scoped.all.delete(watch.id);
      break;
    case 'namespace':
      takeFrom(scoped.namespace, scope.namespace, watch.id);
      break;
    case 'node':
      takeFrom(scoped.node, scope.node, watch.id);
      break;
    case 'key':
      takeFrom(scoped.key, scope.key, watch.id);
      break;
  }
  return watch;
}

/** Takes out every watch of a client that is gone. */
export function takeWatchesOf(watches: ServedWatches, client: string): void {
  for (const request of watches.byClient.get(client)?.keys() ?? []) {
    takeWatch(watches, { client, request });
  }
}

/** Every watch of a storage, in order of opening. */
export function watchesOf(watches: ServedWatches, storage: string): readonly ServedWatch[] {
  const found: ServedWatch[] = [];
  const scoped = watches.byStorage.get(storage);
  if (scoped === undefined) return found;
  found.push(...scoped.all.values());
  for (const table of [scoped.namespace, scoped.node, scoped.key]) {
    for (const list of table.values()) found.push(...list.values());
  }
  return found.sort((a, b) => a.id - b.id);
}

function scopedOf(watches: ServedWatches, storage: string): ScopedWatches {
  let scoped = watches.byStorage.get(storage);
  if (scoped === undefined) {
    scoped = { all: new Map(), namespace: new Map(), node: new Map(), key: new Map() };
    watches.byStorage.set(storage, scoped);
  }
  return scoped;
}

function tableOf(
  tables: Map<string, Map<number, ServedWatch>>,
  value: string,
): Map<number, ServedWatch> {
  let table = tables.get(value);
  if (table === undefined) {
    table = new Map();
    tables.set(value, table);
  }
  return table;
}

function takeFrom(tables: Map<string, Map<number, ServedWatch>>, value: string, id: number): void {
  const table = tables.get(value);
  table?.delete(id);
  if (table?.size === 0) tables.delete(value);
}
