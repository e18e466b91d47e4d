import { raftLog } from '../client/component-log.ts';
import { armCompactor } from './compactor.ts';
import { armCorruptCheck } from './corruption.ts';
import { NO_LEADER, TRANSFER_TIMED_OUT } from './errors.ts';
import { demoteLessor, promoteLessor } from './leases.ts';
import { askFirstLeader, failOnLeaderChange } from './linearizable.ts';
import { isAlone, type Member } from './member.ts';
import { proposeHeld, submit } from './propose.ts';
import { NOBODY } from './raft/message.ts';
import { openWatch } from './watches.ts';
import { electionDue, tickElection, tickLeader } from './raft/step.ts';

/** What follows when a leader comes or goes, and the timers that notice it. */

/** Watches outlive a lost leader by so many election timeouts. */
const WATCH_PATIENCE = 3;

/** Tells the rest of the member what has become of leadership in this step; whether anything has. */
export function noticeLeadership(member: Member): boolean {
  const { memory } = member;
  const { raft } = memory;
  const { seenLead, seenRole } = memory;
  const isNews = raft.lead !== seenLead || raft.role !== seenRole;
  if (isNews) {
    memory.seenLead = raft.lead;
    memory.seenRole = raft.role;
    tellNews(member, seenLead, seenRole);
    if (raft.lead !== seenLead && raft.lead !== NOBODY) takeLeader(member);
    if (seenRole === 'leader' && raft.role !== 'leader') demoteLessor(member);
    if (raft.lead === NOBODY && memory.noLeaderSince === undefined) missLeader(member);
    finishTransfers(member);
  }
  armTimers(member);
  return isNews;
}

/** What Raft's own log says of a change. */
function tellNews(
  { memory, disk, env }: Member,
  seenLead: string,
  seenRole: Member['memory']['seenRole'],
): void {
  const { raft } = memory;
  const own = disk.memberId;
  if (raft.role !== seenRole) {
    raftLog(
      env,
      raft.role === 'candidate' || raft.role === 'pre-candidate'
        ? `${own} is starting a new election at term ${raft.term}`
        : `${own} became ${raft.role} at term ${raft.term}`,
    );
  }
  if (raft.lead === seenLead) return;
  raftLog(
    env,
    raft.lead === NOBODY
      ? `raft.node: ${own} lost leader ${seenLead} at term ${raft.term}`
      : `raft.node: ${own} elected leader ${raft.lead} at term ${raft.term}`,
  );
}

/** There is no leader: after a while that is told to those who watch. */
export function missLeader({ memory, env }: Member): void {
  memory.noLeaderSince = env.now;
  env.resumeCause(undefined);
  env.after(WATCH_PATIENCE * memory.raft.settings.electionMicros, {
    type: 'etcd/no-leader',
    since: env.now,
  });
}

function takeLeader(member: Member): void {
  const { memory, disk, env } = member;
  const { raft } = memory;
  env.resumeCause(undefined);
  memory.noLeaderSince = undefined;
  memory.leadElectedAt = env.now;
  memory.stats.leaderChangesSeen += 1;
  if (memory.served) failOnLeaderChange(member);
  else askFirstLeader(member);
  memory.served = true;
  for (const watch of memory.earlyWatches.splice(0))
    openWatch(memory.watches, disk, { watch, env });
  if (raft.role === 'leader') {
    env.note(`etcd member ${disk.memberId} became leader at term ${raft.term}`);
    promoteLessor(member);
    armCompactor(member);
    armCorruptCheck(member);
  }
  proposeHeld(member);
  publish(member);
}

/** A newcomer's name is not known to the others until it says it. */
function publish(member: Member): void {
  const { disk, config } = member;
  const own = disk.members.get(disk.memberId);
  if (own === undefined || own.name !== '' || config.name === undefined) return;
  const clientUrl = own.peerUrl.replace(/:2380$/, ':2379');
  submit(member, { kind: 'publish', member: own.id, name: config.name, clientUrl }, undefined);
}

function armTimers(member: Member): void {
  const { memory, env } = member;
  const { raft } = memory;
  if (raft.role === 'leader') {
    memory.electionTimer = undefined;
    // Nobody has to be told that a member alone is there.
    if (memory.tickTerm === raft.term || isAlone(member)) return;
    memory.tickTerm = raft.term;
    env.resumeCause(undefined);
    env.after(raft.settings.heartbeatMicros, { type: 'etcd/tick', term: raft.term });
    return;
  }
  memory.tickTerm = 0;
  if (memory.electionTimer !== undefined || memory.joining) return;
  // While the disk is waited for, nothing ticks.
  if (memory.saving !== undefined) return;
  const due = electionDue(member);
  if (due === undefined) return;
  env.resumeCause(undefined);
  memory.electionTimer = Math.max(due, env.now);
  env.after(memory.electionTimer - env.now, { type: 'etcd/election' });
}

/** A heartbeat interval has passed. */
export function takeTick(member: Member, term: number): void {
  const { memory, env } = member;
  const { raft } = memory;
  if (raft.role !== 'leader' || memory.tickTerm !== term) return;
  if (isAlone(member)) {
    memory.tickTerm = 0;
    return;
  }
  env.after(raft.settings.heartbeatMicros, { type: 'etcd/tick', term });
  if (memory.saving === undefined) tickLeader(member);
  else memory.tickDue = true;
}

/** An election may be due. */
export function takeElectionTimer(member: Member): void {
  const { memory, env } = member;
  if (memory.electionTimer === undefined || env.now < memory.electionTimer) return;
  memory.electionTimer = undefined;
  if (memory.saving === undefined) tickElection(member);
}

/** Watches that want to hear the newest end when there has been no leader for too long. */
export function endWatches(member: Member, since: number): void {
  const { memory, env } = member;
  if (memory.noLeaderSince !== since) return;
  env.resumeCause(undefined);
  for (const list of memory.watches.values()) {
    for (const { client, id } of list)
      env.send(client, { type: 'etcd/error', id, error: NO_LEADER });
  }
  memory.watches.clear();
  for (const { client, id } of memory.earlyWatches.splice(0)) {
    env.send(client, { type: 'etcd/error', id, error: NO_LEADER });
  }
  memory.served = true;
}

/** Answers those who asked for another leader. */
function finishTransfers({ memory, env }: Member): void {
  const { raft, transfers } = memory;
  if (transfers.length === 0 || raft.lead === NOBODY) return;
  for (const { client, id, target } of transfers.splice(0)) {
    if (raft.lead === target) {
      env.send(client, { type: 'etcd/maintenance-result', id, result: { kind: 'done' } });
    } else env.send(client, { type: 'etcd/maintenance-error', id, error: TRANSFER_TIMED_OUT });
  }
}
