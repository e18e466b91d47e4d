import { boundOnce } from './bound-once.ts';
import { cachesAgree } from './caches-agree.ts';
import type { Invariant } from './invariant.ts';
import { nodeCapacity } from './node-capacity.ts';
import { oneAddress } from './one-address.ts';
import { oneLeader } from './one-leader.ts';
import { replicasReached } from './replicas-reached.ts';

/** Every invariant, one line each. */
export const INVARIANTS: readonly Invariant[] = [
  nodeCapacity,
  boundOnce,
  oneAddress,
  oneLeader,
  cachesAgree,
  replicasReached,
];
