import { becomeFollower } from './elect.ts';
import { lastIndex } from './log.ts';
import { confState, NOBODY, type ConfChange, type ConfState } from './message.ts';
import { newProgress } from './progress.ts';
import { broadcastAppend, maybeCommit } from './replicate.ts';
import type { RaftNode } from './state.ts';

/** Who belongs to the cluster after a change. */
export function changed(conf: ConfState, { kind, member }: ConfChange): ConfState {
  const without = (list: readonly string[]): readonly string[] =>
    list.filter((id) => id !== member);
  switch (kind) {
    case 'add-voter':
      return confState([...without(conf.voters), member], without(conf.learners));
    case 'add-learner':
      return conf.voters.includes(member)
        ? conf
        : confState(conf.voters, [...without(conf.learners), member]);
    case 'remove':
      return confState(without(conf.voters), without(conf.learners));
    case 'update':
      return conf;
  }
}

/** A change of membership is applied. */
export function applyConfChange(node: RaftNode, change: ConfChange): void {
  const { raft } = node;
  raft.conf = changed(raft.conf, change);
  if (raft.role !== 'leader') return;
  const members = [...raft.conf.voters, ...raft.conf.learners];
  for (const id of members) {
    if (raft.progress.has(id)) continue;
    const progress = newProgress(lastIndex(node) + 1);
    // It gets a chance to be heard before it is counted as absent.
    progress.recentActive = true;
    raft.progress.set(id, progress);
  }
  for (const id of raft.progress.keys()) if (!members.includes(id)) raft.progress.delete(id);
  if (!raft.progress.has(raft.id)) {
    // A leader that was removed steps down.
    becomeFollower(node, raft.term, NOBODY);
    return;
  }
  if (!raft.conf.voters.includes(raft.transferee)) raft.transferee = NOBODY;
  // A smaller majority may be reached already; a newcomer is sent to at once.
  maybeCommit(node);
  broadcastAppend(node);
}
