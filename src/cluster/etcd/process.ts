import { forkStream, nextUint32 } from '../../kernel/random.ts';
import { defineBehaviour, type Env } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import type { EtcdRequest, HealthCheck } from '../messages.ts';
import { isRaised } from './apply.ts';
import { bytesOf, QUOTA_BYTES } from './backend.ts';
import { runCompactor } from './compactor.ts';
import { clusterIdOf, DEFAULTS, initialMembers, membersOf, type EtcdConfig } from './config.ts';
import { answerHash, checkCorruption, compareHash, flipValue } from './corruption.ts';
import { CORRUPT, LEARNER_REFUSES, NO_LEADER, NO_SPACE } from './errors.ts';
import { answerHealth, healthNeedsQuorum, healthReason } from './health.ts';
import {
  endWatches,
  missLeader,
  noticeLeadership,
  takeElectionTimer,
  takeTick,
} from './leadership.ts';
import { leaseFor, revokeDueLeases } from './leases.ts';
import { forgetReader, read, retryRead, serve } from './linearizable.ts';
import { goOn, takeSaved } from './loop.ts';
import { endDefragment, maintain } from './maintenance.ts';
import { raftOf, type EtcdMemory, type EtcdMessage, type Member } from './member.ts';
import { forgetClient, submit, sweepProposals } from './propose.ts';
import { campaign } from './raft/elect.ts';
import { confState, NOBODY } from './raft/message.ts';
import { RAFT_SETTINGS, emptyStorage, startRaft, type RaftSettings } from './raft/state.ts';
import { step } from './raft/step.ts';
import { newStats } from './stats.ts';
import { emptyDisk, type EtcdDisk } from './store.ts';
import { loseConnection, noteHeard, updatePeers } from './transport.ts';
import { closeWatches, openWatch } from './watches.ts';

export type { EtcdMemory } from './member.ts';

/** etcd: where the cluster's state is kept, by one member or by several that agree. Only API servers talk to it. */
export const etcdBehaviour = defineBehaviour<EtcdConfig, EtcdDisk, EtcdMemory, EtcdMessage>({
  kind: 'etcd',
  initialDisk,
  start(disk, env, config) {
    const memory = newMemory(disk, config, env);
    const member: Member = { disk, memory, config, env };
    begin(member);
    return memory;
  },
  step({ disk, memory, config }, message, env) {
    const member: Member = { disk, memory, config, env };
    take(member, message);
    settle(member);
  },
});

/** What a new member begins with: the cluster's first members, as the first entries of a log that is the same everywhere. */
function initialDisk(config: EtcdConfig): EtcdDisk {
  const disk = emptyDisk();
  if (config.initialClusterState === 'existing') return disk;
  const members = membersOf(config);
  for (const member of members) disk.members.set(member.id, member);
  const name = config.name ?? DEFAULTS.name;
  disk.memberId = members.find((each) => each.name === name)?.id ?? '';
  disk.clusterId = clusterIdOf(members);
  // One entry for each member, of term 1, is applied before anything else.
  disk.raft = emptyStorage(members.length, 1);
  disk.raft.term = 1;
  disk.appliedIndex = members.length;
  return disk;
}

function newMemory(disk: EtcdDisk, config: EtcdConfig, env: Env<EtcdMessage>): EtcdMemory {
  const members = [...disk.members.values()];
  // A newcomer learns from the leader who votes.
  const conf =
    disk.appliedIndex === 0
      ? confState([], [])
      : confState(
          members.filter(({ isLearner }) => !isLearner).map(({ id }) => id),
          members.filter(({ isLearner }) => isLearner).map(({ id }) => id),
        );
  const random = forkStream(nextUint32(env.random('election')), disk.memberId);
  const raft = startRaft(disk.raft, {
    id: disk.memberId,
    settings: settingsOf(config),
    conf,
    applied: disk.appliedIndex,
    random,
    now: env.now,
  });
  return {
    raft,
    saving: undefined,
    tickDue: false,
    tickTerm: 0,
    electionTimer: undefined,
    seenLead: NOBODY,
    seenRole: 'follower',
    served: false,
    leadElectedAt: 0,
    noLeaderSince: undefined,
    promotedAt: env.now,
    // Numbers of an earlier life may still be in the log: this life's begin with its instant.
    nextProposal: env.now + 1,
    pending: new Map(),
    held: [],
    reads: { next: env.now + 1, gathered: [], asked: undefined, confirmed: [], retryArmed: false },
    watches: new Map(),
    earlyWatches: [],
    peers: new Map(),
    leaseTimer: undefined,
    sweepArmed: false,
    defrag: undefined,
    transfers: [],
    stats: { ...newStats(), bytes: disk.backend.inUse },
  };
}

function settingsOf({ heartbeatMicros, electionMicros, variant }: EtcdConfig): RaftSettings {
  if (heartbeatMicros === undefined && electionMicros === undefined && variant === undefined) {
    return RAFT_SETTINGS;
  }
  return Object.freeze({
    heartbeatMicros: heartbeatMicros ?? DEFAULTS.heartbeatMicros,
    electionMicros: electionMicros ?? DEFAULTS.electionMicros,
    ...(variant === undefined ? {} : { variant }),
  });
}

function begin(member: Member): void {
  const { disk, memory, env } = member;
  if (disk.memberId === '' || disk.removed.has(disk.memberId)) {
    env.after(0, { type: 'etcd/join' });
    return;
  }
  updatePeers(member);
  const { voters } = memory.raft.conf;
  // Whoever is alone has nobody to wait for. (Upstream skips most of the first election timeout.)
  if (voters.length === 1 && voters[0] === disk.memberId) campaign(raftOf(member), 'vote');
  else missLeader(member);
  settle(member);
}

/** Lets Raft and the disk go on, and whoever depends on who leads. */
function settle(member: Member): void {
  goOn(member);
  if (noticeLeadership(member)) {
    goOn(member);
    noticeLeadership(member);
  }
  if (member.disk.removed.size > 0) leaveIfRemoved(member);
}

function leaveIfRemoved({ disk, env }: Member): void {
  if (!disk.removed.has(disk.memberId)) return;
  env.exit(1, 'the member has been permanently removed from the cluster');
}

/** One message: each case calls the one function that handles it. */
function take(member: Member, message: EtcdMessage): void {
  const { disk, memory, env } = member;
  switch (message.type) {
    case 'etcd/raft':
      noteHeard(member, message);
      step(raftOf(member), message);
      return;
    case 'etcd/saved':
      takeSaved(member);
      return;
    case 'etcd/tick':
      takeTick(member, message.term);
      return;
    case 'etcd/election':
      takeElectionTimer(member);
      return;
    case 'etcd/txn':
      write(member, message);
      return;
    case 'etcd/compact':
      submit(member, { kind: 'compact', revision: message.revision }, asking(member, message.id));
      return;
    case 'etcd/range':
      readRange(member, message);
      return;
    case 'etcd/watch':
      watch(member, message);
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
      askWhoIAm(member);
      return;
    case 'etcd/peer-members':
      if (env.from !== undefined && disk.memberId !== '') {
        const members = Object.freeze([...disk.members.values()]);
        const { clusterId } = disk;
        env.send(env.from, { type: 'etcd/peer-members-answer', clusterId, members });
      }
      return;
    case 'etcd/peer-members-answer':
      join(member, message);
      return;
    case 'kernel/connection-lost':
      closeWatches(memory.watches, message.peer);
      forgetClient(member, message.peer);
      forgetReader(member, message.peer);
      loseConnection(member, message.peer);
      return;
    default:
      // Answers are for clients.
      return;
  }
}

function asking({ env }: Member, id: number): Parameters<typeof submit>[2] {
  return { client: env.from, id, isMaintenance: false };
}

function isLearner({ memory, disk }: Member): boolean {
  return memory.raft.conf.learners.length > 0 && memory.raft.conf.learners.includes(disk.memberId);
}

function answerError({ env }: Member, id: number, error: string): void {
  if (env.from !== undefined) env.send(env.from, { type: 'etcd/error', id, error });
}

function write(member: Member, request: Extract<EtcdRequest, { type: 'etcd/txn' }>): void {
  const { env } = member;
  const { id, key, expectedModRevision, op } = request;
  if (isLearner(member)) {
    answerError(member, id, LEARNER_REFUSES);
    return;
  }
  if (op.kind === 'put' && !hasRoom(member, key, op.value)) {
    answerError(member, id, NO_SPACE);
    return;
  }
  const lease = op.kind === 'put' ? leaseFor(op.ttlSeconds, env.now) : 0;
  submit(member, { kind: 'txn', key, expectedModRevision, op, lease }, asking(member, id));
}

/** What a put takes beside its key and value when the quota is looked at. */
const PUT_OVERHEAD = 256;

/** Whether the database may grow by a value. The first one that does not fit raises the alarm for the whole cluster. */
function hasRoom(member: Member, key: string, value: unknown): boolean {
  const { disk, config, memory } = member;
  const quota = config.quotaBackendBytes ?? QUOTA_BYTES;
  // Far from the quota nothing has to be weighed.
  if (disk.backend.dbSize < quota / 2) return true;
  if (disk.backend.dbSize + PUT_OVERHEAD + key.length + bytesOf(value) < quota) return true;
  if (!isRaised(disk, 'NOSPACE') && memory.raft.lead !== NOBODY) {
    member.env.note(
      `the database's ${disk.backend.dbSize} bytes have reached the quota of ${quota}`,
    );
    const alarm = Object.freeze({ member: disk.memberId, alarm: 'NOSPACE' as const });
    submit(member, { kind: 'alarm', raise: true, alarm }, undefined);
  }
  return false;
}

function readRange(member: Member, request: Extract<EtcdRequest, { type: 'etcd/range' }>): void {
  const { env, memory } = member;
  if (env.from === undefined) return;
  const reader = { client: env.from, message: request, cause: env.cause, startedAt: env.now };
  if (request.serializable !== true) {
    if (isLearner(member)) answerError(member, request.id, LEARNER_REFUSES);
    else read(member, reader);
  } else if (memory.defrag === undefined) serve(member, reader);
  else memory.defrag.readers.push(reader);
}

function watch(member: Member, request: Extract<EtcdRequest, { type: 'etcd/watch' }>): void {
  const { disk, memory, env } = member;
  if (env.from === undefined) return;
  const { id, key, end, fromRevision } = request;
  if (isLearner(member)) answerError(member, id, LEARNER_REFUSES);
  else if (!memory.served) {
    memory.earlyWatches.push(Object.freeze({ client: env.from, id, key, end, fromRevision }));
    // The API server asks for a member that has a leader.
  } else if (memory.raft.lead === NOBODY) answerError(member, id, NO_LEADER);
  else if (isRaised(disk, 'CORRUPT')) answerError(member, id, CORRUPT);
  else
    openWatch(memory.watches, disk, {
      watch: { client: env.from, id, key, end, fromRevision },
      env,
    });
}

function checkHealth(member: Member, message: HealthCheck): void {
  const { env, memory } = member;
  const client = env.from;
  if (client === undefined) return;
  const needsQuorum = healthNeedsQuorum(message);
  if (needsQuorum === undefined) {
    env.send(client, {
      type: 'health/answer',
      id: message.id,
      code: 404,
      body: '404 page not found\n',
    });
  } else if (healthReason(member, message) !== undefined) {
    answerHealth(member, { client, message, error: undefined });
  } else {
    const reader = { client, message, cause: env.cause, startedAt: env.now };
    if (needsQuorum) read(member, reader);
    else if (memory.defrag === undefined) serve(member, reader);
    else memory.defrag.readers.push(reader);
  }
}

/** A newcomer asks the others under which id it was added. */
function askWhoIAm({ disk, config, env }: Member): void {
  if (disk.memberId !== '') return;
  env.resumeCause(undefined);
  for (const { process } of initialMembers(config)) {
    if (process !== env.self) env.send(process, { type: 'etcd/peer-members' });
  }
  env.after(SECOND, { type: 'etcd/join' });
}

function join(
  member: Member,
  { clusterId, members }: Extract<EtcdMessage, { type: 'etcd/peer-members-answer' }>,
): void {
  const { disk, memory, config, env } = member;
  if (disk.memberId !== '') return;
  const own = initialMembers(config).find(({ process }) => process === env.self);
  const added = members.find(({ peerUrl }) => peerUrl === own?.peerUrl);
  if (added === undefined || added.name !== '') return;
  disk.memberId = added.id;
  disk.clusterId = clusterId;
  for (const each of members) disk.members.set(each.id, each);
  // Everything else follows from the leader's first message, which brings a log or a snapshot.
  Object.assign(memory, newMemory(disk, config, env));
  updatePeers(member);
}
