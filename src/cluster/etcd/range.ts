import { compareStrings } from '../../base/compare.ts';
import { logItem } from '../../base/segment-log.ts';
import { keysInOrder, lowerBound } from '../../base/sorted-keys.ts';
import type { EtcdRequest, EtcdResponse } from '../messages.ts';
import { isRaised } from './apply.ts';
import { COMPACTED, CORRUPT, FUTURE_REVISION } from './errors.ts';
import { bucketOf, type EtcdDisk, type StoredKeyValue } from './store.ts';

/** Keys from `key` up to, not including, `end`; without an end the one key. */
export interface KeyRange {
  readonly key: string;
  readonly end?: string;
}

export interface RangeResult {
  readonly keyValues: readonly StoredKeyValue[];
  /** How many keys lie in the range, whatever the limit. */
  readonly count: number;
}

/** Reads a range as it is now, in the order of the keys. */
export function rangeNow(disk: EtcdDisk, range: KeyRange, limit: number): RangeResult {
  if (range.end === undefined) {
    const found = disk.keys.get(range.key);
    return found === undefined ? { keyValues: [], count: 0 } : { keyValues: [found], count: 1 };
  }
  const keyValues: StoredKeyValue[] = [];
  let count = 0;
  forEachKey(disk, range.key, range.end, (key) => {
    count += 1;
    if (keyValues.length < limit) keyValues.push(disk.keys.get(key) as StoredKeyValue); // An index holds live keys only.
  });
  return { keyValues, count };
}

/**
 * Reads a range as it was at an earlier revision: what is there now, with every change since undone. The caller has
 * checked that the revision is not compacted. Costs the changes since then as well as the range.
 */
export function rangeAt(
  disk: EtcdDisk,
  range: KeyRange,
  at: { readonly revision: number; readonly limit: number },
): RangeResult {
  const before = valuesBefore(disk, range, at.revision);
  const keys: string[] = [];
  const look = (key: string): void => {
    if (!before.has(key)) keys.push(key);
  };
  if (range.end === undefined) {
    if (disk.keys.has(range.key)) look(range.key);
  } else forEachKey(disk, range.key, range.end, look);
  for (const [key, value] of before) if (value !== undefined) keys.push(key);
  keys.sort(compareStrings);
  const keyValues = keys
    .slice(0, at.limit)
    .map((key) => (before.get(key) ?? disk.keys.get(key)) as StoredKeyValue); // Each key came from one of the two.
  return { keyValues, count: keys.length };
}

/** What the keys of a range held that have changed since `revision`; undefined for those that did not exist. */
function valuesBefore(
  disk: EtcdDisk,
  range: KeyRange,
  revision: number,
): Map<string, StoredKeyValue | undefined> {
  const before = new Map<string, StoredKeyValue | undefined>();
  for (let each = revision + 1; each <= disk.revision; each++) {
    const event = logItem(disk.history, each);
    if (event !== undefined && isWithin(event.key, range) && !before.has(event.key)) {
      before.set(event.key, event.previous);
    }
  }
  return before;
}

/** Whether a key lies in a range. */
export function isWithin(key: string, { key: start, end }: KeyRange): boolean {
  return end === undefined ? key === start : key >= start && key < end;
}

function forEachKey(
  disk: EtcdDisk,
  start: string,
  end: string,
  visit: (key: string) => void,
): void {
  const isLive = (key: string): boolean => disk.keys.has(key);
  const bucket = bucketOf(start);
  // Nearly every range is of one resource. Others (all of /registry/) walk the buckets in order.
  const buckets =
    bucket !== '' && end <= endOfPrefix(bucket)
      ? [bucket]
      : [...disk.index.keys()].sort(compareStrings);
  for (const each of buckets) {
    const index = disk.index.get(each);
    if (index === undefined) continue;
    const sorted = keysInOrder(index, isLive);
    for (let i = lowerBound(sorted, start); i < sorted.length; i++) {
      const key = sorted[i] as string; // In range by the condition.
      if (key >= end) break;
      visit(key);
    }
  }
}

/** The first key after all those that begin with `prefix`. */
export function endOfPrefix(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}

/** Answers a range from what this member holds. */
export function answerRange(
  disk: EtcdDisk,
  request: Extract<EtcdRequest, { type: 'etcd/range' }>,
): EtcdResponse {
  const { id, revision } = request;
  if (isRaised(disk, 'CORRUPT')) return { type: 'etcd/error', id, error: CORRUPT };
  if (revision !== undefined && revision > disk.revision) {
    return { type: 'etcd/error', id, error: FUTURE_REVISION };
  }
  if (revision !== undefined && revision < disk.compactedRevision) {
    return { type: 'etcd/error', id, error: COMPACTED, compactRevision: disk.compactedRevision };
  }
  const limit = request.limit === undefined || request.limit <= 0 ? Infinity : request.limit;
  const { keyValues, count } =
    revision === undefined || revision === disk.revision
      ? rangeNow(disk, request, limit)
      : rangeAt(disk, request, { revision, limit });
  return {
    type: 'etcd/range-result',
    id,
    revision: disk.revision,
    keyValues,
    count,
    more: count > keyValues.length,
  };
}
