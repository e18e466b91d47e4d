import { zap } from '../client/component-log.ts';
import { assertNever } from '../../base/exhaustive.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type {
  EtcdAlarm,
  EtcdMaintenance,
  EtcdMaintenanceRequest,
  EtcdMaintenanceResult,
  EtcdMember,
  EtcdStatus,
} from '../messages.ts';
import { defragment, sizeInUse } from './backend.ts';
import { DEFAULTS, newMember } from './config.ts';
import {
  BAD_TRANSFEREE,
  COMPACTED,
  FUTURE_REVISION,
  LEARNER_NOT_READY,
  MEMBER_NOT_FOUND,
  NO_LEADER,
  NOT_A_LEARNER,
  NOT_ENOUGH_STARTED,
  NOT_LEADER,
  PEER_URL_EXISTS,
  TOO_MANY_LEARNERS,
  UNHEALTHY,
} from './errors.ts';
import { serve } from './linearizable.ts';
import { type Member, type PeerMessage } from './member.ts';
import { submit } from './propose.ts';
import { lastIndex } from './raft/log.ts';
import { NOBODY } from './raft/message.ts';
import { transferLeader } from './raft/step.ts';
import { hashStore, saveSnapshot } from './snapshot.ts';
import { isConnectedSince } from './transport.ts';

/** What an operator asks of a member (etcd's Cluster and Maintenance services). */

const VERSION = '3.6.6';

/** How fast a database file is written anew. */
const DEFRAGMENT_BYTES_PER_MICRO = 100;

/** No strict change of membership before the members have been together for so long. */
const HEALTHY_FOR: Micros = 5 * SECOND;

/** A learner may be promoted when it has so many hundredths of the leader's log. */
const LEARNER_READY_PERCENT = 90;

export function maintain(member: Member, { id, op }: EtcdMaintenanceRequest): void {
  const { disk, env } = member;
  switch (op.kind) {
    case 'status':
      answer(member, id, { kind: 'status', status: statusOf(member) });
      return;
    case 'member-list':
      answer(member, id, { kind: 'members', members: [...disk.members.values()] });
      return;
    case 'member-add':
    case 'member-promote':
    case 'member-remove':
    case 'member-update':
      changeMembers(member, id, op);
      return;
    case 'move-leader':
      moveLeader(member, id, op.target);
      return;
    case 'alarm-list':
      answer(member, id, { kind: 'alarms', alarms: [...disk.alarms.values()] });
      return;
    case 'alarm-disarm':
      disarm(member, id);
      return;
    case 'defragment':
      beginDefragment(member, id);
      return;
    case 'hash-kv': {
      const revision = op.revision ?? disk.revision;
      if (revision > disk.revision) refuse(member, id, FUTURE_REVISION);
      else if (revision < disk.compactedRevision) refuse(member, id, COMPACTED);
      else {
        const hash = hashStore(disk, revision);
        answer(member, id, {
          kind: 'hash',
          hash,
          revision,
          compactRevision: disk.compactedRevision,
        });
      }
      return;
    }
    case 'snapshot':
      env.note(`a snapshot of revision ${disk.revision} is saved`);
      answer(member, id, { kind: 'snapshot', snapshot: saveSnapshot(disk) });
      return;
    default:
      assertNever(op);
  }
}

function answer({ env }: Member, id: number, result: EtcdMaintenanceResult): void {
  if (env.from !== undefined) env.send(env.from, { type: 'etcd/maintenance-result', id, result });
}

function refuse({ env }: Member, id: number, error: string): void {
  if (env.from !== undefined) env.send(env.from, { type: 'etcd/maintenance-error', id, error });
}

/** What `endpoint status` tells. */
export function statusOf(member: Member): EtcdStatus {
  const { disk, memory, config } = member;
  const { raft } = memory;
  const errors: string[] = raft.lead === NOBODY ? [NO_LEADER] : [];
  for (const alarm of disk.alarms.values()) errors.push(alarmText(alarm));
  return {
    clusterId: disk.clusterId,
    memberId: disk.memberId,
    version: VERSION,
    dbSize: disk.backend.dbSize,
    dbSizeInUse: sizeInUse(disk.backend),
    dbSizeQuota: config.quotaBackendBytes ?? DEFAULTS.quotaBackendBytes,
    leader: raft.lead,
    raftTerm: raft.term,
    raftIndex: raft.commit,
    raftAppliedIndex: raft.applied,
    isLearner: raft.conf.learners.includes(disk.memberId),
    errors,
  };
}

/** An alarm as etcd prints it: with the member's number in decimal. */
function alarmText({ member, alarm }: EtcdAlarm): string {
  return `memberID:${BigInt(`0x${member}`)} alarm:${alarm} `;
}

type MemberChange = Extract<
  EtcdMaintenance,
  { kind: `member-${'add' | 'promote' | 'remove' | 'update'}` }
>;

function changeMembers(member: Member, id: number, op: MemberChange): void {
  const { env, memory } = member;
  const leader = memory.peers.get(memory.raft.lead);
  if (op.kind === 'member-promote' && leader !== undefined && env.from !== undefined) {
    env.send(leader.process, {
      type: 'etcd/peer-promote',
      member: op.member,
      client: env.from,
      id,
    });
    return;
  }
  const change = plannedChange(member, op);
  if (typeof change === 'string') {
    refuse(member, id, change);
    return;
  }
  env.note(`${op.kind} ${change.member.peerUrl} is proposed`);
  submit(member, { kind: 'member', ...change }, { client: env.from, id, isMaintenance: true });
}

/** A follower was asked to promote a learner, and has passed it on; whoever asked it is answered. */
export function promote(
  member: Member,
  { member: learner, client, id }: Extract<PeerMessage, { type: 'etcd/peer-promote' }>,
): void {
  const change = plannedChange(member, { kind: 'member-promote', member: learner });
  if (typeof change === 'string') {
    member.env.send(client, { type: 'etcd/maintenance-error', id, error: change });
  } else submit(member, { kind: 'member', ...change }, { client, id, isMaintenance: true });
}

type Planned = Pick<Extract<Parameters<typeof submit>[1], { kind: 'member' }>, 'change' | 'member'>;

/** The change, or why it is refused. */
function plannedChange(member: Member, op: MemberChange): Planned | string {
  const { disk, config, env } = member;
  const members = [...disk.members.values()];
  switch (op.kind) {
    case 'member-add': {
      if (members.some(({ peerUrl }) => peerUrl === op.peerUrl)) return PEER_URL_EXISTS;
      const isLearner = op.isLearner === true;
      if (isLearner && members.some((each) => each.isLearner)) return TOO_MANY_LEARNERS;
      const refused = isLearner ? undefined : refusesVoter(member, members);
      if (refused !== undefined) return refused;
      // A member that comes to a running cluster has an id of its own, even at an address that was used before.
      const token = `${config.initialClusterToken ?? DEFAULTS.token} ${env.now}`;
      const added = newMember({ name: '', peerUrl: op.peerUrl, token, isLearner });
      return {
        change: { kind: isLearner ? 'add-learner' : 'add-voter', member: added.id },
        member: added,
      };
    }
    case 'member-promote': {
      const known = disk.members.get(op.member);
      if (known === undefined) return MEMBER_NOT_FOUND;
      if (!known.isLearner) return NOT_A_LEARNER;
      if (!isReady(member, known.id)) return LEARNER_NOT_READY;
      return {
        change: { kind: 'add-voter', member: known.id },
        member: Object.freeze({ ...known, isLearner: false }),
      };
    }
    case 'member-remove': {
      const known = disk.members.get(op.member);
      if (known === undefined) return MEMBER_NOT_FOUND;
      const refused = known.isLearner ? undefined : refusesRemoval(member, members, known);
      return refused ?? { change: { kind: 'remove', member: known.id }, member: known };
    }
    case 'member-update': {
      const known = disk.members.get(op.member);
      if (known === undefined) return MEMBER_NOT_FOUND;
      const updated = Object.freeze({ ...known, peerUrl: op.peerUrl });
      return { change: { kind: 'update', member: known.id }, member: updated };
    }
  }
}

/** `--strict-reconfig-check`: no voter more while those that are there do not all stand together. */
function refusesVoter(member: Member, members: readonly EtcdMember[]): string | undefined {
  const voters = members.filter(({ isLearner }) => !isLearner);
  const started = voters.filter(({ name }) => name !== '').length;
  // One alone may always get a second.
  if (!(started === 1 && voters.length === 1)) {
    const quorum = Math.floor((voters.length + 1) / 2) + 1;
    if (started < quorum) return NOT_ENOUGH_STARTED;
  }
  return voters.every(({ id }) => isHealthy(member, id)) ? undefined : UNHEALTHY;
}

function refusesRemoval(
  member: Member,
  members: readonly EtcdMember[],
  leaving: EtcdMember,
): string | undefined {
  const staying = members.filter(({ id, isLearner }) => !isLearner && id !== leaving.id);
  const quorum = Math.floor(staying.length / 2) + 1;
  if (staying.filter(({ name }) => name !== '').length < quorum) return NOT_ENOUGH_STARTED;
  // One that is down may always be taken away.
  if (!isHealthy(member, leaving.id)) return undefined;
  return staying.filter(({ id }) => isHealthy(member, id)).length < quorum ? UNHEALTHY : undefined;
}

function isHealthy({ disk, memory, env }: Member, id: string): boolean {
  if (id === disk.memberId) return true;
  return isConnectedSince(memory, id, env.now - HEALTHY_FOR, env.now);
}

/** Only the leader knows how far a learner is. */
function isReady(member: Member, learner: string): boolean {
  const { raft } = member.memory;
  if (raft.role !== 'leader') return false;
  const match = raft.progress.get(learner)?.match ?? 0;
  return match * 100 >= lastIndex(member) * LEARNER_READY_PERCENT;
}

function moveLeader(member: Member, id: number, target: string): void {
  const { memory, env, disk } = member;
  const { raft } = memory;
  if (raft.role !== 'leader') return refuse(member, id, NOT_LEADER);
  if (!raft.conf.voters.includes(target)) return refuse(member, id, BAD_TRANSFEREE);
  if (target === disk.memberId) return answer(member, id, { kind: 'done' });
  env.note(`leadership is handed from ${disk.memberId} to ${target}`);
  if (env.from !== undefined) {
    memory.transfers.push(Object.freeze({ client: env.from, id, target, startedAt: env.now }));
  }
  transferLeader(member, target);
}

function disarm(member: Member, id: number): void {
  const { disk, env } = member;
  const alarms = [...disk.alarms.values()];
  if (alarms.length === 0) {
    answer(member, id, { kind: 'alarms', alarms });
    return;
  }
  alarms.forEach((alarm, index) => {
    const isLast = index === alarms.length - 1;
    const asking = isLast ? { client: env.from, id, isMaintenance: true } : undefined;
    submit(member, { kind: 'alarm', raise: false, alarm }, asking);
  });
}

/** The member neither applies nor answers until its file has been written anew; Raft goes on meanwhile. */
function beginDefragment(member: Member, id: number): void {
  const { memory, disk, env } = member;
  if (memory.defrag !== undefined) {
    refuse(member, id, 'etcdserver: too many requests');
    return;
  }
  memory.defrag = { startedAt: env.now, client: env.from, id, readers: [] };
  const micros = Math.ceil(disk.backend.dbSize / DEFRAGMENT_BYTES_PER_MICRO);
  zap(env, 'info', 'v3rpc/maintenance.go:89', 'starting defragment');
  env.note(`the database of ${disk.backend.dbSize} bytes is defragmented`);
  env.after(micros, { type: 'etcd/defragmented' });
}

/** The file is written: what waited goes on. */
export function endDefragment(member: Member): void {
  const { memory, disk, env } = member;
  const { defrag, stats } = memory;
  if (defrag === undefined) return;
  memory.defrag = undefined;
  defragment(disk.backend);
  stats.defragmentations += 1;
  stats.defragmentMicros += env.now - defrag.startedAt;
  if (memory.raft.applied < memory.raft.commit) stats.slowApplies += 1;
  if (defrag.client !== undefined) {
    env.send(defrag.client, {
      type: 'etcd/maintenance-result',
      id: defrag.id,
      result: { kind: 'done' },
    });
  }
  for (const reader of defrag.readers) serve(member, reader);
}
