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

/** The watches of one storage by their scope, oldest first. A change asks a few of these lists and no other watch. */
export interface ScopedWatches {
  readonly all: ServedWatch[];
  readonly namespace: Map<string, ServedWatch[]>;
  readonly node: Map<string, ServedWatch[]>;
  readonly key: Map<string, ServedWatch[]>;
}

export function noWatches(): ServedWatches {
  return { next: 1, count: 0, byClient: new Map(), byStorage: new Map() };
}

/** Adds a watch to the tables. */
export function addWatch(watches: ServedWatches, watch: ServedWatch): void {
  Object.freeze(watch);
  watches.count += 1;
  const own = watches.byClient.get(watch.client);
  if (own === undefined) watches.byClient.set(watch.client, new Map([[watch.request, watch]]));
  else own.set(watch.request, watch);
  const scoped = scopedOf(watches, watch.storage);
  const { scope } = watch;
  switch (scope.by) {
    case 'all':
      scoped.all.push(watch);
      return;
    case 'namespace':
      addTo(scoped.namespace, scope.namespace, watch);
      return;
    case 'node':
      addTo(scoped.node, scope.node, watch);
      return;
    case 'key':
      addTo(scoped.key, scope.key, watch);
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
      takeFrom(scoped.all, watch);
      break;
    case 'namespace':
      takeFromTable(scoped.namespace, scope.namespace, watch);
      break;
    case 'node':
      takeFromTable(scoped.node, scope.node, watch);
      break;
    case 'key':
      takeFromTable(scoped.key, scope.key, watch);
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
  found.push(...scoped.all);
  for (const table of [scoped.namespace, scoped.node, scoped.key]) {
    for (const list of table.values()) found.push(...list);
  }
  return found.sort((a, b) => a.id - b.id);
}

function scopedOf(watches: ServedWatches, storage: string): ScopedWatches {
  let scoped = watches.byStorage.get(storage);
  if (scoped === undefined) {
    scoped = { all: [], namespace: new Map(), node: new Map(), key: new Map() };
    watches.byStorage.set(storage, scoped);
  }
  return scoped;
}

function addTo(table: Map<string, ServedWatch[]>, value: string, watch: ServedWatch): void {
  const list = table.get(value);
  if (list === undefined) table.set(value, [watch]);
  else list.push(watch);
}

function takeFromTable(table: Map<string, ServedWatch[]>, value: string, watch: ServedWatch): void {
  const list = table.get(value);
  if (list === undefined) return;
  takeFrom(list, watch);
  if (list.length === 0) table.delete(value);
}

/** Mostly of the last ones: what lives long was opened first. */
function takeFrom(list: ServedWatch[], watch: ServedWatch): void {
  const at = list.lastIndexOf(watch);
  if (at >= 0) list.splice(at, 1);
}
