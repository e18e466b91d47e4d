import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import type {
  EtcdFault,
  EtcdMaintenanceRequest,
  EtcdMaintenanceResponse,
  EtcdMember,
  EtcdRequest,
  EtcdResponse,
  EtcdWatchEvents,
  HealthAnswer,
  HealthCheck,
  HealthNews,
} from '../messages.ts';
import type { EtcdConfig } from './config.ts';
import type { LeaseTimer } from './leases.ts';
import type { Pledges } from './pledges.ts';
import type { RaftEntry, RaftMessage, RaftSnapshot } from './raft/message.ts';
import type { Raft, RaftNode, RaftRole, RaftStorage } from './raft/state.ts';
import type { EtcdStats } from './stats.ts';
import type { EtcdDisk } from './store.ts';
import type { EtcdWatches, WatchRequest } from './watches.ts';

/** What a member hears: clients, the other members, its disk and its timers. */
export type EtcdMessage =
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | EtcdMaintenanceRequest
  | EtcdMaintenanceResponse
  | EtcdFault
  | HealthCheck
  | HealthAnswer
  | HealthNews
  | RaftMessage
  | PeerMessage
  | EtcdTimer
  | ConnectionLost;

/** What members say to one another besides Raft. */
export type PeerMessage =
  /** A newcomer asks who it is. */
  | { readonly type: 'etcd/peer-members' }
  | {
      readonly type: 'etcd/peer-members-answer';
      readonly clusterId: string;
      readonly members: readonly EtcdMember[];
      /** False before the cluster's first election. */
      readonly isRunning: boolean;
    }
  /** Somebody asked a follower to promote a learner: only the leader knows whether it is ready. */
  | {
      readonly type: 'etcd/peer-promote';
      readonly member: string;
      readonly client: string;
      readonly id: number;
    }
  /** `atStart`: by a member that starts, and not by a leader that compares now and then. */
  | { readonly type: 'etcd/peer-hash'; readonly revision: number; readonly atStart: boolean }
  | {
      readonly type: 'etcd/peer-hash-answer';
      readonly atStart: boolean;
      readonly member: string;
      readonly revision: number;
      readonly compactRevision: number;
      readonly hash: string;
    };

export type EtcdTimer =
  /** The disk has what was being saved. */
  | { readonly type: 'etcd/saved' }
  /** A leader's heartbeat interval has passed. */
  | { readonly type: 'etcd/tick'; readonly term: number }
  /** Nothing may have been heard of a leader for too long. */
  | { readonly type: 'etcd/election' }
  /** Requests may have waited for too long. */
  | { readonly type: 'etcd/sweep' }
  /** A question for the read index may have been lost. */
  | { readonly type: 'etcd/read-retry' }
  /** Watches end if there is still no leader. */
  | { readonly type: 'etcd/no-leader'; readonly since: Micros }
  | { readonly type: 'etcd/defragmented' }
  | { readonly type: 'etcd/compactor'; readonly term: number; readonly revision: number }
  | { readonly type: 'etcd/corrupt-check'; readonly term: number }
  | { readonly type: 'etcd/join' }
  | LeaseTimer;

export interface EtcdMemory {
  readonly raft: Raft;
  /** What the disk is about to have; the loop does nothing else until it has. */
  saving: Saving | undefined;
  /** It has nothing, and asks the others who it is. */
  joining: boolean;
  /** A heartbeat interval has passed while the loop waited for the disk. */
  tickDue: boolean;
  /** For which term the heartbeat timer runs, and for when the election timer is set. */
  tickTerm: number;
  electionTimer: Micros | undefined;
  /** The leader and role that the rest of the member has been told of. */
  seenLead: string;
  seenRole: RaftRole;
  /** There has been a leader since the start. */
  served: boolean;
  leadElectedAt: Micros;
  noLeaderSince: Micros | undefined;
  /** Since when this member leads: leases are granted anew from then. */
  promotedAt: Micros;
  /** The number of the next proposal. */
  nextProposal: number;
  /** Proposals of this member's that have not been applied, oldest first. */
  pending: Waiting[];
  /** Proposed while there was no leader. */
  held: Held[];
  readonly reads: Reads;
  readonly pledges: Pledges;
  readonly watches: EtcdWatches;
  /** Watches that were asked for before there was a leader for the first time. */
  earlyWatches: WatchRequest[];
  /** By member id; oneself is not in it. */
  readonly peers: Map<string, Peer>;
  leaseTimer: Micros | undefined;
  sweepArmed: boolean;
  /** While the database file is written anew: until when, who asked, and who waits. */
  defrag: Defrag | undefined;
  readonly transfers: Transfer[];
  readonly stats: EtcdStats;
}

/** A save under way. */
export interface Saving {
  readonly startedAt: Micros;
  readonly entries: readonly RaftEntry[];
  readonly snapshot: RaftSnapshot | undefined;
  readonly term: number;
  readonly vote: string;
  readonly commit: number;
  /** What may be said once it is saved. */
  readonly messages: readonly RaftMessage[];
}

/** Who asks for an entry. */
export interface Asking {
  readonly client: string | undefined;
  /** The client's number for the request. */
  readonly id: number;
  /** Cluster and maintenance calls have error answers of their own. */
  readonly isMaintenance: boolean;
}

/** Who waits for a proposal. Frozen. */
export interface Waiting {
  /** The proposal's number. */
  readonly number: number;
  readonly asking: Asking;
  readonly startedAt: Micros;
}

export interface Held {
  readonly number: number;
  readonly kind: RaftEntry['kind'];
  readonly data: unknown;
}

/** Linearizable reads: one question to the leader at a time, for all that have gathered. */
export interface Reads {
  next: number;
  gathered: Reader[];
  asked:
    | { readonly read: number; readonly at: Micros; readonly readers: readonly Reader[] }
    | undefined;
  /** Confirmed, waiting until their index is applied. */
  confirmed: { readonly index: number; readonly readers: readonly Reader[] }[];
  retryArmed: boolean;
}

/** A request that waits to be answered from what is then the newest state. Frozen. */
export interface Reader {
  readonly client: string;
  readonly message: Extract<EtcdRequest, { type: 'etcd/range' }> | HealthCheck;
  readonly cause: Cause | undefined;
  readonly startedAt: Micros;
}

/** What is known of the connection to another member. */
export interface Peer {
  readonly process: string;
  lastHeard: Micros;
  lastTried: Micros;
  /** Since when it has been heard without a break. */
  activeSince: Micros;
  heartbeatAt: Micros;
}

export interface Defrag {
  readonly startedAt: Micros;
  readonly client: string | undefined;
  readonly id: number;
  /** Requests that came meanwhile. */
  readonly readers: Reader[];
}

export interface Transfer {
  readonly client: string;
  readonly id: number;
  readonly target: string;
  readonly startedAt: Micros;
}

/** A member as its functions are handed it, its Raft included; valid only during a step. */
export interface Member extends RaftNode {
  /** Of the disk and of the memory: others once a newcomer has learnt who it is. */
  storage: RaftStorage;
  raft: Raft;
  readonly disk: EtcdDisk;
  readonly memory: EtcdMemory;
  readonly config: EtcdConfig;
  readonly env: Env<EtcdMessage>;
}

export function memberOf(
  disk: EtcdDisk,
  memory: EtcdMemory,
  config: EtcdConfig,
  env: Env<EtcdMessage>,
): Member {
  return { storage: disk.raft, raft: memory.raft, now: env.now, disk, memory, config, env };
}

/** Whether this member decides alone: nobody has to be asked, or proved anything to. */
export function isAlone({ raft, disk }: Member): boolean {
  return raft.conf.only === disk.memberId;
}

/** How long a request may take (upstream: 5 s and two election timeouts). */
export function requestTimeout({ memory }: Member): Micros {
  return 5_000_000 + 2 * memory.raft.settings.electionMicros;
}
