import { hashValue } from '../../kernel/hash.ts';
import { MILLISECOND, type Micros } from '../../kernel/time.ts';
import type { EtcdMember } from '../messages.ts';
import { QUOTA_BYTES } from './backend.ts';
import type { RaftVariant } from './raft/state.ts';

/** Flags of etcd, under upstream's names. Everything has etcd's default; `{}` is a cluster of one. Frozen. */
export interface EtcdConfig {
  /** `--name`. */
  readonly name?: string;
  /** `--initial-cluster`: the members that the cluster begins with, this one included. */
  readonly initialCluster?: readonly InitialMember[];
  /** `--initial-cluster-state`: whether it begins, or takes this member in. */
  readonly initialClusterState?: 'new' | 'existing';
  /** `--initial-cluster-token`: clusters of different tokens have nothing to do with one another. */
  readonly initialClusterToken?: string;
  /** Which process listens at a peer URL that is not in the initial cluster. Without a prototype. */
  readonly addressBook?: Readonly<Record<string, string>>;
  /** `--quota-backend-bytes`. */
  readonly quotaBackendBytes?: number;
  /** `--auto-compaction-mode` and `--auto-compaction-retention`: microseconds or revisions; 0: off. */
  readonly autoCompactionMode?: 'periodic' | 'revision';
  readonly autoCompactionRetention?: number;
  /** `--corrupt-check-time`; 0: off. */
  readonly corruptCheckMicros?: Micros;
  /** `--feature-gates=InitialCorruptCheck`: whether a member compares itself with the others when it starts. */
  readonly initialCorruptCheck?: boolean;
  /** `--snapshot-count`: after so many applied entries the log is cut, and how many are left then. */
  readonly snapshotCount?: number;
  readonly snapshotCatchUpEntries?: number;
  readonly heartbeatMicros?: Micros;
  readonly electionMicros?: Micros;
  /** Breaks Raft on purpose: for tests of the checkers. */
  readonly variant?: RaftVariant;
}

export interface InitialMember {
  readonly name: string;
  readonly peerUrl: string;
  readonly process: string;
}

/** The flags of one member of a cluster whose machines are given, as kubeadm writes them. Frozen. */
export function memberConfig(
  machine: string,
  machines: readonly {
    readonly name: string;
    readonly address: string;
    readonly process: string;
  }[],
): EtcdConfig {
  return Object.freeze({
    name: machine,
    initialCorruptCheck: true,
    initialCluster: Object.freeze(
      machines.map(({ name, address, process }) =>
        Object.freeze({ name, peerUrl: `https://${address}:2380`, process }),
      ),
    ),
  });
}

/** A config with nothing left open. Made anew for every step that needs it, so it is read, not kept. */
export const DEFAULTS = Object.freeze({
  name: 'default',
  token: 'etcd-cluster',
  quotaBackendBytes: QUOTA_BYTES,
  /** etcd 3.6 cuts its log every 10,000 entries and keeps 5,000 for those who lag. */
  snapshotCount: 10_000,
  snapshotCatchUpEntries: 5_000,
  heartbeatMicros: 100 * MILLISECOND,
  electionMicros: 1000 * MILLISECOND,
});

const ALONE: readonly InitialMember[] = Object.freeze([
  Object.freeze({ name: DEFAULTS.name, peerUrl: 'http://localhost:2380', process: '' }),
]);

export function initialMembers({ initialCluster }: EtcdConfig): readonly InitialMember[] {
  return initialCluster ?? ALONE;
}

/** The members that a new cluster begins with. Ids come from the peer URLs and the token, as upstream. */
export function membersOf(config: EtcdConfig, salt = ''): readonly EtcdMember[] {
  const token = (config.initialClusterToken ?? DEFAULTS.token) + salt;
  return initialMembers(config).map(({ name, peerUrl }) => newMember({ name, peerUrl, token }));
}

/** A member with an id of its own. */
export function newMember(given: {
  readonly name: string;
  readonly peerUrl: string;
  readonly token: string;
  readonly isLearner?: boolean;
}): EtcdMember {
  const { name, peerUrl, token, isLearner = false } = given;
  return Object.freeze({
    id: hashValue([peerUrl, token]),
    name,
    peerUrl,
    clientUrl: name === '' ? '' : clientUrlOf(peerUrl),
    isLearner,
  });
}

/** Clients are served on the port before the peers'. */
export function clientUrlOf(peerUrl: string): string {
  return peerUrl.replace(/:2380$/, ':2379');
}

/** The cluster's id: from its first members'. */
export function clusterIdOf(members: readonly EtcdMember[]): string {
  return hashValue(members.map(({ id }) => id).sort());
}

/** Which process listens at a peer URL. */
export function processAt(config: EtcdConfig, peerUrl: string): string | undefined {
  const known = initialMembers(config).find((each) => each.peerUrl === peerUrl);
  if (known !== undefined) return known.process;
  const { addressBook } = config;
  return addressBook !== undefined && Object.hasOwn(addressBook, peerUrl)
    ? addressBook[peerUrl]
    : undefined;
}
