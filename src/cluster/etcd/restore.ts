import type { Kernel } from '../../kernel/kernel.ts';
import type { Micros } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { createSegmentLog } from '../../base/segment-log.ts';
import type { EtcdSnapshot } from '../messages.ts';
import { clusterIdOf, DEFAULTS, membersOf, type EtcdConfig } from './config.ts';
import { emptyStorage } from './raft/state.ts';
import { installStore, type StoreImage } from './snapshot.ts';
import { emptyDisk, type EtcdDisk } from './store.ts';

/** How a snapshot is restored (upstream: `etcdutl snapshot restore`). */
export interface RestoreOptions {
  /**
   * `--bump-revision` with `--mark-compacted`: the revision goes on so much further and everything before is compacted
   * away, so that whoever watches from a revision of the former cluster is told to list anew. Without it revisions
   * are used a second time, and caches that were filled from the former cluster are wrong until they are restarted.
   */
  readonly bumpRevision?: number;
}

/** The directory of a member of a new cluster that begins with a snapshot's state: with ids of its own. */
export function restoredDisk(
  snapshot: EtcdSnapshot,
  config: EtcdConfig,
  { at, bumpRevision = 0 }: RestoreOptions & { readonly at: Micros },
): EtcdDisk {
  const disk = emptyDisk();
  // Snapshots are made by `saveSnapshot` alone.
  installStore(disk, snapshot.data as StoreImage);
  const members = membersOf(config, ` restored at ${at}`);
  disk.bornAt = at;
  disk.members = new Map(members.map((member) => [member.id, member]));
  disk.removed = new Set();
  disk.alarms = new Map();
  disk.memberId = members.find(({ name }) => name === (config.name ?? DEFAULTS.name))?.id ?? '';
  disk.clusterId = clusterIdOf(members);
  disk.raft = emptyStorage(members.length, 1);
  disk.raft.term = 1;
  disk.appliedIndex = members.length;
  if (bumpRevision > 0) {
    disk.revision += bumpRevision;
    disk.compactedRevision = disk.revision;
    disk.history = createSegmentLog(disk.revision + 1);
  }
  return disk;
}

/**
 * Restores a snapshot on every member: they are ended, their directories replaced, and they start as a new cluster. The
 * objects are then those of the snapshot's revision. Answers how many members there are.
 */
export function restoreSnapshot(
  world: World,
  kernel: Kernel,
  snapshot: EtcdSnapshot,
  options: RestoreOptions = {},
): number {
  const members = [...world.processes.values()].filter(({ kind }) => kind === 'etcd');
  const cause = kernel.note(world, {
    by: 'you',
    what: `a snapshot of revision ${snapshot.revision} is restored on ${members.length} members`,
  });
  const up = members.filter(({ memory }) => memory !== undefined);
  for (const { name } of up) kernel.stopProcess(world, name, cause);
  for (const process of members) {
    // Processes of this kind have this config.
    process.disk = restoredDisk(snapshot, process.config as EtcdConfig, {
      ...options,
      at: world.now,
    });
  }
  for (const { name } of up) kernel.startProcess(world, name, cause, () => {});
  return members.length;
}
