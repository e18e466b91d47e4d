import { logItem } from '../../../base/segment-log.ts';
import { becomeFollower, campaign, isPromotable, noteVote, takeVoteRequest } from './elect.ts';
import { entryAt, lastIndex, stableIndex, storeEntries } from './log.ts';
import { NOBODY, type RaftEntry, type RaftMessage } from './message.ts';
import { confirmRead, releaseEarlyReads, takeRead } from './reads.ts';
import {
  answerAppend,
  appendOwn,
  broadcastAppend,
  broadcastHeartbeat,
  commitTo,
  maybeCommit,
  sendAppend,
  sendTimeoutNow,
  takeAppend,
  takeAppendAnswer,
  takeHeartbeat,
  takeHeartbeatAnswer,
  takeSnapshot,
} from './replicate.ts';
import { quorumOf, say, type RaftNode } from './state.ts';

/**
 * Raft as a pure state machine, in the manner of etcd's library: messages and ticks go in; the outbox, unstable entries
 * and a higher commit come out. What is in the outbox may be sent when the disk has what was unstable at that
 * moment; a leader's messages may be sent before.
 */

/** One message from another member. */
export function step(node: RaftNode, message: RaftMessage): void {
  const { raft } = node;
  if (message.to !== raft.id) return;
  if (message.term > raft.term && !takesHigherTerm(node, message)) return;
  if (message.term !== 0 && message.term < raft.term) {
    answerStale(node, message);
    return;
  }
  switch (message.kind) {
    case 'MsgPreVote':
    case 'MsgVote':
      takeVoteRequest(node, message);
      return;
    case 'MsgApp':
    case 'MsgHeartbeat':
    case 'MsgSnap':
      obey(node, message);
      return;
    case 'MsgPreVoteResp':
      if (raft.role === 'pre-candidate') noteVote(node, message.from, !message.reject);
      return;
    case 'MsgVoteResp':
      if (raft.role === 'candidate') noteVote(node, message.from, !message.reject);
      return;
    case 'MsgProp':
      for (const { kind, data } of message.entries) propose(node, kind, data);
      return;
    case 'MsgReadIndex':
      if (raft.role === 'leader') takeRead(node, message.from, message.read);
      else if (raft.lead !== NOBODY) raft.outbox.push(Object.freeze({ ...message, to: raft.lead }));
      return;
    case 'MsgReadIndexResp':
      raft.readStates.push(Object.freeze({ read: message.read, index: message.index }));
      return;
    case 'MsgTimeoutNow':
      if (raft.role === 'follower' && isPromotable(node)) campaign(node, 'transfer');
      return;
    case 'MsgTransferLeader':
      if (raft.role === 'leader') transferLeader(node, message.from);
      return;
    case 'MsgAppResp':
      if (raft.role !== 'leader') return;
      takeAppendAnswer(node, message);
      releaseEarlyReads(node);
      return;
    case 'MsgHeartbeatResp':
      if (raft.role !== 'leader') return;
      takeHeartbeatAnswer(node, message.from);
      confirmRead(node, message.from, message.read);
      return;
  }
}

/** What a higher term does to this member; false when the message is to be ignored. */
function takesHigherTerm(node: RaftNode, message: RaftMessage): boolean {
  const { raft, now } = node;
  if (message.kind === 'MsgVote' || message.kind === 'MsgPreVote') {
    const isInLease =
      raft.lead !== NOBODY &&
      (raft.role === 'leader' || now - raft.electionFrom < raft.settings.electionMicros);
    // Whoever hears from a leader helps nobody to overthrow it, unless it steps aside itself.
    if (isInLease && !message.transfer) return false;
  }
  if (message.kind === 'MsgPreVote') return true;
  if (message.kind === 'MsgPreVoteResp' && !message.reject) return true;
  const isFromLeader =
    message.kind === 'MsgApp' || message.kind === 'MsgHeartbeat' || message.kind === 'MsgSnap';
  becomeFollower(node, message.term, isFromLeader ? message.from : NOBODY);
  return true;
}

/** A member of an earlier term hears of the later one, where it would otherwise go on for ever. */
function answerStale(node: RaftNode, message: RaftMessage): void {
  const { raft } = node;
  if (message.kind === 'MsgHeartbeat' || message.kind === 'MsgApp') {
    answerAppend(node, message.from, { index: 0, reject: false, rejectHint: 0, logTerm: 0 });
  } else if (message.kind === 'MsgPreVote') {
    say(node, {
      type: 'etcd/raft',
      kind: 'MsgPreVoteResp',
      from: raft.id,
      to: message.from,
      term: raft.term,
      reject: true,
    });
  } else if (message.kind === 'MsgSnap') {
    answerAppend(node, message.from, {
      index: raft.commit,
      reject: false,
      rejectHint: 0,
      logTerm: 0,
    });
  }
}

/** There is a leader of this term, so this member follows it. */
function obey(
  node: RaftNode,
  message: Extract<RaftMessage, { readonly kind: 'MsgApp' | 'MsgHeartbeat' | 'MsgSnap' }>,
): void {
  const { raft, now } = node;
  if (raft.role === 'leader') return;
  if (raft.role !== 'follower') becomeFollower(node, message.term, message.from);
  raft.electionFrom = now;
  raft.lead = message.from;
  if (message.kind === 'MsgApp') takeAppend(node, message);
  else if (message.kind === 'MsgHeartbeat') takeHeartbeat(node, message);
  else takeSnapshot(node, message);
}

/** Whether something was taken on its way to agreement. */
export type Proposed = 'proposed' | 'forwarded' | 'no-leader' | 'dropped';

/** Proposes an entry: a leader appends it, a follower passes it on. */
export function propose(node: RaftNode, kind: RaftEntry['kind'], data: unknown): Proposed {
  const { raft } = node;
  if (raft.role !== 'leader') {
    if (raft.lead === NOBODY) return 'no-leader';
    const entries = Object.freeze([{ kind, data }]);
    say(node, {
      type: 'etcd/raft',
      kind: 'MsgProp',
      from: raft.id,
      to: raft.lead,
      term: 0,
      entries,
    });
    return 'forwarded';
  }
  // A leader that was removed, or that hands its office over, takes nothing.
  const isMember = raft.conf.only === raft.id || raft.progress.has(raft.id);
  if (!isMember || raft.transferee !== NOBODY) return 'dropped';
  if (kind === 'normal') appendOwn(node, kind, data);
  else appendConfChange(node, data);
  if (raft.progress.size > 1) broadcastAppend(node);
  return 'proposed';
}

/** One change of membership at a time; a second one becomes an entry without effect. */
function appendConfChange(node: RaftNode, data: unknown): void {
  const { raft } = node;
  if (raft.pendingConf > raft.applied) {
    appendOwn(node, 'normal', undefined);
    return;
  }
  raft.pendingConf = lastIndex(node) + 1;
  appendOwn(node, 'conf-change', data);
}

/** Asks for the index that a linearizable read must wait for; false when nobody can be asked. */
export function requestRead(node: RaftNode, read: number): boolean {
  const { raft } = node;
  if (raft.role === 'leader') {
    takeRead(node, raft.id, read);
    return true;
  }
  if (raft.lead === NOBODY) return false;
  say(node, {
    type: 'etcd/raft',
    kind: 'MsgReadIndex',
    from: raft.id,
    to: raft.lead,
    term: 0,
    read,
  });
  return true;
}

/** Begins to hand leadership to a voter. */
export function transferLeader(node: RaftNode, to: string): void {
  const { raft } = node;
  const progress = raft.progress.get(to);
  if (progress === undefined || to === raft.id || !raft.conf.voters.includes(to)) return;
  if (raft.transferee === to) return;
  raft.transferee = to;
  raft.ticks = 0;
  if (progress.match === lastIndex(node)) sendTimeoutNow(node, to);
  else sendAppend(node, to, true);
}

/** A leader's heartbeat interval has passed. */
export function tickLeader(node: RaftNode): void {
  const { raft } = node;
  if (raft.role !== 'leader') return;
  raft.ticks += 1;
  if (raft.ticks * raft.settings.heartbeatMicros >= raft.settings.electionMicros) {
    raft.ticks = 0;
    // A transfer that takes longer than an election is given up.
    raft.transferee = NOBODY;
    if (!hearsMajority(node)) {
      becomeFollower(node, raft.term, NOBODY);
      return;
    }
  }
  const newest = raft.pendingReads[raft.pendingReads.length - 1];
  broadcastHeartbeat(node, newest?.round ?? 0);
}

/** Whether a majority was heard of since the last look (upstream: CheckQuorum). */
function hearsMajority(node: RaftNode): boolean {
  const { raft } = node;
  let active = 0;
  for (const [id, progress] of raft.progress) {
    if ((progress.recentActive || id === raft.id) && raft.conf.voters.includes(id)) active += 1;
    progress.recentActive = id === raft.id;
  }
  return active >= quorumOf(node);
}

/** When this member would stand for election unless it hears from a leader; undefined: never. */
export function electionDue(node: RaftNode): number | undefined {
  const { raft } = node;
  if (raft.role === 'leader' || !isPromotable(node)) return undefined;
  // The first tick after the last sign of life may be a moment or a whole interval away.
  const interval = raft.settings.heartbeatMicros;
  const ticks = Math.floor((raft.electionFrom - raft.startedAt) / interval);
  return raft.startedAt + ticks * interval + raft.electionTimeout;
}

/** Stands for election if it is time. */
export function tickElection(node: RaftNode): void {
  const { raft, now } = node;
  const due = electionDue(node);
  if (due === undefined || now < due) return;
  raft.electionFrom = now;
  for (let index = raft.applied + 1; index <= raft.commit; index++) {
    // Who votes is about to change: not before that is known.
    if (entryAt(node, index)?.kind === 'conf-change') return;
  }
  campaign(node, 'pre-vote');
}

/**
 * A flush has come back: the disk has the vote and these entries, which leave the list of what it does not have. What
 * waited for that counts now.
 */
export function noteSaved(node: RaftNode, entries: readonly RaftEntry[]): void {
  const { raft, storage } = node;
  const last = entries[entries.length - 1];
  if (last !== undefined) {
    storeEntries(storage.log, entries);
    const { unstable } = raft;
    const written = last.index + 1 - raft.offset;
    // Others stand there if these were overruled meanwhile; they are still to be written.
    if (unstable[written - 1] === last) {
      raft.unstable = unstable.length === written ? [] : unstable.slice(written);
      raft.offset = last.index + 1;
    }
  }
  if (raft.role === 'candidate') countOwnVote(node);
  if (raft.role !== 'leader') return;
  const own = raft.progress.get(raft.id);
  const stable = stableIndex(node);
  if (own === undefined || own.match >= stable) return;
  own.match = stable;
  own.next = stable + 1;
  const isNews =
    raft.conf.only === raft.id
      ? commitTo(node, stable, logItem(storage.log, stable)?.term)
      : maybeCommit(node);
  if (!isNews) return;
  if (raft.progress.size > 1) broadcastAppend(node);
  if (raft.earlyReads.length > 0) releaseEarlyReads(node);
}

/** A candidate's vote for itself counts as soon as it is written down. */
function countOwnVote(node: RaftNode): void {
  const { raft, storage } = node;
  if (raft.votes.has(raft.id)) return;
  const isWritten = storage.term === raft.term && storage.vote === raft.id;
  if (isWritten || raft.settings.variant?.skipVotePersist === true) noteVote(node, raft.id, true);
}
