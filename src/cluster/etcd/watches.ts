import { logItem } from '../../base/segment-log.ts';
import type { Env } from '../../kernel/process.ts';
import type { EtcdWatchEvents } from '../messages.ts';
import { endOfPrefix, isWithin } from './range.ts';
import { bucketOf, type Batch, type EtcdDisk, type StoredEvent } from './store.ts';

/** What a client wants to watch. */
export interface WatchRequest {
  readonly client: string;
  /** The client's number for it. */
  readonly id: number;
  readonly key: string;
  readonly end: string;
  /** Earlier changes are not wanted, though they may still be to come. */
  readonly fromRevision: number;
}

/** An open watch. Frozen. */
export interface EtcdWatch extends WatchRequest {
  /** Whether its range is all of the bucket that it is kept under. */
  readonly isWhole: boolean;
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
  { watch, env }: { readonly watch: WatchRequest; readonly env: Env<EtcdWatchEvents> },
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
  const isWhole = place !== '' && watch.key === bucket && watch.end === endOfPrefix(bucket);
  const open = Object.freeze({ ...watch, isWhole });
  const list = watches.get(place);
  if (list === undefined) watches.set(place, [open]);
  else list.push(open);
  env.send(client, { type: 'etcd/events', id, events: missed, revision: disk.revision });
}

function changesFor(watch: WatchRequest, disk: EtcdDisk, from: number): StoredEvent[] {
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
  { events, buckets }: Batch,
  revision: number,
  env: Env<EtcdWatchEvents>,
): void {
  // Asked of the length: what reads beyond the end of a list is compiled anew.
  if (events.length === 0) return;
  const first = events[0] as (typeof events)[number];
  const wide = watches.get('');
  if (events.length === 1 && wide === undefined) {
    // Most flushes write one key, which one watch or none looks at: no parcels are made up.
    const near = watches.get(buckets[0] as string); // As many as events.
    for (let index = 0; near !== undefined && index < near.length; index++) {
      const watch = near[index] as EtcdWatch; // In range by the condition.
      if (!concerns(watch, first)) continue;
      env.resumeCause(first.cause);
      env.send(watch.client, { type: 'etcd/events', id: watch.id, events, revision });
    }
    return;
  }
  const parcels: Parcel[] = [];
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as StoredEvent; // In range, as is its bucket.
    const near = watches.get(buckets[index] as string);
    if (near !== undefined) address(parcels, near, event);
    // A key without a bucket is looked for among the wide ones, once.
    if (wide !== undefined && wide !== near) address(parcels, wide, event);
  }
  for (let index = 0; index < parcels.length; index++) {
    const { watch, contents } = parcels[index] as Parcel; // In range by the condition.
    // A message has one cause; each event also carries its own.
    env.resumeCause(contents[contents.length - 1]?.cause);
    env.send(watch.client, { type: 'etcd/events', id: watch.id, events: contents, revision });
  }
}

/** What a watch is told of a batch. */
interface Parcel {
  readonly watch: EtcdWatch;
  readonly contents: StoredEvent[];
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
  return (
    event.keyValue.modRevision >= watch.fromRevision &&
    (watch.isWhole || isWithin(event.key, watch))
  );
}

/** Puts a change into the parcels of those that it concerns: few watch one resource, and few resources are in a batch. */
function address(parcels: Parcel[], watches: readonly EtcdWatch[], event: StoredEvent): void {
  for (let index = 0; index < watches.length; index++) {
    const watch = watches[index] as EtcdWatch; // In range by the condition.
    if (!concerns(watch, event)) continue;
    let at = 0;
    while (at < parcels.length && parcels[at]?.watch !== watch) at += 1;
    const parcel = parcels[at];
    if (parcel === undefined) {
      const contents = [event];
      parcels.push({ watch, contents });
    } else parcel.contents.push(event);
  }
}
