import type { Entry, Proposal } from './apply.ts';
import {
  PROPOSAL_DROPPED,
  TIMED_OUT,
  TIMED_OUT_CONNECTION_LOST,
  TIMED_OUT_LEADER_FAILED,
  TOO_MANY_REQUESTS,
} from './errors.ts';
import { requestTimeout, type Asking, type Held, type Member, type Waiting } from './member.ts';
import { NOBODY } from './raft/message.ts';
import { propose, type Proposed } from './raft/step.ts';
import { isConnectedSince } from './transport.ts';

/** From a wish to an entry on its way: who waits for it, and what he is told if it never comes back. */

/** More committed entries than this may not wait to be applied. */
const UNAPPLIED_MAX = 5000;

/** Begins to agree on an entry, filed under the step's cause. It happens when the loop goes on, after the step's end. */
export function submit(member: Member, entry: Entry, asking: Asking | undefined): void {
  const { disk, memory, raft, env, now } = member;
  if (asking !== undefined && raft.commit > raft.applied + UNAPPLIED_MAX) {
    refuse(member, asking, TOO_MANY_REQUESTS);
    return;
  }
  const id = memory.nextProposal++;
  const data: Proposal = Object.freeze({
    by: disk.memberId,
    id,
    entry: Object.freeze(entry),
    cause: env.cause,
  });
  if (asking !== undefined) {
    memory.pending.push(Object.freeze({ number: id, asking, startedAt: now }));
    // One that decides alone waits for nobody but its disk.
    if (!memory.sweepArmed && raft.conf.only !== disk.memberId) armSweep(member);
  }
  const kind = entry.kind === 'member' ? 'conf-change' : 'normal';
  const proposed = propose(member, kind, data);
  if (proposed !== 'proposed') keepAside(member, proposed, { number: id, kind, data });
}

/** What has not begun to be agreed on waits for a leader, or has failed. */
function keepAside(member: Member, proposed: Proposed, held: Held): void {
  if (proposed === 'no-leader') member.memory.held.push(Object.freeze(held));
  else if (proposed === 'dropped') fail(member, held.number, PROPOSAL_DROPPED);
}

/** Takes whoever waits for a proposal out of the list. It is nearly always the first one's that comes back first. */
export function takeWaiting(pending: Waiting[], number: number): Waiting | undefined {
  return pending[0]?.number === number ? pending.shift() : takeLater(pending, number);
}

/** By itself: a function that makes another takes room for what that one sees at every call. */
function takeLater(pending: Waiting[], number: number): Waiting | undefined {
  const index = pending.findIndex((waiting) => waiting.number === number);
  return index < 0 ? undefined : pending.splice(index, 1)[0];
}

function isWaitedFor({ pending }: Member['memory'], number: number): boolean {
  return pending.some((waiting) => waiting.number === number);
}

/** There is a leader: what has waited for one is proposed, unless whoever asked has been told that it took too long. */
export function proposeHeld(member: Member): void {
  const { memory } = member;
  if (memory.raft.lead === NOBODY || memory.held.length === 0) return;
  const { held } = memory;
  memory.held = [];
  for (const each of held) {
    if (!isWaitedFor(memory, each.number)) continue;
    keepAside(member, propose(member, each.kind, each.data), each);
  }
}

function fail(member: Member, number: number, error: string): void {
  const waiting = takeWaiting(member.memory.pending, number);
  if (waiting !== undefined) refuse(member, waiting.asking, error);
}

/** Tells whoever asks that it will not be. */
export function refuse(member: Member, asking: Asking, error: string): void {
  const { client, id, isMaintenance } = asking;
  member.memory.stats.proposalsFailed += 1;
  if (client === undefined) return;
  const type = isMaintenance ? 'etcd/maintenance-error' : 'etcd/error';
  member.env.send(client, { type, id, error });
}

/** A client is gone: nobody waits any more. What was proposed may happen all the same. */
export function forgetClient({ memory }: Member, client: string): void {
  memory.pending = memory.pending.filter(({ asking }) => asking.client !== client);
}

function armSweep(member: Member): void {
  const { memory, env } = member;
  memory.sweepArmed = true;
  env.after(requestTimeout(member), { type: 'etcd/sweep' });
}

/** Gives up the proposals that have taken too long. */
export function sweepProposals(member: Member): void {
  const { memory, env } = member;
  memory.sweepArmed = false;
  const timeout = requestTimeout(member);
  for (let first = memory.pending[0]; first !== undefined; first = memory.pending[0]) {
    const { number, startedAt } = first;
    if (startedAt + timeout > env.now) {
      memory.sweepArmed = true;
      env.after(startedAt + timeout - env.now, { type: 'etcd/sweep' });
      break;
    }
    fail(member, number, timeoutText(member, startedAt));
  }
  memory.held = memory.held.filter(({ number }) => isWaitedFor(memory, number));
}

/** What a request that began then and has taken too long is told: etcd guesses at the reason. */
function timeoutText(member: Member, startedAt: number): string {
  const { memory, disk, env } = member;
  const { raft, leadElectedAt } = memory;
  if (startedAt > leadElectedAt - 2 * raft.settings.electionMicros && startedAt < leadElectedAt) {
    return TIMED_OUT_LEADER_FAILED;
  }
  if (raft.lead === NOBODY) return TIMED_OUT;
  const isConnected = (id: string): boolean => isConnectedSince(memory, id, startedAt, env.now);
  if (raft.lead !== disk.memberId) {
    return isConnected(raft.lead) ? TIMED_OUT : TIMED_OUT_CONNECTION_LOST;
  }
  const connected = raft.conf.voters.filter((id) => id === disk.memberId || isConnected(id));
  const quorum = Math.floor(raft.conf.voters.length / 2) + 1;
  return connected.length >= quorum ? TIMED_OUT : TIMED_OUT_CONNECTION_LOST;
}
