import { isUpToDate, lastIndex, termAt } from './log.ts';
import { NOBODY, type RaftMessage } from './message.ts';
import { newProgress } from './progress.ts';
import { appendOwn, broadcastAppend } from './replicate.ts';
import { drawTimeout, isVoter, quorumOf, say, type RaftNode } from './state.ts';

/** Elections: who stands, who votes for whom, and what a member becomes. */

export function becomeFollower(node: RaftNode, term: number, lead: string): void {
  reset(node, term);
  node.raft.role = 'follower';
  node.raft.lead = lead;
}

function reset(node: RaftNode, term: number): void {
  const { raft, now } = node;
  if (raft.term !== term) {
    raft.term = term;
    raft.vote = NOBODY;
  }
  raft.lead = NOBODY;
  raft.electionFrom = now;
  raft.electionTimeout = drawTimeout(raft.random, raft.settings);
  raft.ticks = 0;
  raft.transferee = NOBODY;
  raft.votes.clear();
  raft.progress.clear();
  raft.pendingConf = 0;
  raft.pendingReads = [];
  raft.earlyReads = [];
}

/** Whether this member may stand for election. */
export function isPromotable(node: RaftNode): boolean {
  return isVoter(node, node.raft.id) && node.raft.snapshot === undefined;
}

/**
 * Stands for election. A pre-vote asks first whether an election would be won, so that a member that was cut off does
 * not disturb the others with its higher term. `transfer`: the leader itself asks for it.
 */
export function campaign(node: RaftNode, how: 'pre-vote' | 'vote' | 'transfer'): void {
  const { raft } = node;
  if (how === 'pre-vote') {
    // The term stays as it is, and so does the vote.
    raft.role = 'pre-candidate';
    raft.lead = NOBODY;
    raft.votes.clear();
    raft.progress.clear();
    raft.electionFrom = node.now;
    raft.electionTimeout = drawTimeout(raft.random, raft.settings);
    raft.votes.set(raft.id, true);
  } else {
    reset(node, raft.term + 1);
    raft.role = 'candidate';
    // One's own vote counts once it is written down.
    raft.vote = raft.id;
  }
  const last = lastIndex(node);
  const logTerm = termAt(node, last) ?? 0;
  for (const to of raft.conf.voters) {
    if (to === raft.id) continue;
    say(node, {
      type: 'etcd/raft',
      kind: how === 'pre-vote' ? 'MsgPreVote' : 'MsgVote',
      from: raft.id,
      to,
      term: how === 'pre-vote' ? raft.term + 1 : raft.term,
      index: last,
      logTerm,
      transfer: how === 'transfer',
    });
  }
  if (how === 'pre-vote') countVotes(node);
}

/** A vote is in. */
export function noteVote(node: RaftNode, from: string, granted: boolean): void {
  if (!node.raft.votes.has(from)) node.raft.votes.set(from, granted);
  countVotes(node);
}

function countVotes(node: RaftNode): void {
  const { raft } = node;
  let granted = 0;
  let refused = 0;
  for (const id of raft.conf.voters) {
    const vote = raft.votes.get(id);
    if (vote === true) granted += 1;
    else if (vote === false) refused += 1;
  }
  const quorum = quorumOf(node);
  if (granted >= quorum) {
    if (raft.role === 'pre-candidate') campaign(node, 'vote');
    else becomeLeader(node);
  } else if (refused > raft.conf.voters.length - quorum) {
    becomeFollower(node, raft.term, NOBODY);
  }
}

function becomeLeader(node: RaftNode): void {
  const { raft } = node;
  reset(node, raft.term);
  raft.role = 'leader';
  raft.lead = raft.id;
  const last = lastIndex(node);
  for (const id of [...raft.conf.voters, ...raft.conf.learners]) {
    const progress = newProgress(last + 1);
    progress.recentActive = id === raft.id;
    raft.progress.set(id, progress);
  }
  // Whatever changes of membership the log holds must be applied before another is taken.
  raft.pendingConf = last;
  // Only with an entry of the new term can what earlier terms left be committed.
  appendOwn(node, 'normal', undefined);
  broadcastAppend(node);
}

/** Answers a candidate, once the message's term has been looked at. */
export function takeVoteRequest(
  node: RaftNode,
  message: Extract<RaftMessage, { readonly kind: 'MsgPreVote' | 'MsgVote' }>,
): void {
  const { raft, now } = node;
  const { from, term } = message;
  const isFree =
    raft.vote === from ||
    (raft.vote === NOBODY && raft.lead === NOBODY) ||
    (message.kind === 'MsgPreVote' && term > raft.term);
  const granted = isFree && isUpToDate(node, message.index, message.logTerm);
  say(node, {
    type: 'etcd/raft',
    kind: message.kind === 'MsgVote' ? 'MsgVoteResp' : 'MsgPreVoteResp',
    from: raft.id,
    to: from,
    // A granted pre-vote is for the term to come.
    term: granted ? term : raft.term,
    reject: !granted,
  });
  if (granted && message.kind === 'MsgVote') {
    raft.electionFrom = now;
    raft.vote = from;
  }
}
