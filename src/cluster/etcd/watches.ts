import { logItem } from '../../base/segment-log.ts';
import type { Env } from '../../kernel/process.ts';
import type { EtcdWatchEvents } from '../messages.ts';
import { endOfPrefix, isWithin } from './range.ts';
import { bucketOf, type EtcdDisk, type StoredEvent } from './store.ts';

/** An open watch. Frozen. */
export interface EtcdWatch {
  readonly client: string;
  /** The client's number for it. */
  readonly id: number;
  readonly key: string;
  readonly end: string;
  /** Earlier changes are not wanted, though they may still be to come. */
  readonly fromRevision: number;
}

/** Open watches by the bucket that their range lies in; under the empty text those that span several. */
export type EtcdWatches = Map<string, EtcdWatch[]>;

/**
 * Opens a watch: the changes since its first revision follow at once, in one message, which may be empty. A first
 * revision that has been compacted away ends the watch, saying how far the compaction went.
 */
export function openWatch(
  watches: EtcdWatches,
  disk: EtcdDisk,
  { watch, env }: { readonly watch: EtcdWatch; readonly env: Env<EtcdWatchEvents> },
): void {
  const { id, client, fromRevision } = watch;
  if (fromRevision <= disk.compactedRevision) {
    env.send(client, {
      type: 'etcd/events',
      id,
      events: [],
      revision: disk.revision,
      compactRevision: disk.compactedRevision,
    });
    return;
  }
  const missed = changesFor(watch, disk, fromRevision);
  const bucket = bucketOf(watch.key);
  const place = bucket !== '' && watch.end <= endOfPrefix(bucket) ? bucket : '';
  const list = watches.get(place);
  if (list === undefined) watches.set(place, [Object.freeze(watch)]);
  else list.push(Object.freeze(watch));
  env.send(client, { type: 'etcd/events', id, events: missed, revision: disk.revision });
}

function changesFor(watch: EtcdWatch, disk: EtcdDisk, from: number): StoredEvent[] {
  const changes: StoredEvent[] = [];
  for (let revision = from; revision <= disk.revision; revision++) {
    const event = logItem(disk.history, revision);
    if (event !== undefined && isWithin(event.key, watch)) changes.push(event);
  }
  return changes;
}

/**
 * A snapshot from the leader took the store's place: every watch gets what it has not been told. `told` is the
 * revision that the store had before.
 */
export function catchUpWatches(
  watches: EtcdWatches,
  disk: EtcdDisk,
  { told, env }: { readonly told: number; readonly env: Env<EtcdWatchEvents> },
): void {
  env.resumeCause(undefined);
  for (const [place, list] of watches) {
    const staying = list.filter((watch) => {
      const { id, client } = watch;
      const { revision } = disk;
      const from = Math.max(watch.fromRevision, told + 1);
      if (from <= disk.compactedRevision) {
        const compactRevision = disk.compactedRevision;
        env.send(client, { type: 'etcd/events', id, events: [], revision, compactRevision });
        return false;
      }
      const events = changesFor(watch, disk, from);
      if (events.length > 0) env.send(client, { type: 'etcd/events', id, events, revision });
      return true;
    });
    watches.set(place, staying);
  }
}

/** Tells each watch what concerns it of a batch of changes, in one message for each watch. */
export function notifyWatches(
  watches: EtcdWatches,
  batch: readonly StoredEvent[],
  { revision, env }: { readonly revision: number; readonly env: Env<EtcdWatchEvents> },
): void {
  const wide = watches.get('');
  const [only] = batch;
  if (only === undefined) return;
  if (batch.length === 1 && wide === undefined) {
    // Most flushes write one key, which one watch or none looks at: no parcels are made up.
    for (const watch of watches.get(bucketOf(only.key)) ?? []) {
      if (!concerns(watch, only)) continue;
      env.resumeCause(only.cause);
      env.send(watch.client, { type: 'etcd/events', id: watch.id, events: [only], revision });
    }
    return;
  }
  const parcels = new Map<EtcdWatch, StoredEvent[]>();
  for (const event of batch) {
    const near = watches.get(bucketOf(event.key));
    if (near !== undefined) address(parcels, near, event);
    // A key without a bucket is looked for among the wide ones, once.
    if (wide !== undefined && wide !== near) address(parcels, wide, event);
  }
  for (const [watch, events] of parcels) {
    // A message has one cause; each event also carries its own.
    env.resumeCause(events[events.length - 1]?.cause);
    env.send(watch.client, { type: 'etcd/events', id: watch.id, events, revision });
  }
}

/** Forgets watches: those of a client whose connection is gone, or one that its client has ended. */
export function closeWatches(
  watches: EtcdWatches,
  isOver: (watch: Pick<EtcdWatch, 'client' | 'id'>) => boolean,
): void {
  for (const [bucket, list] of watches) {
    const left = list.filter((watch) => !isOver(watch));
    if (left.length === list.length) continue;
    if (left.length === 0) watches.delete(bucket);
    else watches.set(bucket, left);
  }
}

function concerns(watch: EtcdWatch, event: StoredEvent): boolean {
  return event.keyValue.modRevision >= watch.fromRevision && isWithin(event.key, watch);
}

function address(
  parcels: Map<EtcdWatch, StoredEvent[]>,
  watches: readonly EtcdWatch[],
  event: StoredEvent,
): void {
  for (const watch of watches) {
    if (!concerns(watch, event)) continue;
    const parcel = parcels.get(watch);
    if (parcel === undefined) parcels.set(watch, [event]);
    else parcel.push(event);
  }
}
