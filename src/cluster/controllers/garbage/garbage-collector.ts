import type { OwnerReference } from '../../../api/generated/types.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { MILLISECOND } from '../../../kernel/time.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { releasePatch } from '../owner-references.ts';
import { inOrder, rest, type Plan, type Removal, type Write } from '../plan.ts';
import { patch, remove } from '../writes.ts';
import {
  dependentsOf,
  FOREGROUND,
  identity,
  isLeavingWith,
  isWaiting,
  ORPHAN,
  ownedAt,
  ownerOf,
  placeOf,
  type Owned,
  type Owner,
} from './ownership.ts';

/** How many dependents one plan releases. */
const BATCH_MAX = 500;

/**
 * Deletes what has owners of which none is left, and sees to the order that a deletion asked for: dependents
 * first (foreground), or released (orphan).
 */
export const garbageCollector: Controller = {
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  workers: 20,
  wokenBy: [{ resource: '*', about: ['loss', 'leaving', 'owners'], keys: concerned }],

  reconcile(id, cluster) {
    const owned = ownedAt(id, cluster);
    if (owned === undefined) return rest('it is gone');
    const { object } = owned;
    if (isLeavingWith(object, ORPHAN)) return releaseDependents(owned, cluster);
    if (isWaiting(object)) return waitForDependents(owned, cluster);
    if (object.metadata.deletionTimestamp !== undefined) return rest('it is being deleted');
    return judge(owned, cluster);
  },

  conclude(id, cluster) {
    const owned = ownedAt(id, cluster);
    if (owned === undefined) return rest('it is gone');
    const owners = ownersOf(owned, cluster);
    // The server has an owner that the cache does not show yet.
    if (owners.some(({ state }) => state === 'unknown')) {
      return rest('the cache is behind', { after: 100 * MILLISECOND });
    }
    return judge(owned, cluster);
  },
};

/** The objects whose fate a change may decide: most changes decide nobody’s. */
function concerned(change: InformerChange, cluster: ClusterView): readonly string[] {
  const { informer: resource, key, old, next } = change;
  if (next === undefined)
    return old === undefined ? NO_KEYS : afterDeletion({ resource, key, object: old }, cluster);
  if (next.metadata.deletionTimestamp !== undefined) return whileLeaving(change, next, cluster);
  const { ownerReferences } = next.metadata;
  if (ownerReferences === undefined) return NO_KEYS;
  if (old !== undefined && semanticEqual(old.metadata.ownerReferences, ownerReferences))
    return NO_KEYS;
  const owned = { resource, key, object: next };
  for (let index = 0; index < ownerReferences.length; index += 1) {
    const reference = ownerReferences[index] as OwnerReference; // In range by the loop's condition.
    if (ownerOf(owned, reference, cluster).state !== 'solid') return [identity(resource, key)];
  }
  return NO_KEYS;
}

/** An object is gone: its dependents may have no owner left, and an owner may wait for it no longer. */
function afterDeletion(gone: Owned, cluster: ClusterView): readonly string[] {
  const { uid = '', ownerReferences = [] } = gone.object.metadata;
  const keys = dependentsOf(uid, cluster).map(({ resource, key }) => identity(resource, key));
  for (const reference of ownerReferences) {
    const place = placeOf(gone, reference, cluster);
    const owner = place === undefined ? undefined : cluster.find(place.resource, place.key);
    if (place !== undefined && owner !== undefined && isWaiting(owner)) {
      keys.push(identity(place.resource, place.key));
    }
  }
  return keys;
}

function whileLeaving(
  { informer, key, old }: InformerChange,
  next: KubeObject,
  cluster: ClusterView,
): readonly string[] {
  if (!isWaiting(next)) return isLeavingWith(next, ORPHAN) ? [identity(informer, key)] : NO_KEYS;
  const own = identity(informer, key);
  if (old !== undefined && isWaiting(old)) return [own];
  const dependents = dependentsOf(next.metadata.uid ?? '', cluster);
  return [own, ...dependents.map((each) => identity(each.resource, each.key))];
}

function ownersOf(owned: Owned, cluster: ClusterView): readonly Owner[] {
  const references = owned.object.metadata.ownerReferences ?? [];
  return references.map((reference) => ownerOf(owned, reference, cluster));
}

/** What its owners decide for an object that nobody has deleted. */
function judge(owned: Owned, cluster: ClusterView): Plan {
  const owners = ownersOf(owned, cluster);
  if (owners.length === 0) return rest('it has no owners');
  const unknown = owners.filter((owner) => owner.state === 'unknown');
  if (unknown.length > 0) return askFor(unknown);
  const isSolid = owners.some(({ state }) => state === 'solid');
  const lost = owners.flatMap((owner) => (owner.state === 'solid' ? [] : [owner.uid]));
  const { resource, key, object } = owned;
  if (lost.length === 0) return rest('its owners are there');
  if (isSolid) {
    const why = `${resource} ${key} has an owner left: drops the references to ${lost.length} that are gone`;
    return inOrder(why, [patch(resource, key, releasePatch(object, ...lost))]);
  }
  const isAwaited = owners.some(({ state }) => state === 'waiting');
  const hasDependents = isAwaited && dependentsOf(object.metadata.uid ?? '', cluster).length > 0;
  const propagation = hasDependents ? 'Foreground' : propagationOf(object);
  const because = isAwaited ? 'is waited for by its owner’s deletion' : 'has no owner left';
  return inOrder(`${resource} ${key} ${because}: deletes it`, [
    remove(resource, object, { propagation }),
  ]);
}

function askFor(unknown: readonly Extract<Owner, { state: 'unknown' }>[]): Plan {
  return {
    why: 'an owner is not in the cache: asks the API server for it',
    writes: unknown.map(({ resource, key, uid }): Write => ({ verb: 'get', resource, key, uid })),
    pace: 'at once',
    concludes: true,
  };
}

/** An object keeps the order of deletion that its finalizers already ask for. */
function propagationOf({ metadata }: KubeObject): NonNullable<Removal['propagation']> {
  if (metadata.finalizers?.includes(ORPHAN) === true) return 'Orphan';
  return metadata.finalizers?.includes(FOREGROUND) === true ? 'Foreground' : 'Background';
}

function releaseDependents(owner: Owned, cluster: ClusterView): Plan {
  const { uid = '' } = owner.object.metadata;
  const dependents = dependentsOf(uid, cluster);
  if (dependents.length === 0) return withoutFinalizer(owner, ORPHAN);
  const batch = dependents.slice(0, BATCH_MAX);
  return {
    why: `${owner.resource} ${owner.key} is deleted without its dependents: releases ${batch.length} of ${dependents.length}`,
    writes: batch.map(({ resource, key, object }) =>
      patch(resource, key, releasePatch(object, uid)),
    ),
    pace: 'at once',
    after: 0,
  };
}

function waitForDependents(owner: Owned, cluster: ClusterView): Plan {
  const { uid = '' } = owner.object.metadata;
  const blocking = dependentsOf(uid, cluster).filter(({ object }) =>
    object.metadata.ownerReferences?.some(
      (each) => each.uid === uid && each.blockOwnerDeletion === true,
    ),
  );
  return blocking.length === 0
    ? withoutFinalizer(owner, FOREGROUND)
    : rest(`${owner.resource} ${owner.key} waits for ${blocking.length} dependents`);
}

function withoutFinalizer({ resource, key, object }: Owned, finalizer: string): Plan {
  const { finalizers = [], resourceVersion } = object.metadata;
  const body = {
    metadata: { resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) },
  };
  return inOrder(`${resource} ${key} has no dependents left: takes ${finalizer} off`, [
    { verb: 'patch', resource, key, patch: 'merge', body },
  ]);
}
