import { roomFor } from '../../base/room.ts';
import { logItem } from '../../base/segment-log.ts';
import { zap } from '../client/component-log.ts';
import { applyOther, applyTxn, type Batch, type Effect, type Proposal } from './apply.ts';
import { DEFAULTS } from './config.ts';
import { armForLease } from './leases.ts';
import { serveConfirmed, takeReadStates } from './linearizable.ts';
import { isAlone, type Asking, type Member, type Saving } from './member.ts';
import { compactLog, stableIndex, storeSnapshot } from './raft/log.ts';
import { applyConfChange } from './raft/membership.ts';
import { noteSaved, tickLeader } from './raft/step.ts';
import { installStore, type StoreImage } from './snapshot.ts';
import { noteFlush } from './stats.ts';
import { takeWaiting } from './propose.ts';
import { sendRaft, updatePeers } from './transport.ts';
import { catchUpWatches, notifyWatches } from './watches.ts';

/**
 * The loop between Raft, the disk and the store (upstream: etcdserver's raftNode). It takes what Raft has to say, saves
 * what must be saved, and carries out what is committed. While a save is under way it does nothing else: no message
 * leaves, no heartbeat ticks. That is why a slow disk makes leaders change.
 */

/** Goes on until everything waits for the disk, or for others. */
export function goOn(member: Member): void {
  const { memory, storage, raft, env } = member;
  while (memory.saving === undefined) {
    if (raft.readStates.length > 0) takeReadStates(member);
    const messages = raft.outbox;
    if (messages.length > 0) raft.outbox = [];
    const isDirty =
      raft.unstable.length > 0 ||
      raft.snapshot !== undefined ||
      raft.term !== storage.term ||
      (raft.vote !== storage.vote && raft.settings.variant?.skipVotePersist !== true);
    if (!isDirty) {
      if (messages.length > 0) sendRaft(member, messages);
      const isNews = raft.commit > raft.applied && applyCommitted(member);
      if (!isNews && raft.outbox.length === 0 && raft.readStates.length === 0) return;
      continue;
    }
    if (env.diskFull()) {
      const error = 'write /var/lib/etcd/member/wal: no space left on device';
      zap(env, 'fatal', 'etcdserver/raft.go:232', 'failed to save Raft hard state and entries', {
        error,
      });
      env.exit(1, 'failed to save Raft hard state and entries: no space left on device');
      return;
    }
    // A leader's disk works in parallel with those of its followers; everybody else promises nothing in advance.
    const isEarly = raft.role === 'leader' || raft.settings.variant?.ackBeforeSave === true;
    if (isEarly && messages.length > 0) sendRaft(member, messages);
    save(member, isEarly || messages.length === 0 ? NONE : Object.freeze(messages));
    if (raft.commit > raft.applied) applyCommitted(member);
  }
}

/** What etcd calls slow, and what it says of a leader whose disk is. */
const SLOW_FLUSH = 1_000_000;
const LATE_HEARTBEAT =
  'leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk';

const NONE: Saving['messages'] = Object.freeze([]);
const saved = Object.freeze({ type: 'etcd/saved' as const });

function save({ memory, raft, now, env }: Member, messages: Saving['messages']): void {
  memory.saving = {
    startedAt: now,
    entries: raft.unstable.slice(),
    snapshot: raft.snapshot,
    term: raft.term,
    vote: raft.vote,
    commit: raft.commit,
    messages,
  };
  env.fsync(saved);
}

/** The disk has what was being saved: what was held back for it is said. */
export function takeSaved(member: Member): void {
  const { memory, storage, raft, now } = member;
  const { saving, stats } = memory;
  if (saving === undefined) return;
  memory.saving = undefined;
  const took = now - saving.startedAt;
  noteFlush(stats, took);
  if (took > SLOW_FLUSH) {
    zap(member.env, 'warn', 'wal/wal.go:855', 'slow fdatasync', {
      took: `${took / 1_000_000}s`,
      'expected-duration': '1s',
    });
  }
  storage.term = saving.term;
  if (raft.settings.variant?.skipVotePersist !== true) storage.vote = saving.vote;
  if (storage.commit < saving.commit) storage.commit = saving.commit;
  if (saving.snapshot !== undefined) takeStore(member, saving.snapshot);
  noteSaved(member, saving.entries);
  if (saving.messages.length > 0) sendRaft(member, saving.messages);
  // The ticks that the loop missed are lost: a member with a slow disk is slow to lose patience, too.
  const missed = took - raft.settings.heartbeatMicros;
  if (missed > 0) raft.electionFrom += missed;
  if (memory.tickDue) {
    memory.tickDue = false;
    stats.heartbeatSendFailures += 1;
    zap(member.env, 'warn', 'etcdserver/raft.go:416', LATE_HEARTBEAT, {
      'heartbeat-interval': `${raft.settings.heartbeatMicros / 1000}ms`,
    });
    tickLeader(member);
  }
}

function takeStore(member: Member, snapshot: NonNullable<Saving['snapshot']>): void {
  const { memory, disk } = member;
  const { raft } = memory;
  const told = disk.revision;
  // The leader filled it in when it sent it.
  installStore(disk, snapshot.data as StoreImage);
  storeSnapshot(disk.raft, snapshot);
  if (raft.snapshot?.index === snapshot.index) raft.snapshot = undefined;
  raft.applied = disk.appliedIndex;
  memory.stats.snapshotsReceived += 1;
  updatePeers(member);
  catchUpWatches(memory.watches, disk, { told, env: member.env });
}

/** Carries out what is committed and safe on this member's own disk; whether there was anything. */
function applyCommitted(member: Member): boolean {
  const { memory, disk, storage, raft, env } = member;
  if (memory.defrag !== undefined) return false;
  const stable = stableIndex(member);
  const last = raft.commit < stable ? raft.commit : stable;
  if (last <= raft.applied) return false;
  // Parts of a literal by themselves: one literal within another costs twice as much.
  const events: Batch['events'] = [];
  const buckets: Batch['buckets'] = [];
  const batch: Batch = { events, buckets };
  const answers = roomFor<Answer>(last - raft.applied);
  let answered = 0;
  while (raft.applied < last) {
    // Only what is on the disk is carried out. What is not there was applied before the log was cut; a snapshot brings the rest.
    const entry = logItem(storage.log, raft.applied + 1);
    if (entry === undefined) break;
    raft.applied = entry.index;
    disk.appliedIndex = entry.index;
    if (entry.data === undefined) continue;
    // Members put nothing else into their log.
    const proposal = entry.data as Proposal;
    const waiting =
      proposal.by === disk.memberId ? takeWaiting(memory.pending, proposal.id) : undefined;
    const asking = waiting === undefined ? NOBODY_ASKS : waiting.asking;
    const { client, id } = asking;
    const { entry: change, cause } = proposal;
    let answer: Effect;
    if (change.kind === 'txn') {
      answer = applyTxn(disk, change, cause, id, batch);
      const { lease } = change;
      // No lease is due before its own time.
      if (lease !== undefined && (memory.leaseTimer === undefined || lease < memory.leaseTimer))
        armForLease(member, lease);
    } else {
      answer = applyOther(disk, change, cause, id, batch);
      if (change.kind === 'member') {
        applyConfChange(member, change.change);
        updatePeers(member);
      }
    }
    if (answer === undefined || client === undefined) continue;
    answers[answered++] = { client, answer, cause };
  }
  // Watches first: whoever learns that his write succeeded has then been told of it by his watches.
  notifyWatches(memory.watches, batch, disk.revision, env);
  for (let index = 0; index < answered; index++) {
    const { client, answer, cause } = answers[index] as Answer; // In range by the condition.
    env.resumeCause(cause);
    env.send(client, answer);
  }
  if (memory.reads.confirmed.length > 0) serveConfirmed(member);
  if (!isAlone(member) || raft.applied - storage.compacted.index >= ONLY_ONE_KEEPS) cutLog(member);
  return true;
}

/** Of an entry that another member proposed, or that this one did by itself. */
const NOBODY_ASKS: Asking = { client: undefined, id: 0, isMaintenance: false };

interface Answer {
  readonly client: string;
  readonly answer: NonNullable<Effect>;
  readonly cause: Proposal['cause'];
}

/** Forgets the log's applied beginning, but for what a lagging member may still ask for. */
function cutLog(member: Member): void {
  const { storage, config } = member;
  const { applied, conf } = member.raft;
  const kept = applied - storage.compacted.index;
  if (conf.only !== undefined || conf.voters.length + conf.learners.length <= 1) {
    // Nobody will ask: what is applied is in the store.
    if (kept >= ONLY_ONE_KEEPS) compactLog(member, applied);
    return;
  }
  const { snapshotCount, snapshotCatchUpEntries } = config;
  const catchUp = snapshotCatchUpEntries ?? DEFAULTS.snapshotCatchUpEntries;
  if (kept >= (snapshotCount ?? DEFAULTS.snapshotCount) + catchUp) {
    compactLog(member, applied - catchUp);
  }
}

const ONLY_ONE_KEEPS = 256;
