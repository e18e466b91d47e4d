import type { Micros } from '../../kernel/time.ts';

/** What a member's `/metrics` would tell. Times are microseconds. */
export interface EtcdStats {
  /** How long the last flushes of the log took; a ring that `flushes` indexes. */
  readonly fsyncMicros: number[];
  flushes: number;
  /** etcd_disk_wal_fsync_duration_seconds: counts by bucket, the last one for what is longer than all bounds. */
  readonly fsyncBuckets: number[];
  fsyncSum: number;
  /** etcd_server_proposals_failed_total; pending ones are counted where they wait, the others by Raft. */
  proposalsFailed: number;
  leaderChangesSeen: number;
  /** Heartbeats that left late because the disk held the loop up. */
  heartbeatSendFailures: number;
  /** Batches that took longer than 100 ms to be applied: those that a defragmentation held up. */
  slowApplies: number;
  slowReadIndexes: number;
  readIndexesFailed: number;
  /** Defragmentations, and how long they blocked the member. */
  defragmentations: number;
  defragmentMicros: number;
  snapshotsSent: number;
  snapshotsReceived: number;
  /** The last round trip of a heartbeat, by member id. */
  readonly roundTrips: Map<string, Micros>;
}

const FSYNCS_KEPT = 64;

/** Upper bounds of the buckets: 1 ms and twice as much each, as upstream's histogram of flushes. */
export const FSYNC_BOUNDS: readonly Micros[] = Array.from(
  { length: 14 },
  (_, power) => 1000 << power,
);

export function newStats(): EtcdStats {
  return {
    fsyncMicros: [],
    flushes: 0,
    fsyncBuckets: Array.from({ length: FSYNC_BOUNDS.length + 1 }, () => 0),
    fsyncSum: 0,
    proposalsFailed: 0,
    leaderChangesSeen: 0,
    heartbeatSendFailures: 0,
    slowApplies: 0,
    slowReadIndexes: 0,
    readIndexesFailed: 0,
    defragmentations: 0,
    defragmentMicros: 0,
    snapshotsSent: 0,
    snapshotsReceived: 0,
    roundTrips: new Map(),
  };
}

/** A flush came back. */
export function noteFlush(stats: EtcdStats, micros: Micros): void {
  stats.fsyncMicros[stats.flushes % FSYNCS_KEPT] = micros;
  stats.flushes += 1;
  stats.fsyncSum += micros;
  let bucket = 0;
  while (bucket < FSYNC_BOUNDS.length && micros > (FSYNC_BOUNDS[bucket] as number)) bucket += 1; // In range.
  stats.fsyncBuckets[bucket] = (stats.fsyncBuckets[bucket] ?? 0) + 1;
}
