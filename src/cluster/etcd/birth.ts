import { forkStream, nextUint32 } from '../../kernel/random.ts';
import type { Env } from '../../kernel/process.ts';
import { clusterIdOf, DEFAULTS, membersOf, type EtcdConfig } from './config.ts';
import type { EtcdMemory, EtcdMessage } from './member.ts';
import { noPledges } from './pledges.ts';
import { confState, NOBODY } from './raft/message.ts';
import { emptyStorage, RAFT_SETTINGS, startRaft, type RaftSettings } from './raft/state.ts';
import { newStats } from './stats.ts';
import { emptyDisk, type EtcdDisk } from './store.ts';

/** What a new member begins with: the cluster's first members, as the first entries of a log that is the same everywhere. */
export function initialDisk(config: EtcdConfig): EtcdDisk {
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

/** What a member remembers when it starts. */
export function newMemory(disk: EtcdDisk, config: EtcdConfig, env: Env<EtcdMessage>): EtcdMemory {
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
    joining: false,
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
    pending: [],
    held: [],
    reads: { next: env.now + 1, gathered: [], asked: undefined, confirmed: [], retryArmed: false },
    pledges: noPledges(),
    watches: new Map(),
    earlyWatches: [],
    peers: new Map(),
    leaseTimer: undefined,
    sweepArmed: false,
    defrag: undefined,
    transfers: [],
    stats: newStats(),
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
