import { createSegmentLog, type SegmentLog } from '../../../base/segment-log.ts';
import { below, type RandomStream } from '../../../kernel/random.ts';
import { MILLISECOND, type Micros } from '../../../kernel/time.ts';
import {
  confState,
  NOBODY,
  type ConfState,
  type RaftEntry,
  type RaftMessage,
  type RaftSnapshot,
} from './message.ts';

/** What of Raft is on disk: nothing is promised to others before it is here. */
export interface RaftStorage {
  term: number;
  /** Who got this member's vote in that term. */
  vote: string;
  /** What was known to be committed at the last flush. A hint: it may be behind. */
  commit: number;
  /** The entry before the log's first: where it was cut off. */
  compacted: { readonly index: number; readonly term: number };
  log: SegmentLog<RaftEntry>;
}

/** etcd's `--heartbeat-interval` and `--election-timeout`, and breakage for tests of the checkers. Frozen. */
export interface RaftSettings {
  readonly heartbeatMicros: Micros;
  readonly electionMicros: Micros;
  readonly variant?: RaftVariant;
}

/** Ways to break Raft on purpose. Only tests set them: to see that whoever watches over safety notices. */
export interface RaftVariant {
  /** Votes are promised without having been written down. */
  readonly skipVotePersist?: boolean;
  /** Entries of earlier terms count as committed once a majority has them. */
  readonly commitOldTermByCount?: boolean;
  /** Followers acknowledge entries before their disk has them. */
  readonly ackBeforeSave?: boolean;
  /** No mistake, but appends of one entry: else a new leader's own entry comes with the old ones and hides that mistake. */
  readonly appendOneByOne?: boolean;
  /** A leader answers reads without asking whether it still is one. */
  readonly skipReadQuorum?: boolean;
}

export const RAFT_SETTINGS: RaftSettings = Object.freeze({
  heartbeatMicros: 100 * MILLISECOND,
  electionMicros: 1000 * MILLISECOND,
});

export type RaftRole = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** What a leader knows of a member's log. */
export interface Progress {
  /** Known to be there. */
  match: number;
  /** The next entry to send. */
  next: number;
  /** One message at a time until the logs agree; then many; none while a snapshot is on its way. */
  state: 'probe' | 'replicate' | 'snapshot';
  /** A probe, or an empty append to a full window, waits for its answer. */
  paused: boolean;
  /** The index of the snapshot on its way. */
  pendingSnapshot: number;
  /** Heard of since the last quorum check. */
  recentActive: boolean;
  /** The last entries of the appends on their way. */
  inflight: number[];
}

/** A read that waits for a majority to confirm the leader. Frozen but for its acknowledgements. */
export interface PendingRead {
  /** The leader's number for the round. */
  readonly round: number;
  /** What was committed when it was asked. */
  readonly index: number;
  /** Whom it is for, and that member's number for it. */
  readonly from: string;
  readonly read: number;
  readonly acks: string[];
}

/** A read of this member's may be answered once `index` is applied. Frozen. */
export interface ReadState {
  readonly read: number;
  readonly index: number;
}

/** What a running member knows of the agreement. Lost with a crash. */
export interface Raft {
  readonly id: string;
  readonly settings: RaftSettings;
  readonly random: RandomStream;
  term: number;
  vote: string;
  commit: number;
  /** The last entry carried out. */
  applied: number;
  role: RaftRole;
  lead: string;
  conf: ConfState;
  /** A leader's view of everybody, itself included. */
  readonly progress: Map<string, Progress>;
  readonly votes: Map<string, boolean>;
  /** Entries that the disk does not have yet; `offset` is the index of the first. */
  unstable: RaftEntry[];
  offset: number;
  /** A snapshot that the disk does not have yet. */
  snapshot: RaftSnapshot | undefined;
  /** When this member began: its ticks fall on whole heartbeat intervals from then. */
  readonly startedAt: Micros;
  /** Since when nothing is heard of a leader, and how long is too long: counted in ticks. */
  electionFrom: Micros;
  electionTimeout: Micros;
  /** A leader's ticks since it last looked whether a majority is there. */
  ticks: number;
  /** Whom leadership is being handed to. */
  transferee: string;
  /** No other change of membership is taken before this entry is applied. */
  pendingConf: number;
  nextRound: number;
  pendingReads: PendingRead[];
  /** Reads that wait for the leader's first commit. */
  earlyReads: { readonly from: string; readonly read: number }[];
  /** Said, but not sent. */
  outbox: RaftMessage[];
  readStates: ReadState[];
}

/** Raft's two halves, as every function of this folder is handed them. */
export interface RaftNode {
  readonly storage: RaftStorage;
  readonly raft: Raft;
  readonly now: Micros;
}

/** A disk whose log begins after `index`, as the first members of a cluster have it. */
export function emptyStorage(index = 0, term = 0): RaftStorage {
  return {
    term,
    vote: NOBODY,
    commit: index,
    compacted: Object.freeze({ index, term }),
    log: createSegmentLog(index + 1),
  };
}

/** A member that starts: a follower of nobody. `applied` is how far the store has come. */
export function startRaft(
  storage: RaftStorage,
  given: {
    readonly id: string;
    readonly settings: RaftSettings;
    readonly conf: ConfState;
    readonly applied: number;
    readonly random: RandomStream;
    readonly now: Micros;
  },
): Raft {
  const { id, settings, conf, applied, random, now } = given;
  return {
    id,
    settings,
    random,
    term: storage.term,
    vote: storage.vote,
    commit: Math.max(storage.commit, applied),
    applied,
    role: 'follower',
    lead: NOBODY,
    conf: confState(conf.voters, conf.learners),
    progress: new Map(),
    votes: new Map(),
    unstable: [],
    offset: 0,
    snapshot: undefined,
    startedAt: now,
    electionFrom: now,
    electionTimeout: drawTimeout(random, settings),
    ticks: 0,
    transferee: NOBODY,
    pendingConf: 0,
    nextRound: 1,
    pendingReads: [],
    earlyReads: [],
    outbox: [],
    readStates: [],
  };
}

/** Between one and two election timeouts, in whole heartbeats, so that members do not all stand at once. */
export function drawTimeout(random: RandomStream, settings: RaftSettings): Micros {
  const ticks = Math.round(settings.electionMicros / settings.heartbeatMicros);
  return settings.electionMicros + below(random, ticks) * settings.heartbeatMicros;
}

export function isVoter({ raft }: RaftNode, id: string): boolean {
  return raft.conf.voters.includes(id);
}

/** How many voters are a majority. */
export function quorumOf({ raft }: RaftNode): number {
  return Math.floor(raft.conf.voters.length / 2) + 1;
}

/** A message waits in the outbox until it may be sent. */
export function say({ raft }: RaftNode, message: RaftMessage): void {
  raft.outbox.push(Object.freeze(message));
}
