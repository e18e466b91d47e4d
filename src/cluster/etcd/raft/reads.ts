import { termAt } from './log.ts';
import { broadcastHeartbeat } from './replicate.ts';
import { quorumOf, say, type RaftNode } from './state.ts';

/**
 * ReadIndex: a linearizable read needs no entry of its own, only the certainty that the leader was still one when it
 * was asked. A round of heartbeats gives it.
 */

/** A leader is asked for the index that a read must wait for. */
export function takeRead(node: RaftNode, from: string, read: number): void {
  const { raft } = node;
  if (termAt(node, raft.commit) !== raft.term) {
    // Until it has committed something of its own it does not know what is committed.
    raft.earlyReads.push(Object.freeze({ from, read }));
    return;
  }
  const [only] = raft.conf.voters;
  const isAlone = raft.conf.voters.length === 1 && only === raft.id;
  if (isAlone || raft.settings.variant?.skipReadQuorum === true) {
    answerRead(node, { from, read, index: raft.commit });
    return;
  }
  const round = raft.nextRound++;
  raft.pendingReads.push({ round, index: raft.commit, from, read, acks: [raft.id] });
  broadcastHeartbeat(node, round);
}

/** The leader has committed in its term: the reads that waited for it go on. */
export function releaseEarlyReads(node: RaftNode): void {
  const { raft } = node;
  if (raft.earlyReads.length === 0 || termAt(node, raft.commit) !== raft.term) return;
  const waiting = raft.earlyReads;
  raft.earlyReads = [];
  for (const { from, read } of waiting) takeRead(node, from, read);
}

/** A member has confirmed the leader for a round, and so for those before it. */
export function confirmRead(node: RaftNode, from: string, round: number): void {
  const { raft } = node;
  if (round === 0 || !raft.conf.voters.includes(from)) return;
  const at = raft.pendingReads.findIndex((each) => each.round === round);
  const pending = raft.pendingReads[at];
  if (pending === undefined || pending.acks.includes(from)) return;
  pending.acks.push(from);
  if (pending.acks.length < quorumOf(node)) return;
  for (const each of raft.pendingReads.splice(0, at + 1)) answerRead(node, each);
}

function answerRead(
  node: RaftNode,
  { from, read, index }: { readonly from: string; readonly read: number; readonly index: number },
): void {
  const { raft } = node;
  if (from === raft.id) {
    raft.readStates.push(Object.freeze({ read, index }));
    return;
  }
  say(node, {
    type: 'etcd/raft',
    kind: 'MsgReadIndexResp',
    from: raft.id,
    to: from,
    term: raft.term,
    read,
    index,
  });
}
