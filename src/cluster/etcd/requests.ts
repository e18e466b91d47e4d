import { zap } from '../client/component-log.ts';
import type { EtcdRequest, HealthCheck } from '../messages.ts';
import { isRaised } from './apply.ts';
import { bytesOf, QUOTA_BYTES } from './backend.ts';
import { CORRUPT, LEARNER_REFUSES, NO_LEADER, NO_SPACE } from './errors.ts';
import { etcdMetrics } from './figures.ts';
import { answerHealth, healthNeedsQuorum, healthReason } from './health.ts';
import { leaseFor } from './leases.ts';
import { read, serve } from './linearizable.ts';
import type { Member } from './member.ts';
import { submit } from './propose.ts';
import { NOBODY } from './raft/message.ts';
import { closeWatches, openWatch } from './watches.ts';

/** What clients ask of a member. */

function isLearner({ memory, disk }: Member): boolean {
  return memory.raft.conf.learners.includes(disk.memberId);
}

function answerError({ env }: Member, id: number, error: string): void {
  if (env.from !== undefined) env.send(env.from, { type: 'etcd/error', id, error });
}

/** A client's write: proposed, if there is room. */
export function write(member: Member, request: Extract<EtcdRequest, { type: 'etcd/txn' }>): void {
  const { raft, disk, config, env } = member;
  const { id, key, expectedModRevision, op } = request;
  if (raft.conf.learners.length > 0 && isLearner(member)) {
    answerError(member, id, LEARNER_REFUSES);
    return;
  }
  const quota = config.quotaBackendBytes ?? QUOTA_BYTES;
  // Far from the quota nothing has to be weighed.
  const isTight = disk.backend.dbSize * 2 >= quota;
  if (isTight && op.kind === 'put' && !hasRoom(member, quota, key, op.value)) {
    answerError(member, id, NO_SPACE);
    return;
  }
  const lease =
    op.kind === 'put' && op.ttlSeconds !== undefined ? leaseFor(op.ttlSeconds, env.now) : undefined;
  const asking = { client: env.from, id, isMaintenance: false };
  submit(member, { kind: 'txn', key, expectedModRevision, op, lease }, asking);
}

/** What a put takes beside its key and value when the quota is looked at. */
const PUT_OVERHEAD = 256;

/** Whether the database may grow by a value. The first one that does not fit raises the alarm for the whole cluster. */
function hasRoom(member: Member, quota: number, key: string, value: unknown): boolean {
  const { disk, memory } = member;
  if (disk.backend.dbSize + PUT_OVERHEAD + key.length + bytesOf(value) < quota) return true;
  if (!isRaised(disk, 'NOSPACE') && memory.raft.lead !== NOBODY) {
    const fields = { alarm: 'NOSPACE', from: disk.memberId };
    zap(member.env, 'warn', 'etcdserver/apply.go:793', 'alarm raised', fields);
    member.env.note(
      `the database's ${disk.backend.dbSize} bytes have reached the quota of ${quota}`,
    );
    const alarm = Object.freeze({ member: disk.memberId, alarm: 'NOSPACE' as const });
    submit(member, { kind: 'alarm', raise: true, alarm }, undefined);
  }
  return false;
}

/** A client's compaction: proposed. */
export function compact(
  member: Member,
  { id, revision }: Extract<EtcdRequest, { type: 'etcd/compact' }>,
): void {
  submit(
    member,
    { kind: 'compact', revision },
    { client: member.env.from, id, isMaintenance: false },
  );
}

/** A client's read: from what this member holds, or from what is certain to be the newest. */
export function readRange(
  member: Member,
  request: Extract<EtcdRequest, { type: 'etcd/range' }>,
): void {
  const { env, memory } = member;
  if (env.from === undefined) return;
  const reader = { client: env.from, message: request, cause: env.cause, startedAt: env.now };
  if (request.serializable !== true) {
    if (isLearner(member)) answerError(member, request.id, LEARNER_REFUSES);
    else read(member, reader);
  } else if (memory.defrag === undefined) serve(member, reader);
  else memory.defrag.readers.push(reader);
}

/** A client begins to watch. */
export function watch(member: Member, request: Extract<EtcdRequest, { type: 'etcd/watch' }>): void {
  const { disk, memory, env } = member;
  if (env.from === undefined) return;
  const { id, key, end, fromRevision } = request;
  if (isLearner(member)) answerError(member, id, LEARNER_REFUSES);
  else if (!memory.served) {
    memory.earlyWatches.push(Object.freeze({ client: env.from, id, key, end, fromRevision }));
    // The API server asks for a member that has a leader.
  } else if (memory.raft.lead === NOBODY) answerError(member, id, NO_LEADER);
  else if (isRaised(disk, 'CORRUPT')) answerError(member, id, CORRUPT);
  else
    openWatch(memory.watches, disk, {
      watch: { client: env.from, id, key, end, fromRevision },
      env,
    });
}

/** A client has seen enough. */
export function cancelWatch({ memory, env }: Member, id: number): void {
  const client = env.from;
  if (client === undefined) return;
  const isIt = (watch: { client: string; id: number }): boolean =>
    watch.client === client && watch.id === id;
  const early = memory.earlyWatches.findIndex(isIt);
  if (early >= 0) memory.earlyWatches.splice(early, 1);
  else closeWatches(memory.watches, isIt);
}

/** A probe. */
export function checkHealth(member: Member, message: HealthCheck): void {
  const { env, memory } = member;
  const client = env.from;
  if (client === undefined) return;
  if (message.path === '/metrics') {
    const body = etcdMetrics(member.disk, memory, member.config);
    env.send(client, { type: 'health/answer', id: message.id, code: 200, body });
    return;
  }
  const needsQuorum = healthNeedsQuorum(message);
  if (needsQuorum === undefined) {
    env.send(client, {
      type: 'health/answer',
      id: message.id,
      code: 404,
      body: '404 page not found\n',
    });
  } else if (healthReason(member, message) !== undefined) {
    answerHealth(member, { client, message, error: undefined });
  } else {
    const reader = { client, message, cause: env.cause, startedAt: env.now };
    if (needsQuorum) read(member, reader);
    else if (memory.defrag === undefined) serve(member, reader);
    else memory.defrag.readers.push(reader);
  }
}
