import type { Micros } from '../../kernel/time.ts';
import { sizeInUse } from './backend.ts';
import { DEFAULTS, type EtcdConfig } from './config.ts';
import type { EtcdMemory } from './member.ts';
import { NOBODY } from './raft/message.ts';
import { FSYNC_BOUNDS } from './stats.ts';
import type { EtcdDisk } from './store.ts';

/** What a running member measures of itself: for its lamp, for charts, and for `/metrics`. Times are microseconds. */
export interface EtcdFigures {
  readonly memberId: string;
  readonly role: 'leader' | 'follower' | 'candidate' | 'learner';
  readonly hasLeader: boolean;
  /** The leader's name; empty: there is none. */
  readonly leader: string;
  readonly term: number;
  readonly committed: number;
  readonly applied: number;
  readonly revision: number;
  readonly compactedRevision: number;
  /** Of the last 64 flushes. */
  readonly fsyncP50: Micros;
  readonly fsyncP99: Micros;
  readonly proposalsPending: number;
  readonly proposalsFailed: number;
  readonly leaderChanges: number;
  readonly heartbeatsLate: number;
  readonly slowApplies: number;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly dbSizeQuota: number;
  readonly keys: number;
  readonly watches: number;
  /** `NOSPACE`, `CORRUPT`. */
  readonly alarms: readonly string[];
  readonly isDefragmenting: boolean;
  /** The last round trip of a heartbeat, by the other member's name; a leader's alone. */
  readonly roundTrips: readonly (readonly [name: string, micros: Micros])[];
}

/** Reads a running member from outside; nothing is changed by it. */
export function etcdFigures(disk: EtcdDisk, memory: EtcdMemory, config: EtcdConfig): EtcdFigures {
  const { raft, stats } = memory;
  const nameOf = (id: string): string => disk.members.get(id)?.name ?? id;
  let watches = 0;
  for (const list of memory.watches.values()) watches += list.length;
  const flushes = stats.fsyncMicros.toSorted((a, b) => a - b);
  return {
    memberId: disk.memberId,
    role: roleOf(disk, memory),
    hasLeader: raft.lead !== NOBODY,
    leader: raft.lead === NOBODY ? '' : nameOf(raft.lead),
    term: raft.term,
    committed: raft.commit,
    applied: raft.applied,
    revision: disk.revision,
    compactedRevision: disk.compactedRevision,
    fsyncP50: flushes[Math.floor(flushes.length * 0.5)] ?? 0,
    fsyncP99: flushes[Math.floor(flushes.length * 0.99)] ?? 0,
    proposalsPending: memory.pending.length,
    proposalsFailed: stats.proposalsFailed,
    leaderChanges: stats.leaderChangesSeen,
    heartbeatsLate: stats.heartbeatSendFailures,
    slowApplies: stats.slowApplies,
    dbSize: disk.backend.dbSize,
    dbSizeInUse: sizeInUse(disk.backend),
    dbSizeQuota: config.quotaBackendBytes ?? DEFAULTS.quotaBackendBytes,
    keys: disk.keys.size,
    watches,
    alarms: [...disk.alarms.values()].map(({ alarm }) => alarm),
    isDefragmenting: memory.defrag !== undefined,
    roundTrips:
      raft.role === 'leader'
        ? [...stats.roundTrips].map(([id, micros]) => [nameOf(id), micros] as const)
        : [],
  };
}

function roleOf({ memberId }: EtcdDisk, { raft }: EtcdMemory): EtcdFigures['role'] {
  if (raft.conf.learners.includes(memberId)) return 'learner';
  return raft.role === 'pre-candidate' ? 'candidate' : raft.role;
}

/** The member's `/metrics` in the text format of Prometheus: those of its figures that dashboards and alerts look at. */
export function etcdMetrics(disk: EtcdDisk, memory: EtcdMemory, config: EtcdConfig): string {
  const figures = etcdFigures(disk, memory, config);
  const { stats } = memory;
  const lines: string[] = [];
  const add = (name: string, type: string, value: number, labels = ''): void => {
    if (lines.every((line) => line !== `# TYPE ${name} ${type}`))
      lines.push(`# TYPE ${name} ${type}`);
    lines.push(`${name}${labels} ${value}`);
  };
  add('etcd_server_has_leader', 'gauge', figures.hasLeader ? 1 : 0);
  add('etcd_server_is_leader', 'gauge', figures.role === 'leader' ? 1 : 0);
  add('etcd_server_is_learner', 'gauge', figures.role === 'learner' ? 1 : 0);
  add('etcd_server_leader_changes_seen_total', 'counter', figures.leaderChanges);
  add('etcd_server_heartbeat_send_failures_total', 'counter', figures.heartbeatsLate);
  add('etcd_server_proposals_committed_total', 'gauge', figures.committed);
  add('etcd_server_proposals_applied_total', 'gauge', figures.applied);
  add('etcd_server_proposals_pending', 'gauge', figures.proposalsPending);
  add('etcd_server_proposals_failed_total', 'counter', figures.proposalsFailed);
  add('etcd_server_slow_apply_total', 'counter', figures.slowApplies);
  add('etcd_server_slow_read_indexes_total', 'counter', stats.slowReadIndexes);
  add('etcd_server_read_indexes_failed_total', 'counter', stats.readIndexesFailed);
  add('etcd_server_quota_backend_bytes', 'gauge', figures.dbSizeQuota);
  add('etcd_mvcc_db_total_size_in_bytes', 'gauge', figures.dbSize);
  add('etcd_mvcc_db_total_size_in_use_in_bytes', 'gauge', figures.dbSizeInUse);
  add('etcd_debugging_mvcc_current_revision', 'gauge', figures.revision);
  add('etcd_debugging_mvcc_compact_revision', 'gauge', figures.compactedRevision);
  add('etcd_debugging_mvcc_keys_total', 'gauge', figures.keys);
  add('etcd_debugging_mvcc_watcher_total', 'gauge', figures.watches);
  const fsync = 'etcd_disk_wal_fsync_duration_seconds';
  lines.push(`# TYPE ${fsync} histogram`);
  let count = 0;
  for (const [index, bound] of FSYNC_BOUNDS.entries()) {
    count += stats.fsyncBuckets[index] ?? 0;
    lines.push(`${fsync}_bucket{le="${bound / 1e6}"} ${count}`);
  }
  lines.push(`${fsync}_bucket{le="+Inf"} ${stats.flushes}`);
  lines.push(`${fsync}_sum ${stats.fsyncSum / 1e6}`, `${fsync}_count ${stats.flushes}`);
  return `${lines.join('\n')}\n`;
}
