import { compareStrings } from '../../base/compare.ts';
import { appendToLog, createSegmentLog, logItem } from '../../base/segment-log.ts';
import { addKey, createSortedKeys } from '../../base/sorted-keys.ts';
import { hashValue } from '../../kernel/hash.ts';
import type { EtcdAlarm, EtcdMember, EtcdSnapshot } from '../messages.ts';
import { occupy, sizeInUse } from './backend.ts';
import {
  bucketOf,
  type EtcdDisk,
  type EtcdStore,
  type StoredEvent,
  type StoredKeyValue,
} from './store.ts';

/** The store as a value: what a lagging member is sent, and what `etcdctl snapshot save` writes. Frozen. */
export interface StoreImage {
  readonly bornAt: number;
  readonly appliedIndex: number;
  readonly revision: number;
  readonly compactedRevision: number;
  readonly keyValues: readonly StoredKeyValue[];
  readonly history: readonly StoredEvent[];
  readonly leases: readonly (readonly [lease: number, ttlSeconds: number])[];
  readonly members: readonly EtcdMember[];
  readonly removed: readonly string[];
  readonly alarms: readonly EtcdAlarm[];
  readonly inUse: number;
}

/** Takes the store as it is. Costs an entry of a list for each key and each remembered change. */
export function storeOf(disk: EtcdDisk): StoreImage {
  const history: StoredEvent[] = [];
  for (let revision = disk.history.first; revision < disk.history.next; revision++) {
    const event = logItem(disk.history, revision);
    if (event !== undefined) history.push(event);
  }
  return Object.freeze({
    bornAt: disk.bornAt,
    appliedIndex: disk.appliedIndex,
    revision: disk.revision,
    compactedRevision: disk.compactedRevision,
    keyValues: Object.freeze([...disk.keys.values()]),
    history: Object.freeze(history),
    leases: Object.freeze([...disk.leaseTtls].map((each) => Object.freeze(each))),
    members: Object.freeze([...disk.members.values()]),
    removed: Object.freeze([...disk.removed]),
    alarms: Object.freeze([...disk.alarms.values()]),
    inUse: disk.backend.inUse,
  });
}

/** Puts an image in the store's place. */
export function installStore(disk: EtcdDisk, image: StoreImage): void {
  Object.assign(disk, storeFrom(image));
  disk.backend.inUse = 0;
  // The file comes over as it is; a larger one of this member's own goes.
  disk.backend.dbSize = 0;
  occupy(disk.backend, image.inUse);
}

function storeFrom(image: StoreImage): EtcdStore {
  const keys = new Map<string, StoredKeyValue>();
  const index: EtcdStore['index'] = new Map();
  const leases: EtcdStore['leases'] = new Map();
  for (const keyValue of image.keyValues) {
    const { key, lease } = keyValue;
    keys.set(key, keyValue);
    const bucket = bucketOf(key);
    let sorted = index.get(bucket);
    if (sorted === undefined) {
      sorted = createSortedKeys();
      index.set(bucket, sorted);
    }
    addKey(sorted, key);
    if (lease === undefined) continue;
    const sharing = leases.get(lease);
    if (sharing === undefined) leases.set(lease, new Set([key]));
    else sharing.add(key);
  }
  const history = createSegmentLog<StoredEvent>(image.revision + 1 - image.history.length);
  for (const event of image.history) appendToLog(history, event);
  return {
    bornAt: image.bornAt,
    appliedIndex: image.appliedIndex,
    members: new Map(image.members.map((member) => [member.id, member])),
    removed: new Set(image.removed),
    alarms: new Map(image.alarms.map((each) => [`${each.member} ${each.alarm}`, each])),
    revision: image.revision,
    compactedRevision: image.compactedRevision,
    keys,
    index,
    history,
    leases,
    leaseTtls: new Map(image.leases),
  };
}

/** A fingerprint of all keys as of a revision that is not compacted: members that agree have the same. */
export function hashStore(disk: EtcdDisk, revision: number): string {
  const at = new Map(disk.keys);
  for (let each = disk.revision; each > revision; each--) {
    const event = logItem(disk.history, each);
    if (event === undefined) continue;
    if (event.previous === undefined) at.delete(event.key);
    else if (at.get(event.key)?.modRevision !== event.previous.modRevision)
      at.set(event.key, event.previous);
  }
  const keys = [...at.keys()].sort(compareStrings);
  return hashValue(
    keys.map((key) => {
      const held = at.get(key);
      return [key, held?.modRevision, held?.createRevision, held?.version, held?.value];
    }),
  ).slice(0, 8);
}

/** What `etcdctl snapshot save` writes. */
export function saveSnapshot(disk: EtcdDisk): EtcdSnapshot {
  return Object.freeze({
    hash: hashStore(disk, disk.revision),
    revision: disk.revision,
    totalKeys: disk.keys.size + disk.history.next - disk.history.first,
    totalSize: sizeInUse(disk.backend),
    version: '3.6.0',
    data: storeOf(disk),
  });
}
