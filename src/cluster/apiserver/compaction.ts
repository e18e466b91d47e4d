import { MINUTE } from '../../kernel/time.ts';
import type { EtcdResponse } from '../messages.ts';
import { askEtcd, type Server } from './server.ts';

/** Who asks etcd to forget the past: the API server, as upstream. */

/** Upstream's `--etcd-compaction-interval`. */
export const COMPACTION_INTERVAL = 5 * MINUTE;

/**
 * How much history there may be between two rounds, and how much of it is left then. Upstream's history is bounded by
 * time alone; here it lies in the memory of a tab, and thousands of heartbeats a minute would fill that.
 */
const REVISIONS_MAX = 50_000;
const REVISIONS_KEPT = 20_000;

/** Outside the folder of objects, as upstream. */
const COMPACT_KEY = 'compact_rev_key';

/**
 * One round. Of several servers one compacts in each: whoever is the first to change a key of etcd that all of them
 * know. It then forgets what is older than the round before, so that between five and ten minutes of history remain;
 * the others learn where the key stands now.
 */
export function compactHistory(server: Server): void {
  const { memory, env } = server;
  if (!memory.etcdUp) return;
  env.resumeCause(undefined);
  env.note('a round of compaction is due');
  const value = Object.freeze({ revision: newest(server) });
  askEtcd(server, { kind: 'compact-turn' }, (id) => ({
    type: 'etcd/txn',
    id,
    key: COMPACT_KEY,
    expectedModRevision: memory.compactKey,
    op: { kind: 'put', value },
  }));
}

/** Whose turn it is. Nothing is compacted in a server's first round: it does not know yet how far others are. */
export function takeCompactionTurn(server: Server, answer: EtcdResponse): void {
  if (answer.type !== 'etcd/txn-result') return;
  const { memory } = server;
  const revision = memory.compactTo;
  memory.compactTo = answer.revision;
  if (!answer.succeeded) {
    memory.compactKey = answer.current?.modRevision ?? 0;
    return;
  }
  memory.compactKey = answer.revision;
  compactTo(server, revision);
}

/** Forgets the older part of a history that has grown too long to wait for the next round. */
export function boundHistory(server: Server): void {
  const revision = newest(server);
  if (revision - server.memory.compacted > REVISIONS_MAX) {
    compactTo(server, revision - REVISIONS_KEPT);
  }
}

/** The newest revision that is known here. Keys that vanish by themselves are told of by the feeds alone. */
function newest({ memory }: Server): number {
  let revision = memory.revision;
  for (const cache of memory.caches.values()) revision = Math.max(revision, cache.revision);
  return revision;
}

function compactTo(server: Server, revision: number): void {
  const { memory, env } = server;
  if (revision === 0 || revision <= memory.compacted || !memory.etcdUp) return;
  memory.compacted = revision;
  env.resumeCause(undefined);
  askEtcd(server, { kind: 'compact' }, (id) => ({ type: 'etcd/compact', id, revision }));
}
