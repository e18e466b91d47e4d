/**
 * What members say to one another, under Raft's own names. Ids of members are texts; the empty text is nobody.
 * Everything here is frozen once made.
 */

/** A place in the log. */
export interface RaftEntry {
  readonly index: number;
  readonly term: number;
  readonly kind: 'normal' | 'conf-change';
  /** What is agreed on; undefined in the entry with which a leader begins its term. */
  readonly data: unknown;
}

/** Who votes, and who only listens. Frozen. */
export interface ConfState {
  /** The only member; undefined: there are several, or none. */
  readonly only: string | undefined;
  readonly voters: readonly string[];
  readonly learners: readonly string[];
}

/** One change of who belongs to the cluster; one at a time goes through the log. */
export interface ConfChange {
  readonly kind: 'add-voter' | 'add-learner' | 'remove' | 'update';
  readonly member: string;
}

/** The state of the store in place of the log's beginning. */
export interface RaftSnapshot {
  readonly index: number;
  readonly term: number;
  readonly conf: ConfState;
  /** What the store was; filled in by the process when the message is sent. */
  readonly data: unknown;
}

interface Addressed {
  readonly type: 'etcd/raft';
  readonly from: string;
  readonly to: string;
  /** The sender's term; 0 in what is only passed on (proposals, reads). */
  readonly term: number;
}

export type RaftMessage =
  | (Addressed & {
      readonly kind: 'MsgApp';
      /** The entry before the first one sent. */
      readonly index: number;
      readonly logTerm: number;
      readonly entries: readonly RaftEntry[];
      readonly commit: number;
    })
  | (Addressed & {
      readonly kind: 'MsgAppResp';
      readonly index: number;
      readonly reject: boolean;
      /** Where a refusing follower's log may agree, and the term it has there. */
      readonly rejectHint: number;
      readonly logTerm: number;
    })
  | (Addressed & { readonly kind: 'MsgHeartbeat'; readonly commit: number; readonly read: number })
  | (Addressed & { readonly kind: 'MsgHeartbeatResp'; readonly read: number })
  | (Addressed & {
      readonly kind: 'MsgPreVote' | 'MsgVote';
      /** The candidate's last entry. */
      readonly index: number;
      readonly logTerm: number;
      /** A leader asked for this election, so that its lease protects it no more. */
      readonly transfer: boolean;
    })
  | (Addressed & {
      readonly kind: 'MsgPreVoteResp' | 'MsgVoteResp';
      readonly reject: boolean;
    })
  | (Addressed & { readonly kind: 'MsgSnap'; readonly snapshot: RaftSnapshot })
  | (Addressed & {
      readonly kind: 'MsgProp';
      readonly entries: readonly Pick<RaftEntry, 'kind' | 'data'>[];
    })
  | (Addressed & { readonly kind: 'MsgReadIndex'; readonly read: number })
  | (Addressed & {
      readonly kind: 'MsgReadIndexResp';
      readonly read: number;
      readonly index: number;
    })
  | (Addressed & { readonly kind: 'MsgTimeoutNow' })
  | (Addressed & { readonly kind: 'MsgTransferLeader' });

/** Nobody: no leader, no vote. */
export const NOBODY = '';

/** A ConfState that nobody changes. */
export function confState(voters: readonly string[], learners: readonly string[]): ConfState {
  return Object.freeze({
    only: voters.length === 1 && learners.length === 0 ? voters[0] : undefined,
    voters: Object.freeze([...voters]),
    learners: Object.freeze([...learners]),
  });
}
