import type { OwnerReference } from '../../../api/generated/types.ts';
import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import {
  customResourceInfos,
  resourceInfo,
  resourceInfos,
  resourceOfKind,
  type ResourceInfo,
} from '../resources.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** An object with the resource it belongs to: in the graph of owners all kinds meet. */
export interface Owned {
  readonly resource: string;
  readonly key: string;
  readonly object: KubeObject;
}

/** `pods:default/web`: one text for any object. */
export function identity(resource: string, key: string): string {
  return `${resource}:${key}`;
}

/** The object an identity stands for, if the cache has it. */
export function ownedAt(id: string, cluster: ClusterView): Owned | undefined {
  const colon = id.indexOf(':');
  const resource = id.slice(0, colon);
  const key = id.slice(colon + 1);
  const object = cluster.find(resource, key);
  return object === undefined ? undefined : { resource, key, object };
}

/** Everything that names this uid as one of its owners. */
export function dependentsOf(uid: string, cluster: ClusterView): readonly Owned[] {
  let dependents: Owned[] | undefined;
  for (const { name, mirrored } of resourceInfos) {
    if (!mirrored) continue;
    for (const [key, object] of cluster.filedAny(name, 'owner', uid)) {
      dependents ??= [];
      dependents.push({ resource: name, key, object });
    }
  }
  for (const { name } of customResourceInfos(cluster.all('customresourcedefinitions'))) {
    for (const [key, object] of cluster.filedAny(name, 'owner', uid)) {
      dependents ??= [];
      dependents.push({ resource: name, key, object });
    }
  }
  return dependents ?? NONE;
}
const NONE: readonly Owned[] = Object.freeze([]);

/** What an owner reference points at, as far as the cache knows. */
export type Owner =
  /** There, and not on its way out in the foreground. */
  | { readonly state: 'solid' }
  /** Being deleted in the foreground: it waits for its dependents. */
  | { readonly state: 'waiting'; readonly uid: string }
  | { readonly state: 'absent'; readonly uid: string }
  /** The cache does not show it, which may mean that the cache is behind. */
  | {
      readonly state: 'unknown';
      readonly uid: string;
      readonly resource: string;
      readonly key: string;
    };

const SOLID: Owner = Object.freeze({ state: 'solid' });

/** What one of an object's owner references points at. */
export function ownerOf(owned: Owned, reference: OwnerReference, cluster: ClusterView): Owner {
  const { uid } = reference;
  const place = placeOf(owned, reference, cluster);
  // What cannot be resolved is left alone, as documented for cluster-scoped dependents of namespaced owners.
  if (place === undefined) return SOLID;
  const owner = cluster.find(place.resource, place.key);
  if (owner?.metadata.uid === uid) return isWaiting(owner) ? { state: 'waiting', uid } : SOLID;
  return cluster.derived.absent.has(uid)
    ? { state: 'absent', uid }
    : { state: 'unknown', uid, ...place };
}

/** Where an owner reference points. */
export function placeOf(
  owned: Owned,
  { apiVersion, kind, name }: OwnerReference,
  cluster: ClusterView,
): { readonly resource: string; readonly key: string } | undefined {
  const info = resourceOfKind(apiVersion, kind) ?? customOfKind(apiVersion, kind, cluster);
  if (info === undefined || !info.mirrored) return undefined;
  if (!info.namespaced) return { resource: info.name, key: name };
  if (!isNamespaced(owned.resource, owned.key)) return undefined;
  return { resource: info.name, key: `${owned.object.metadata.namespace ?? ''}/${name}` };
}

/** A definition's resource by its kind, in whichever of its versions. */
function customOfKind(
  apiVersion: string,
  kind: string,
  cluster: ClusterView,
): ResourceInfo | undefined {
  const group = apiVersion.slice(0, apiVersion.lastIndexOf('/') + 1);
  return customResourceInfos(cluster.all('customresourcedefinitions')).find(
    (each) => each.kind === kind && each.apiVersion.startsWith(group),
  );
}

function isNamespaced(resource: string, key: string): boolean {
  return resource.startsWith('/') ? key.includes('/') : resourceInfo(resource)?.namespaced === true;
}

/** Whether an object is deleted in the foreground and waits for its dependents. */
export function isWaiting(object: KubeObject): boolean {
  return isLeavingWith(object, FOREGROUND);
}

/** Whether an object is being deleted and holds a finalizer of the collector’s. */
export function isLeavingWith({ metadata }: KubeObject, finalizer: string): boolean {
  return (
    metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true
  );
}
