import {
  conflictBelow,
  entriesFrom,
  firstIndex,
  firstNew,
  lastIndex,
  placeEntries,
  termAt,
} from './log.ts';
import { NOBODY, type RaftEntry, type RaftMessage } from './message.ts';
import {
  advance,
  awaitSnapshot,
  freeInflight,
  isPaused,
  noteSent,
  probe,
  replicate,
  retreat,
} from './progress.ts';
import { quorumOf, say, type Progress, type RaftNode } from './state.ts';

/** Log replication: the leader's appends, the follower's answers, and what a majority has. */

type Received<Kind extends RaftMessage['kind']> = Extract<RaftMessage, { readonly kind: Kind }>;

/** Sends what a member lacks; without entries only when `evenEmpty`. True when something was sent. */
export function sendAppend(node: RaftNode, to: string, evenEmpty: boolean): boolean {
  const { raft } = node;
  const progress = raft.progress.get(to);
  if (progress === undefined || isPaused(progress)) return false;
  const before = progress.next - 1;
  const logTerm = termAt(node, before);
  if (logTerm === undefined || progress.next < firstIndex(node)) {
    return sendSnapshot(node, to, progress);
  }
  const entries = entriesFrom(node, progress.next);
  if (entries.length === 0 && !evenEmpty) return false;
  noteSent(progress, entries.length, before + entries.length);
  say(node, {
    type: 'etcd/raft',
    kind: 'MsgApp',
    from: raft.id,
    to,
    term: raft.term,
    index: before,
    logTerm,
    entries,
    commit: raft.commit,
  });
  return true;
}

function sendSnapshot(node: RaftNode, to: string, progress: Progress): boolean {
  const { raft } = node;
  // Nobody is there to take it.
  if (!progress.recentActive) return false;
  const term = termAt(node, raft.applied);
  if (term === undefined) return false;
  awaitSnapshot(progress, raft.applied);
  const snapshot = Object.freeze({ index: raft.applied, term, conf: raft.conf, data: undefined });
  say(node, { type: 'etcd/raft', kind: 'MsgSnap', from: raft.id, to, term: raft.term, snapshot });
  return true;
}

/** Sends to everybody what they lack. */
export function broadcastAppend(node: RaftNode): void {
  for (const id of node.raft.progress.keys()) if (id !== node.raft.id) sendAppend(node, id, true);
}

/** Proves to everybody that the leader is there; `read` is the round of reads that the answers confirm, or 0. */
export function broadcastHeartbeat(node: RaftNode, read: number): void {
  const { raft } = node;
  for (const [to, progress] of raft.progress) {
    if (to === raft.id) continue;
    // A follower must not take for committed what it may not have.
    const commit = Math.min(progress.match, raft.commit);
    say(node, {
      type: 'etcd/raft',
      kind: 'MsgHeartbeat',
      from: raft.id,
      to,
      term: raft.term,
      commit,
      read,
    });
  }
}

/** Appends an entry of a leader's own. */
export function appendOwn(node: RaftNode, kind: RaftEntry['kind'], data: unknown): void {
  const { raft } = node;
  const { unstable, term } = raft;
  const { length } = unstable;
  if (length === 0) raft.offset = lastIndex(node) + 1;
  const entry: RaftEntry = Object.freeze({ index: raft.offset + length, term, kind, data });
  // Mostly there is one, and then the list has room for one.
  if (length === 0) raft.unstable = [entry];
  else unstable.push(entry);
}

/** Takes for committed what a majority of the voters has; whether that is news. */
export function maybeCommit(node: RaftNode): boolean {
  const { conf, progress } = node.raft;
  const matches = conf.voters.map((id) => progress.get(id)?.match ?? 0).sort((a, b) => b - a);
  const index = matches[quorumOf(node) - 1] ?? 0;
  return commitTo(node, index, termAt(node, index));
}

/** Takes for committed what a majority is known to have; whether that is news. `term` is that of the last entry. */
export function commitTo({ raft }: RaftNode, index: number, term: number | undefined): boolean {
  if (index <= raft.commit) return false;
  // An earlier leader's entry may still be overruled, however many have it: only one's own term counts.
  if (term !== raft.term && raft.settings.variant?.commitOldTermByCount !== true) return false;
  raft.commit = index;
  return true;
}

/** A follower takes entries from its leader, or says where the logs part. */
export function takeAppend(node: RaftNode, message: Received<'MsgApp'>): void {
  const { raft } = node;
  const { index, logTerm, entries, commit } = message;
  if (index < raft.commit) {
    answerAppend(node, message.from, {
      index: raft.commit,
      reject: false,
      rejectHint: 0,
      logTerm: 0,
    });
    return;
  }
  if (termAt(node, index) !== logTerm) {
    const hint = conflictBelow(node, Math.min(index, lastIndex(node)), logTerm);
    answerAppend(node, message.from, {
      index,
      reject: true,
      rejectHint: hint.index,
      logTerm: hint.term,
    });
    return;
  }
  const from = firstNew(node, entries);
  if (from !== undefined) placeEntries(node, from === 0 ? entries : entries.slice(from));
  const last = index + entries.length;
  raft.commit = Math.max(raft.commit, Math.min(commit, last));
  answerAppend(node, message.from, { index: last, reject: false, rejectHint: 0, logTerm: 0 });
}

/** Says how far this member's log agrees with the leader's. */
export function answerAppend(
  node: RaftNode,
  to: string,
  answer: Pick<Received<'MsgAppResp'>, 'index' | 'reject' | 'rejectHint' | 'logTerm'>,
): void {
  const { id: from, term } = node.raft;
  say(node, { type: 'etcd/raft', kind: 'MsgAppResp', from, to, term, ...answer });
}

/** A leader hears what became of an append. */
export function takeAppendAnswer(node: RaftNode, message: Received<'MsgAppResp'>): void {
  const { raft } = node;
  const progress = raft.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  if (message.reject) {
    const hint =
      message.logTerm > 0
        ? conflictBelow(node, message.rejectHint, message.logTerm).index
        : message.rejectHint;
    if (!retreat(progress, message.index, hint)) return;
    if (progress.state === 'replicate') probe(progress);
    sendAppend(node, message.from, true);
    return;
  }
  const wasPaused = isPaused(progress);
  const isNews = advance(progress, message.index);
  if (!isNews && !(progress.match === message.index && progress.state === 'probe')) return;
  if (progress.state === 'probe') replicate(progress);
  else if (progress.state === 'snapshot' && progress.match + 1 >= firstIndex(node)) {
    probe(progress);
    replicate(progress);
  } else if (progress.state === 'replicate') freeInflight(progress, message.index);
  if (maybeCommit(node)) broadcastAppend(node);
  else if (wasPaused) sendAppend(node, message.from, true);
  // An answer may have made room for more than one message.
  while (sendAppend(node, message.from, false));
  if (message.from === raft.transferee && progress.match === lastIndex(node)) {
    sendTimeoutNow(node, message.from);
  }
}

/** A follower hears that its leader is there. */
export function takeHeartbeat(node: RaftNode, message: Received<'MsgHeartbeat'>): void {
  const { raft } = node;
  raft.commit = Math.max(raft.commit, Math.min(message.commit, lastIndex(node)));
  say(node, {
    type: 'etcd/raft',
    kind: 'MsgHeartbeatResp',
    from: raft.id,
    to: message.from,
    term: raft.term,
    read: message.read,
  });
}

/** A leader hears that a member is there, and sends what it lacks. */
export function takeHeartbeatAnswer(node: RaftNode, from: string): void {
  const progress = node.raft.progress.get(from);
  if (progress === undefined) return;
  progress.recentActive = true;
  progress.paused = false;
  // A full window whose answers were all lost must not stay full.
  if (progress.state === 'replicate' && isPaused(progress)) progress.inflight.shift();
  if (progress.match < lastIndex(node) || progress.state === 'probe') sendAppend(node, from, true);
}

/** The member that leadership is handed to stands for election at once. */
export function sendTimeoutNow(node: RaftNode, to: string): void {
  const { id: from, term } = node.raft;
  say(node, { type: 'etcd/raft', kind: 'MsgTimeoutNow', from, to, term });
}

/** A follower far behind takes the store as it is. */
export function takeSnapshot(node: RaftNode, message: Received<'MsgSnap'>): void {
  const { raft } = node;
  const { snapshot } = message;
  const { index, term, conf } = snapshot;
  const answer = { index: raft.commit, reject: false, rejectHint: 0, logTerm: 0 };
  if (index <= raft.commit || raft.snapshot !== undefined) {
    answerAppend(node, message.from, answer);
    return;
  }
  if (termAt(node, index) === term) {
    // The entries are all here: there is nothing to catch up with.
    raft.commit = index;
    answerAppend(node, message.from, { ...answer, index });
    return;
  }
  raft.snapshot = snapshot;
  raft.unstable = [];
  raft.offset = index + 1;
  raft.commit = index;
  raft.conf = conf;
  answerAppend(node, message.from, { ...answer, index });
}

/** A member could not be reached: no more is sent ahead of its answers. */
export function reportUnreachable({ raft }: RaftNode, id: string): void {
  const progress = raft.progress.get(id);
  if (raft.role !== 'leader' || progress === undefined || id === NOBODY) return;
  if (progress.state === 'replicate') probe(progress);
  else if (progress.state === 'snapshot') {
    // The snapshot was lost: it is tried again after the next sign of life.
    progress.pendingSnapshot = 0;
    probe(progress);
    progress.paused = true;
  }
}
