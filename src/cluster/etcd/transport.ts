import { SECOND, type Micros } from '../../kernel/time.ts';
import { processAt } from './config.ts';
import type { EtcdMemory, Member, Peer } from './member.ts';
import { reportUnreachable } from './raft/replicate.ts';
import { termAt } from './raft/log.ts';
import type { RaftMessage } from './raft/message.ts';
import { storeOf } from './snapshot.ts';

/** Connections between members (upstream: rafthttp). */

/** A stream on which nothing comes for so long is taken for broken. */
const SILENCE_MAX: Micros = 5 * SECOND;
/** How often a broken one is tried again. */
const RETRY: Micros = SECOND;

/** Sends what Raft has said. */
export function sendRaft(member: Member, messages: readonly RaftMessage[]): void {
  if (messages.length === 0) return;
  const { env } = member;
  const { cause } = env;
  for (const message of messages) {
    // Only a proposal is somebody's consequence; everything else is the members' own conversation.
    env.resumeCause(message.kind === 'MsgProp' ? cause : undefined);
    sendOne(member, message);
  }
  env.resumeCause(cause);
}

function sendOne(member: Member, message: RaftMessage): void {
  const { memory, env } = member;
  const peer = memory.peers.get(message.to);
  if (peer === undefined) return;
  if (env.now - peer.lastHeard > SILENCE_MAX) {
    // What piled up behind a cut is not worth waiting for: a new connection is tried now and then.
    if (env.now - peer.lastTried < RETRY && !isElection(message)) {
      reportUnreachable(member, message.to);
      return;
    }
    if (env.now - peer.lastTried >= RETRY) {
      peer.lastTried = env.now;
      env.reset(peer.process);
    }
  }
  if (message.kind === 'MsgHeartbeat') peer.heartbeatAt = env.now;
  env.send(peer.process, message.kind === 'MsgSnap' ? withStore(member, message) : message);
}

function isElection({ kind }: RaftMessage): boolean {
  return kind === 'MsgPreVote' || kind === 'MsgVote' || kind === 'MsgTimeoutNow';
}

/** A snapshot is taken when it is sent: of all that is applied by then. */
function withStore(
  member: Member,
  message: Extract<RaftMessage, { readonly kind: 'MsgSnap' }>,
): RaftMessage {
  const { memory, disk } = member;
  memory.stats.snapshotsSent += 1;
  const index = disk.appliedIndex;
  const term = termAt(member, index) ?? message.snapshot.term;
  const { conf } = memory.raft;
  const snapshot = Object.freeze({ index, term, conf, data: storeOf(disk) });
  return Object.freeze({ ...message, snapshot });
}

/** A peer was heard. */
export function noteHeard({ memory, env }: Member, message: RaftMessage): void {
  const peer = memory.peers.get(message.from);
  if (peer === undefined) return;
  if (env.now - peer.lastHeard > SILENCE_MAX) peer.activeSince = env.now;
  peer.lastHeard = env.now;
  if (message.kind === 'MsgHeartbeatResp' && peer.heartbeatAt > 0) {
    memory.stats.roundTrips.set(message.from, env.now - peer.heartbeatAt);
  }
}

/** A connection to another process ended; if it was a member's, Raft stops sending ahead. */
export function loseConnection(member: Member, process: string): void {
  for (const [id, peer] of member.memory.peers) {
    if (peer.process !== process) continue;
    peer.activeSince = member.env.now;
    reportUnreachable(member, id);
  }
}

/** Whether a member has been within reach all the time since then. */
export function isConnectedSince(
  { peers }: EtcdMemory,
  id: string,
  since: Micros,
  now: Micros,
): boolean {
  const peer = peers.get(id);
  return peer !== undefined && now - peer.lastHeard <= SILENCE_MAX && peer.activeSince < since;
}

/** How to reach the other members, as the membership is now. */
export function updatePeers({ disk, memory, config, env }: Member): void {
  const { peers } = memory;
  for (const id of peers.keys()) if (!disk.members.has(id)) peers.delete(id);
  for (const { id, peerUrl } of disk.members.values()) {
    if (id === disk.memberId) continue;
    const process = processAt(config, peerUrl);
    if (process === undefined) peers.delete(id);
    else if (peers.get(id)?.process !== process) peers.set(id, newPeer(process, env.now));
  }
}

function newPeer(process: string, now: Micros): Peer {
  return { process, lastHeard: now, lastTried: 0, activeSince: now, heartbeatAt: 0 };
}
