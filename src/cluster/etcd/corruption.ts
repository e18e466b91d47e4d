import type { EtcdFault } from '../messages.ts';
import type { Member, PeerMessage } from './member.ts';
import { submit } from './propose.ts';
import { hashStore } from './snapshot.ts';

/** `--corrupt-check-time`: a leader compares what the members hold, and raises the alarm where one differs. */

export function armCorruptCheck({ config, env, memory }: Member): void {
  const period = config.corruptCheckMicros ?? 0;
  if (period > 0) env.after(period, { type: 'etcd/corrupt-check', term: memory.raft.term });
}

/** A member that starts with data asks the others for their fingerprints; one that differs does not serve. */
export function checkAtStart({ config, disk, memory, env }: Member): void {
  if (config.initialCorruptCheck !== true || disk.revision === 1) return;
  for (const { process } of memory.peers.values()) {
    env.send(process, { type: 'etcd/peer-hash', revision: disk.revision, atStart: true });
  }
}

/** Asks every other member for its fingerprint. */
export function checkCorruption(member: Member, term: number): void {
  const { memory, disk, env } = member;
  if (memory.raft.role !== 'leader' || memory.raft.term !== term) return;
  env.resumeCause(undefined);
  for (const { process } of memory.peers.values()) {
    env.send(process, { type: 'etcd/peer-hash', revision: disk.revision, atStart: false });
  }
  armCorruptCheck(member);
}

/** A member's fingerprint, for whoever asked. One that lags has nothing to compare. */
export function answerHash(
  { disk, env }: Member,
  { revision, atStart }: Extract<PeerMessage, { type: 'etcd/peer-hash' }>,
): void {
  if (env.from === undefined || revision > disk.revision || revision < disk.compactedRevision)
    return;
  env.send(env.from, {
    type: 'etcd/peer-hash-answer',
    atStart,
    member: disk.memberId,
    revision,
    compactRevision: disk.compactedRevision,
    hash: hashStore(disk, revision),
  });
}

/** Compares a member's fingerprint with one's own. */
export function compareHash(
  member: Member,
  answer: Extract<PeerMessage, { type: 'etcd/peer-hash-answer' }>,
): void {
  const { memory, disk, env } = member;
  const { revision, compactRevision, hash, atStart } = answer;
  if (compactRevision !== disk.compactedRevision) return;
  if (memory.raft.role !== 'leader' && !atStart) return;
  if (revision < disk.compactedRevision || hashStore(disk, revision) === hash) return;
  if (atStart) {
    env.exit(1, `${disk.memberId} found data inconsistency with peers`);
    return;
  }
  env.resumeCause(undefined);
  env.note(`member ${answer.member} holds something else at revision ${revision}`);
  const alarm = Object.freeze({ member: answer.member, alarm: 'CORRUPT' as const });
  submit(member, { kind: 'alarm', raise: true, alarm }, undefined);
}

/** A fault: the disk gives another value back than was written. Nobody notices until somebody compares. */
export function flipValue({ disk }: Member, { key }: EtcdFault): void {
  const held = disk.keys.get(key);
  if (held === undefined) return;
  disk.keys.set(key, Object.freeze({ ...held, value: spoilt(held.value) }));
}

/** Another value of the same shape: readers can still read it. */
function spoilt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return 'spoilt';
  const { metadata } = value;
  return Object.freeze({
    ...value,
    metadata: Object.freeze({ ...(metadata as object), labels: Object.freeze({ spoilt: 'true' }) }),
  });
}
