import { zap } from '../client/component-log.ts';
import { SECOND } from '../../kernel/time.ts';
import { newMemory } from './birth.ts';
import { initialMembers } from './config.ts';
import { checkAtStart } from './corruption.ts';
import { missLeader } from './leadership.ts';
import { type EtcdMessage, type Member } from './member.ts';
import { campaign } from './raft/elect.ts';
import { emptyDisk } from './store.ts';
import { updatePeers } from './transport.ts';

/**
 * How a member begins. One whose directory is empty first asks the others: a cluster that runs already may have added
 * it, may have removed it, or may know it from before it lost its data, and then it must not vote as if nothing had been.
 */

/** Upstream's patience with peers that do not answer before a new cluster begins. */
const PATIENCE = SECOND;

export function begin(member: Member): void {
  const { disk, memory, env } = member;
  env.resumeCause(undefined);
  zap(env, 'info', 'embed/etcd.go:640', 'serving client traffic securely', {
    traffic: 'grpc+http',
    address: '127.0.0.1:2379',
  });
  if (disk.removed.has(disk.memberId)) {
    env.after(0, { type: 'etcd/join' });
    return;
  }
  updatePeers(member);
  const { voters } = memory.raft.conf;
  // Whoever is alone has nobody to wait for. (Upstream skips most of the first election timeout.)
  if (voters.length === 1 && voters[0] === disk.memberId) {
    campaign(member, 'vote');
    return;
  }
  missLeader(member);
  if (!isFresh(member)) {
    checkAtStart(member);
    return;
  }
  memory.joining = true;
  askOthers(member);
}

/** Whether the directory holds nothing but what a new cluster begins with. */
function isFresh({ disk }: Member): boolean {
  const { raft, appliedIndex } = disk;
  return (
    raft.vote === '' &&
    raft.log.next - 1 === appliedIndex &&
    appliedIndex === raft.compacted.index &&
    disk.bornAt === 0 &&
    disk.revision === 1
  );
}

function askOthers({ config, env }: Member): void {
  for (const { process } of initialMembers(config)) {
    if (process !== env.self) env.send(process, { type: 'etcd/peer-members' });
  }
  env.after(PATIENCE, { type: 'etcd/join' });
}

/** Nobody has answered: a new cluster begins, a newcomer asks again. */
export function takeJoinTimer(member: Member): void {
  const { disk, memory, config, env } = member;
  if (!memory.joining) return;
  env.resumeCause(undefined);
  if (disk.memberId === '' || config.initialClusterState === 'existing') askOthers(member);
  else memory.joining = false;
}

/** Tells a member that starts who belongs to the cluster. */
export function tellMembers({ disk, memory, env }: Member): void {
  if (env.from === undefined || disk.memberId === '') return;
  const members = Object.freeze([...disk.members.values()]);
  const { clusterId } = disk;
  const isRunning = memory.raft.term > 1 && !memory.joining;
  env.send(env.from, { type: 'etcd/peer-members-answer', clusterId, members, isRunning });
}

/** Another member has said who belongs to the cluster. */
export function join(
  member: Member,
  answer: Extract<EtcdMessage, { type: 'etcd/peer-members-answer' }>,
): void {
  const { disk, memory, config, env } = member;
  if (!memory.joining) return;
  if (!answer.isRunning) {
    // Everybody begins.
    if (disk.memberId !== '' && config.initialClusterState !== 'existing') memory.joining = false;
    return;
  }
  const own = initialMembers(config).find(({ process }) => process === env.self);
  const known = answer.members.find(({ peerUrl }) => peerUrl === own?.peerUrl);
  if (known === undefined) {
    env.exit(1, 'member count is unequal: this member is not part of the running cluster');
    return;
  }
  if (known.name !== '') {
    env.exit(1, `member ${known.id} has already been bootstrapped`);
    return;
  }
  Object.assign(disk, emptyDisk(), { memberId: known.id, clusterId: answer.clusterId });
  for (const each of answer.members) disk.members.set(each.id, each);
  // Everything else follows from the leader's first message, which brings a snapshot.
  Object.assign(memory, newMemory(disk, config, env));
  member.storage = disk.raft;
  member.raft = memory.raft;
  updatePeers(member);
  missLeader(member);
}
