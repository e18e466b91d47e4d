import { defineBehaviour } from '../../kernel/process.ts';
import { initialDisk, newMemory } from './birth.ts';
import { runCompactor } from './compactor.ts';
import type { EtcdConfig } from './config.ts';
import { answerHash, checkCorruption, compareHash, flipValue } from './corruption.ts';
import { begin, join, takeJoinTimer, tellMembers } from './join.ts';
import { endWatches, noticeLeadership, takeElectionTimer, takeTick } from './leadership.ts';
import { revokeDueLeases } from './leases.ts';
import { forgetReader, retryRead } from './linearizable.ts';
import { goOn, takeSaved } from './loop.ts';
import { endDefragment, maintain, promote } from './maintenance.ts';
import { memberOf, type EtcdMemory, type EtcdMessage, type Member } from './member.ts';
import { noticeHealth } from './pledges.ts';
import { forgetClient, sweepProposals } from './propose.ts';
import { step } from './raft/step.ts';
import { cancelWatch, checkHealth, compact, readRange, watch, write } from './requests.ts';
import type { EtcdDisk } from './store.ts';
import { loseConnection, noteHeard } from './transport.ts';
import { closeWatches } from './watches.ts';

export type { EtcdMemory } from './member.ts';

/** etcd: where the cluster's state is kept, by one member or by several that agree. Only API servers talk to it. */
export const etcdBehaviour = defineBehaviour<EtcdConfig, EtcdDisk, EtcdMemory, EtcdMessage>({
  kind: 'etcd',
  initialDisk,
  start(disk, env, config) {
    const memory = newMemory(disk, config, env);
    const member = memberOf(disk, memory, config, env);
    begin(member);
    goOn(member);
    settleLeadership(member);
    return memory;
  },
  step({ disk, memory, config }, message, env) {
    const member = memberOf(disk, memory, config, env);
    // Nearly all that a member hears is one of two.
    if (message.type === 'etcd/txn') {
      write(member, message);
      // While something is being saved, what is proposed waits, and nothing else is different.
      if (memory.saving !== undefined) return;
    } else if (message.type === 'etcd/saved') takeSaved(member);
    else take(member, message);
    if (memory.saving === undefined) goOn(member);
    if (isSettled(member)) return;
    settleLeadership(member);
    noticeHealth(member);
  },
});

/** Lets whoever depends on who leads go on. */
function settleLeadership(member: Member): void {
  if (noticeLeadership(member)) {
    goOn(member);
    noticeLeadership(member);
  }
  if (member.disk.removed.size > 0) leaveIfRemoved(member);
}

/**
 * A healthy leader that nobody can depose, and of whom everybody knows, those to whom its health was promised too: nothing but
 * the log has to go on.
 */
function isSettled(member: Member): boolean {
  const { memory, disk, raft } = member;
  return (
    raft.role === 'leader' &&
    memory.seenRole === 'leader' &&
    raft.lead === memory.seenLead &&
    raft.lead === memory.pledges.lead &&
    raft.term === memory.pledges.term &&
    memory.defrag === undefined &&
    disk.alarms.size === 0 &&
    memory.electionTimer === undefined &&
    disk.removed.size === 0 &&
    raft.conf.only === disk.memberId
  );
}

function leaveIfRemoved({ disk, env }: Member): void {
  if (!disk.removed.has(disk.memberId)) return;
  env.exit(1, 'the member has been permanently removed from the cluster');
}

/** One of the messages that are rare: each case calls the one function that handles it. */
function take(
  member: Member,
  message: Exclude<EtcdMessage, { type: 'etcd/txn' | 'etcd/saved' }>,
): void {
  const { memory } = member;
  switch (message.type) {
    case 'etcd/raft':
      noteHeard(member, message);
      // Before it knows who it is it promises nothing to anybody.
      if (!memory.joining) step(member, message);
      return;
    case 'etcd/tick':
      takeTick(member, message.term);
      return;
    case 'etcd/election':
      takeElectionTimer(member);
      return;
    case 'etcd/compact':
      compact(member, message);
      return;
    case 'etcd/range':
      readRange(member, message);
      return;
    case 'etcd/watch':
      watch(member, message);
      return;
    case 'etcd/cancel':
      cancelWatch(member, message.id);
      return;
    case 'health/check':
      checkHealth(member, message);
      return;
    case 'etcd/maintenance':
      maintain(member, message);
      return;
    case 'etcd/sweep':
      sweepProposals(member);
      return;
    case 'etcd/read-retry':
      retryRead(member);
      return;
    case 'etcd/no-leader':
      endWatches(member, message.since);
      return;
    case 'etcd/lease-timer':
      revokeDueLeases(member, message);
      return;
    case 'etcd/defragmented':
      endDefragment(member);
      return;
    case 'etcd/compactor':
      runCompactor(member, message);
      return;
    case 'etcd/corrupt-check':
      checkCorruption(member, message.term);
      return;
    case 'etcd/peer-hash':
      answerHash(member, message);
      return;
    case 'etcd/peer-hash-answer':
      compareHash(member, message);
      return;
    case 'etcd/flip-value':
      flipValue(member, message);
      return;
    case 'etcd/join':
      takeJoinTimer(member);
      return;
    case 'etcd/peer-members':
      tellMembers(member);
      return;
    case 'etcd/peer-promote':
      promote(member, message);
      return;
    case 'etcd/peer-members-answer':
      join(member, message);
      return;
    case 'kernel/connection-lost':
      closeWatches(memory.watches, ({ client }) => client === message.peer);
      forgetClient(member, message.peer);
      forgetReader(member, message.peer);
      memory.pledges.clients.delete(message.peer);
      loseConnection(member, message.peer);
      return;
    default:
      // Answers are for clients.
      return;
  }
}
