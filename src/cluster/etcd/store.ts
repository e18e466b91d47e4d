import {
  appendToLog,
  createSegmentLog,
  dropLogBefore,
  logItem,
  type SegmentLog,
} from '../../base/segment-log.ts';
import { addKey, createSortedKeys, removeKey, type SortedKeys } from '../../base/sorted-keys.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import type { EtcdAlarm, EtcdEvent, EtcdKeyValue, EtcdMember } from '../messages.ts';
import { emptyBackend, free, occupy, store, TOMBSTONE_BYTES, type Backend } from './backend.ts';
import { emptyStorage, type RaftStorage } from './raft/state.ts';

/**
 * What an etcd member keeps on disk: its log, and what came of the log's applied part: the current value of every key,
 * every change since the last compaction, members and alarms. Each write of a key makes a revision of its own, so the
 * change of revision r has the number r in the history.
 */
export interface EtcdDisk extends EtcdStore {
  /** Who this member is; empty until a newcomer has learnt it from the others. */
  memberId: string;
  clusterId: string;
  raft: RaftStorage;
  readonly backend: Backend;
}

/** What the applied entries have made: the same on all members that have applied the same. */
export interface EtcdStore {
  /** When the cluster began: 0, or the instant of a restoration. */
  bornAt: number;
  /** The last entry that is part of it (upstream: the consistent index). */
  appliedIndex: number;
  /** By id. */
  members: Map<string, EtcdMember>;
  /** Ids that will never be members again. */
  removed: Set<string>;
  /** By member and alarm. */
  alarms: Map<string, EtcdAlarm>;
  /** The revision of the last write. An empty store has 1. */
  revision: number;
  /** Revisions up to and including this one cannot be read or watched any more. */
  compactedRevision: number;
  keys: Map<string, StoredKeyValue>;
  /** The order of the keys, by bucket (see `bucketOf`). */
  index: Map<string, SortedKeys>;
  history: SegmentLog<StoredEvent>;
  /** Keys that vanish at an instant (microseconds of virtual time), by that instant. */
  leases: Map<number, Set<string>>;
  /** How long each lease was granted for, in seconds: a new leader grants it once more. */
  leaseTtls: Map<number, number>;
}

/** A key with what Kubarium remembers beside etcd's own fields. Frozen. */
export interface StoredKeyValue extends EtcdKeyValue {
  /** When the key vanishes by itself; undefined: never. */
  readonly lease: Micros | undefined;
  /** Why the key was last written, and why it came to be. */
  readonly cause: Cause | undefined;
  readonly createdCause: Cause | undefined;
  /** About how much room it takes in the database file. */
  readonly bytes: number;
}

/** A change as the history keeps it. Frozen. */
export interface StoredEvent extends EtcdEvent {
  readonly keyValue: StoredKeyValue;
  readonly previous: StoredKeyValue | undefined;
}

export function emptyDisk(): EtcdDisk {
  return {
    memberId: '',
    clusterId: '',
    raft: emptyStorage(),
    backend: emptyBackend(),
    ...emptyStore(),
  };
}

function emptyStore(): EtcdStore {
  return {
    bornAt: 0,
    appliedIndex: 0,
    members: new Map(),
    removed: new Set(),
    alarms: new Map(),
    revision: 1,
    compactedRevision: 0,
    keys: new Map(),
    index: new Map(),
    history: createSegmentLog(2),
    leases: new Map(),
    leaseTtls: new Map(),
  };
}

/**
 * The part of a key that its order is kept under: `/registry/pods/` for every pod. Reads and watches of one resource
 * then cost nothing for the others.
 */
export function bucketOf(key: string): string {
  const slot = key.charCodeAt(RESOURCE_AT) & (BUCKET_SLOTS - 1);
  const likely = recentBuckets[slot];
  if (likely !== undefined && key.startsWith(likely)) return likely;
  const first = key.indexOf('/', 1);
  const second = key.indexOf('/', first + 1);
  const bucket = key.slice(0, second + 1);
  if (first > 0 && second > first) recentBuckets[slot] = bucket;
  return bucket;
}

/** Where the name of the resource begins: after `/registry/`. */
const RESOURCE_AT = 10;
/** A power of two: its letters lead to a slot each. */
const BUCKET_SLOTS = 32;
/**
 * The last bucket by the first letter of its resource, so that the text which has been hashed is used again. A memo
 * only: a key that begins with a bucket lies in it, as that is how a bucket is found.
 */
const recentBuckets: (string | undefined)[] = Array.from({ length: BUCKET_SLOTS }, () => undefined);

/** Changes that are made in one go, each with the bucket of its key beside it. */
export interface Batch {
  readonly events: StoredEvent[];
  readonly buckets: string[];
}

/** Writes a value under the next revision. `previous` is what the key holds. */
export function put(
  disk: EtcdDisk,
  asked: string,
  value: unknown,
  lease: Micros | undefined,
  cause: Cause | undefined,
  previous: StoredKeyValue | undefined,
  batch: Batch,
): void {
  // The very text that the tables have, here and in the servers that are told: it is found without comparing letters.
  const key = previous === undefined ? asked : previous.key;
  const revision = ++disk.revision;
  const bucket = bucketOf(key);
  const bytes = store(disk.backend, bucket, key, value);
  if (previous === undefined) addKey(bucketIndex(disk, bucket), key);
  const held = previous === undefined ? undefined : previous.lease;
  if (lease !== held) moveLease(disk, key, held, lease);
  const isShared = disk.members.size > 1 && typeof value === 'object' && value !== null;
  let event = isShared ? events.get(value) : undefined;
  if (event === undefined || !isSamePut(event, key, lease, cause, previous, revision, bytes)) {
    const keyValue = Object.freeze({
      key,
      value,
      createRevision: previous === undefined ? revision : previous.createRevision,
      modRevision: revision,
      version: previous === undefined ? 1 : previous.version + 1,
      lease,
      cause,
      createdCause: previous === undefined ? cause : previous.createdCause,
      bytes,
    });
    event = Object.freeze({ kind: 'put', key, keyValue, previous, cause });
    if (isShared) events.set(value, event);
  }
  disk.keys.set(key, event.keyValue);
  remember(disk, event, bucket, batch);
}

/**
 * Members that apply the same write make equal records; they share the last one's. A memo only: what is taken from it
 * is equal, field by field, to what would have been made.
 */
const events = new WeakMap<object, StoredEvent>();

function isSamePut(
  event: StoredEvent,
  key: string,
  lease: Micros | undefined,
  cause: Cause | undefined,
  previous: StoredKeyValue | undefined,
  revision: number,
  bytes: number,
): boolean {
  const { keyValue } = event;
  return (
    event.previous === previous &&
    event.key === key &&
    keyValue.modRevision === revision &&
    keyValue.bytes === bytes &&
    keyValue.lease === lease &&
    keyValue.cause === cause
  );
}

/** Deletes a key under the next revision; no revision when there is nothing to delete. */
export function remove(disk: EtcdDisk, key: string, cause: Cause | undefined, batch: Batch): void {
  const previous = disk.keys.get(key);
  if (previous === undefined) return;
  const keyValue = Object.freeze({ ...previous, modRevision: ++disk.revision, cause });
  disk.keys.delete(key);
  const bucket = bucketOf(key);
  const index = bucketIndex(disk, bucket);
  removeKey(index, disk.keys);
  if (index.size === 0) disk.index.delete(bucket);
  occupy(disk.backend, TOMBSTONE_BYTES);
  if (previous.lease !== undefined) moveLease(disk, key, previous.lease, undefined);
  const event = Object.freeze({ kind: 'delete' as const, key, keyValue, previous, cause });
  remember(disk, event, bucket, batch);
}

/** Forgets the history up to and including `revision`. The current values stay. */
export function compact(disk: EtcdDisk, revision: number): void {
  for (let each = disk.history.first; each <= revision; each++) {
    // What a change replaced or took away goes, and the record of a deletion with it.
    const event = logItem(disk.history, each);
    if (event === undefined) continue;
    const tombstone = event.kind === 'delete' ? TOMBSTONE_BYTES : 0;
    free(disk.backend, (event.previous?.bytes ?? 0) + tombstone);
  }
  disk.compactedRevision = revision;
  dropLogBefore(disk.history, revision + 1);
}

function remember(disk: EtcdDisk, event: StoredEvent, bucket: string, batch: Batch): void {
  appendToLog(disk.history, event);
  batch.events.push(event);
  batch.buckets.push(bucket);
}

function bucketIndex(disk: EtcdDisk, bucket: string): SortedKeys {
  let index = disk.index.get(bucket);
  if (index === undefined) {
    index = createSortedKeys();
    disk.index.set(bucket, index);
  }
  return index;
}

function moveLease(
  disk: EtcdDisk,
  key: string,
  from: Micros | undefined,
  to: Micros | undefined,
): void {
  if (from !== undefined) {
    const left = disk.leases.get(from);
    left?.delete(key);
    if (left?.size === 0) {
      disk.leases.delete(from);
      disk.leaseTtls.delete(from);
    }
  }
  if (to === undefined) return;
  const keys = disk.leases.get(to);
  if (keys !== undefined) {
    keys.add(key);
    return;
  }
  // Events are the most of what has a lease, and nearly each of them has one of its own.
  const alone = new Set<string>();
  alone.add(key);
  disk.leases.set(to, alone);
}
