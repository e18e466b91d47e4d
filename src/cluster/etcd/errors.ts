/** What etcd says when it refuses, word for word as its clients print it. */

export const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';
export const FUTURE_REVISION = 'etcdserver: mvcc: required revision is a future revision';
export const NO_SPACE = 'etcdserver: mvcc: database space exceeded';
export const CORRUPT = 'etcdserver: corrupt cluster';
export const NO_LEADER = 'etcdserver: no leader';
export const NOT_LEADER = 'etcdserver: not leader';
export const LEADER_CHANGED = 'etcdserver: leader changed';
export const TIMED_OUT = 'etcdserver: request timed out';
export const TIMED_OUT_LEADER_FAILED =
  'etcdserver: request timed out, possibly due to previous leader failure';
export const TIMED_OUT_CONNECTION_LOST =
  'etcdserver: request timed out, possibly due to connection lost';
export const TOO_MANY_REQUESTS = 'etcdserver: too many requests';
export const LEARNER_REFUSES = 'etcdserver: rpc not supported for learner';
export const PROPOSAL_DROPPED = 'raft proposal dropped';
export const MEMBER_NOT_FOUND = 'etcdserver: member not found';
export const PEER_URL_EXISTS = 'etcdserver: Peer URLs already exists';
export const UNHEALTHY = 'etcdserver: unhealthy cluster';
export const NOT_ENOUGH_STARTED =
  'etcdserver: re-configuration failed due to not enough started members';
export const TOO_MANY_LEARNERS = 'etcdserver: too many learner members in cluster';
export const NOT_A_LEARNER = 'etcdserver: can only promote a learner member';
export const LEARNER_NOT_READY =
  'etcdserver: can only promote a learner member which is in sync with leader';
export const BAD_TRANSFEREE = 'etcdserver: bad leader transferee';
export const TRANSFER_TIMED_OUT = 'etcdserver: request timed out, leader transfer took too long';
