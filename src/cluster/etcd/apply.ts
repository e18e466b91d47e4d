import { assertNever } from '../../base/exhaustive.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import type {
  EtcdAlarm,
  EtcdMaintenanceResponse,
  EtcdMember,
  EtcdRequest,
  EtcdResponse,
} from '../messages.ts';
import { COMPACTED, CORRUPT, FUTURE_REVISION, NO_SPACE } from './errors.ts';
import type { ConfChange } from './raft/message.ts';
import { compact, put, remove, type Batch, type EtcdDisk } from './store.ts';

export type { Batch } from './store.ts';

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
      /** When the key vanishes by itself; undefined: never. */
      readonly lease: Micros | undefined;
    }
  /** The keys of a lease whose time is up. */
  | { readonly kind: 'revoke'; readonly lease: number }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'alarm'; readonly raise: boolean; readonly alarm: EtcdAlarm }
  /** A change of who belongs to the cluster; the member as it is from then on. */
  | { readonly kind: 'member'; readonly change: ConfChange; readonly member: EtcdMember }
  /** A member that has started says its name. */
  | {
      readonly kind: 'publish';
      readonly member: string;
      readonly name: string;
      readonly clientUrl: string;
    };

/** An entry on its way, with who proposed it and why. Frozen. */
export interface Proposal {
  /** The proposing member and its number for it: how that member finds who waits for the answer. */
  readonly by: string;
  readonly id: number;
  readonly entry: Entry;
  readonly cause: Cause | undefined;
}

/** What is answered to whoever asked for an entry. */
export type Effect = EtcdResponse | EtcdMaintenanceResponse | undefined;

/**
 * Carries out a committed entry that is no transaction. This and `applyTxn` are the only ways in which the store
 * changes. Changes are added to the batch; the answer is for the asker, who has the number `id` for it.
 */
export function applyOther(
  disk: EtcdDisk,
  entry: Exclude<Entry, { kind: 'txn' }>,
  cause: Cause | undefined,
  id: number,
  batch: Batch,
): Effect {
  switch (entry.kind) {
    case 'revoke':
      for (const key of disk.leases.get(entry.lease) ?? []) remove(disk, key, cause, batch);
      return undefined;
    case 'compact':
      return applyCompaction(disk, entry.revision, id);
    case 'alarm':
      return applyAlarm(disk, entry, id);
    case 'member':
      return applyMember(disk, entry, id);
    case 'publish': {
      const member = disk.members.get(entry.member);
      if (member === undefined) return undefined;
      const { name, clientUrl } = entry;
      disk.members.set(entry.member, Object.freeze({ ...member, name, clientUrl }));
      return undefined;
    }
    default:
      return assertNever(entry);
  }
}

/** Carries out a committed transaction, which nearly every entry is. */
export function applyTxn(
  disk: EtcdDisk,
  entry: Extract<Entry, { kind: 'txn' }>,
  cause: Cause | undefined,
  id: number,
  batch: Batch,
): EtcdResponse {
  const { key, op, expectedModRevision, lease } = entry;
  if (disk.alarms.size > 0) {
    if (isRaised(disk, 'CORRUPT')) return { type: 'etcd/error', id, error: CORRUPT };
    // What needs room is refused; deletions give some back, sooner or later.
    if (op.kind === 'put' && isRaised(disk, 'NOSPACE')) {
      return { type: 'etcd/error', id, error: NO_SPACE };
    }
  }
  const current = disk.keys.get(key);
  const succeeded = expectedModRevision < 0 || (current?.modRevision ?? 0) === expectedModRevision;
  if (succeeded && op.kind === 'put') {
    if (lease !== undefined && op.ttlSeconds !== undefined) {
      const granted = disk.leaseTtls.get(lease);
      if (granted === undefined || granted < op.ttlSeconds)
        disk.leaseTtls.set(lease, op.ttlSeconds);
    }
    put(disk, key, op.value, lease, cause, current, batch);
  } else if (succeeded) remove(disk, key, cause, batch);
  return {
    type: 'etcd/txn-result',
    id,
    revision: disk.revision,
    succeeded,
    current: succeeded ? undefined : current,
  };
}

function applyCompaction(disk: EtcdDisk, revision: number, id: number): EtcdResponse {
  if (isRaised(disk, 'CORRUPT')) return { type: 'etcd/error', id, error: CORRUPT };
  if (revision > disk.revision) return { type: 'etcd/error', id, error: FUTURE_REVISION };
  if (revision <= disk.compactedRevision) {
    return { type: 'etcd/error', id, error: COMPACTED, compactRevision: disk.compactedRevision };
  }
  compact(disk, revision);
  return { type: 'etcd/compact-result', id, revision };
}

function applyAlarm(
  disk: EtcdDisk,
  { raise, alarm }: Extract<Entry, { kind: 'alarm' }>,
  id: number,
): EtcdMaintenanceResponse {
  const key = `${alarm.member} ${alarm.alarm}`;
  const alarms = [alarm];
  if (raise) disk.alarms.set(key, alarm);
  else if (!disk.alarms.delete(key)) alarms.pop();
  return { type: 'etcd/maintenance-result', id, result: { kind: 'alarms', alarms } };
}

function applyMember(
  disk: EtcdDisk,
  { change, member }: Extract<Entry, { kind: 'member' }>,
  id: number,
): EtcdMaintenanceResponse {
  if (change.kind === 'remove') {
    disk.members.delete(change.member);
    disk.removed.add(change.member);
  } else disk.members.set(member.id, member);
  return {
    type: 'etcd/maintenance-result',
    id,
    result: {
      kind: 'members',
      members: [...disk.members.values()],
      ...(change.kind === 'add-voter' || change.kind === 'add-learner' ? { added: member.id } : {}),
    },
  };
}

/** Whether any member has raised an alarm. */
export function isRaised({ alarms }: EtcdDisk, kind: EtcdAlarm['alarm']): boolean {
  if (alarms.size === 0) return false;
  for (const { alarm } of alarms.values()) if (alarm === kind) return true;
  return false;
}
