import type { EtcdConfig } from '../../../cluster/etcd/config.ts';
import { etcdFigures } from '../../../cluster/etcd/figures.ts';
import type { EtcdMemory } from '../../../cluster/etcd/process.ts';
import type { EtcdDisk } from '../../../cluster/etcd/store.ts';
import type { ProcessRecord } from '../../../kernel/process.ts';
import { flag, millis, type Figures } from './figures.ts';

/** A member of etcd: its disk, its part in Raft, its database. */
export function figuresOfEtcd({ disk, memory, config }: ProcessRecord): Figures {
  // A process of kind etcd.
  const figures = etcdFigures(disk as EtcdDisk, memory as EtcdMemory, config as EtcdConfig);
  const { dbSize, dbSizeQuota, alarms } = figures;
  return new Map([
    ['fsyncP50Millis', millis(figures.fsyncP50)],
    ['fsyncP99Millis', millis(figures.fsyncP99)],
    ['leading', flag(figures.role === 'leader')],
    ['learner', flag(figures.role === 'learner')],
    ['hasLeader', flag(figures.hasLeader)],
    ['term', figures.term],
    ['leaderChanges', figures.leaderChanges],
    ['proposalsPending', figures.proposalsPending],
    ['proposalsFailed', figures.proposalsFailed],
    ['committed', figures.committed],
    ['applied', figures.applied],
    ['applyLag', figures.committed - figures.applied],
    ['heartbeatsLate', figures.heartbeatsLate],
    ['slowApplies', figures.slowApplies],
    [
      'peerRoundTripMaxMillis',
      millis(Math.max(0, ...figures.roundTrips.map(([, micros]) => micros))),
    ],
    ['revision', figures.revision],
    ['compactedRevision', figures.compactedRevision],
    ['keys', figures.keys],
    ['watches', figures.watches],
    ['dbBytes', dbSize],
    ['dbInUseBytes', figures.dbSizeInUse],
    ['dbQuotaBytes', dbSizeQuota],
    ['dbQuotaPercent', dbSizeQuota === 0 ? 0 : (100 * dbSize) / dbSizeQuota],
    ['alarms', alarms.length],
    ['noSpace', flag(alarms.includes('NOSPACE'))],
    ['corrupt', flag(alarms.includes('CORRUPT'))],
    ['defragmenting', flag(figures.isDefragmenting)],
  ]);
}
