import { MINUTE } from '../../kernel/time.ts';
import type { Member } from './member.ts';
import { submit } from './propose.ts';

/** `--auto-compaction-mode`: a leader that forgets the past by itself, besides what the API server asks for. */

/** How often the number of revisions is looked at. */
const REVISION_PERIOD = 5 * MINUTE;

type CompactorTimer = {
  readonly type: 'etcd/compactor';
  readonly term: number;
  readonly revision: number;
};

/** Begins, where it is wanted, with a leader's time. */
export function armCompactor(member: Member): void {
  const { config, disk, env, memory } = member;
  const retention = config.autoCompactionRetention ?? 0;
  if (retention <= 0) return;
  const period = config.autoCompactionMode === 'revision' ? REVISION_PERIOD : retention;
  env.after(period, { type: 'etcd/compactor', term: memory.raft.term, revision: disk.revision });
}

/** A period is over: what is older than it, or more than the number wanted, is forgotten. */
export function runCompactor(member: Member, timer: CompactorTimer): void {
  const { config, disk, memory, env } = member;
  if (memory.raft.role !== 'leader' || memory.raft.term !== timer.term) return;
  const retention = config.autoCompactionRetention ?? 0;
  const revision =
    config.autoCompactionMode === 'revision' ? disk.revision - retention : timer.revision;
  env.resumeCause(undefined);
  if (revision > disk.compactedRevision) submit(member, { kind: 'compact', revision }, undefined);
  armCompactor(member);
}
