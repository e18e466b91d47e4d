import {
  appendToLog,
  createSegmentLog,
  dropLogBefore,
  type SegmentLog,
} from '../../base/segment-log.ts';
import { addKey, createSortedKeys, removeKey, type SortedKeys } from '../../base/sorted-keys.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { EtcdEvent, EtcdKeyValue } from '../messages.ts';

/**
 * What an etcd member keeps on disk: the current value of every key, and every change since the last compaction.
 * Each write of a key makes a revision of its own, so the change of revision r has the number r in the history.
 */
export interface EtcdDisk {
  /** The revision of the last write. An empty store has 1. */
  revision: number;
  /** Revisions up to and including this one cannot be read or watched any more. */
  compactedRevision: number;
  readonly keys: Map<string, StoredKeyValue>;
  /** The order of the keys, by bucket (see `bucketOf`). */
  readonly index: Map<string, SortedKeys>;
  readonly history: SegmentLog<StoredEvent>;
  /** Keys that vanish at an instant (microseconds of virtual time), by that instant. */
  readonly leases: Map<number, Set<string>>;
}

/** A key with what Kubarium remembers beside etcd's own fields. Frozen. */
export interface StoredKeyValue extends EtcdKeyValue {
  /** When the key vanishes by itself, an instant in microseconds; 0 for never. */
  readonly lease: number;
  /** Why the key was last written, and why it came to be. */
  readonly cause: Cause | undefined;
  readonly createdCause: Cause | undefined;
}

/** A change as the history keeps it. Frozen. */
export interface StoredEvent extends EtcdEvent {
  readonly keyValue: StoredKeyValue;
  readonly previous: StoredKeyValue | undefined;
}

export function emptyDisk(): EtcdDisk {
  return {
    revision: 1,
    compactedRevision: 0,
    keys: new Map(),
    index: new Map(),
    history: createSegmentLog(2),
    leases: new Map(),
  };
}

/**
 * The part of a key that its order is kept under: `/registry/pods/` for every pod. Reads and watches of one resource
 * then cost nothing for the others.
 */
export function bucketOf(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/', 1) + 1) + 1);
}

/** Writes a value under the next revision. */
export function put(
  disk: EtcdDisk,
  write: {
    readonly key: string;
    readonly value: unknown;
    readonly lease: number;
    readonly cause: Cause | undefined;
  },
): StoredEvent {
  const { key, value, lease, cause } = write;
  const previous = disk.keys.get(key);
  const revision = ++disk.revision;
  const keyValue: StoredKeyValue = Object.freeze({
    key,
    value,
    createRevision: previous === undefined ? revision : previous.createRevision,
    modRevision: revision,
    version: previous === undefined ? 1 : previous.version + 1,
    lease,
    cause,
    createdCause: previous === undefined ? cause : previous.createdCause,
  });
  if (previous === undefined) addKey(bucketIndex(disk, key), key);
  if (lease !== (previous?.lease ?? 0))
    moveLease(disk, key, { from: previous?.lease ?? 0, to: lease });
  disk.keys.set(key, keyValue);
  return remember(disk, { kind: 'put', key, keyValue, previous, cause });
}

/** Deletes a key under the next revision; undefined, and no revision, when there is nothing to delete. */
export function remove(
  disk: EtcdDisk,
  key: string,
  cause: Cause | undefined,
): StoredEvent | undefined {
  const previous = disk.keys.get(key);
  if (previous === undefined) return undefined;
  const keyValue = Object.freeze({ ...previous, modRevision: ++disk.revision, cause });
  disk.keys.delete(key);
  removeKey(bucketIndex(disk, key));
  if (previous.lease !== 0) moveLease(disk, key, { from: previous.lease, to: 0 });
  return remember(disk, { kind: 'delete', key, keyValue, previous, cause });
}

/** Forgets the history up to and including `revision`. The current values stay. */
export function compact(disk: EtcdDisk, revision: number): void {
  disk.compactedRevision = revision;
  dropLogBefore(disk.history, revision + 1);
}

function remember(disk: EtcdDisk, event: StoredEvent): StoredEvent {
  Object.freeze(event);
  appendToLog(disk.history, event);
  return event;
}

function bucketIndex(disk: EtcdDisk, key: string): SortedKeys {
  const bucket = bucketOf(key);
  let index = disk.index.get(bucket);
  if (index === undefined) {
    index = createSortedKeys();
    disk.index.set(bucket, index);
  }
  return index;
}

function moveLease(disk: EtcdDisk, key: string, { from, to }: { from: number; to: number }): void {
  if (from !== 0) {
    const left = disk.leases.get(from);
    left?.delete(key);
    if (left?.size === 0) disk.leases.delete(from);
  }
  if (to === 0) return;
  const keys = disk.leases.get(to);
  if (keys === undefined) disk.leases.set(to, new Set([key]));
  else keys.add(key);
}
