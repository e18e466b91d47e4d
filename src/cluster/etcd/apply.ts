import { assertNever } from '../../base/exhaustive.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { EtcdRequest, EtcdResponse } from '../messages.ts';
import { compact, put, remove, type EtcdDisk, type StoredEvent } from './store.ts';

/**
 * A change of the store, as it is agreed on before it happens. Everything that an entry's effect depends on is in the
 * entry or in the store, so members that apply the same entries in the same order hold the same.
 */
export type Entry =
  | {
      readonly kind: 'txn';
      readonly key: string;
      readonly expectedModRevision: number;
      readonly op: Extract<EtcdRequest, { type: 'etcd/txn' }>['op'];
      /** When the key vanishes by itself; 0 for never. */
      readonly lease: number;
    }
  /** The keys of a lease whose time is up. */
  | { readonly kind: 'revoke'; readonly lease: number }
  | { readonly kind: 'compact'; readonly revision: number };

/** What etcd says about a revision that is gone, and about one that is still to come. */
export const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';
export const FUTURE_REVISION = 'etcdserver: mvcc: required revision is a future revision';

/** Who waits for an entry's effect. */
export interface Asker {
  readonly client: string;
  readonly id: number;
}

/**
 * Carries a committed entry out: the only way in which the store changes. Changes are added to `events`; the answer
 * is for the asker.
 */
export function applyEntry(
  disk: EtcdDisk,
  entry: Entry,
  context: {
    readonly cause: Cause | undefined;
    readonly id: number;
    readonly events: StoredEvent[];
  },
): EtcdResponse | undefined {
  switch (entry.kind) {
    case 'txn':
      return applyTxn(disk, entry, context);
    case 'revoke':
      for (const key of disk.leases.get(entry.lease) ?? []) {
        const event = remove(disk, key, context.cause);
        if (event !== undefined) context.events.push(event);
      }
      return undefined;
    case 'compact':
      return applyCompaction(disk, entry.revision, context.id);
    default:
      return assertNever(entry);
  }
}

function applyTxn(
  disk: EtcdDisk,
  entry: Extract<Entry, { kind: 'txn' }>,
  { cause, id, events }: { cause: Cause | undefined; id: number; events: StoredEvent[] },
): EtcdResponse {
  const { key, op } = entry;
  const current = disk.keys.get(key);
  if ((current?.modRevision ?? 0) !== entry.expectedModRevision) {
    return { type: 'etcd/txn-result', id, revision: disk.revision, succeeded: false, current };
  }
  const event =
    op.kind === 'put'
      ? put(disk, { key, value: op.value, lease: entry.lease, cause })
      : remove(disk, key, cause);
  if (event !== undefined) events.push(event);
  return {
    type: 'etcd/txn-result',
    id,
    revision: disk.revision,
    succeeded: true,
    current: undefined,
  };
}

function applyCompaction(disk: EtcdDisk, revision: number, id: number): EtcdResponse {
  if (revision > disk.revision) return { type: 'etcd/error', id, error: FUTURE_REVISION };
  if (revision <= disk.compactedRevision) {
    return { type: 'etcd/error', id, error: COMPACTED, compactRevision: disk.compactedRevision };
  }
  compact(disk, revision);
  return { type: 'etcd/compact-result', id, revision };
}
