import type { Micros } from '../../kernel/time.ts';
import type { EtcdRequest } from '../messages.ts';
import { sendReply } from './answers.ts';
import { interruptedEtcd, outOfTime, overdue } from './etcd-errors.ts';
import { refuse, type Commit, type Exchange, type Read } from './exchange.ts';
import { takeEtcdHealth } from './health/probe.ts';
import { NEVER, requestPatience } from './patience.ts';
import { failConsultation, sweepConsultation } from './reads/consult.ts';
import { askEtcd, type Server } from './server.ts';
import type { VerbStep } from './verb.ts';

/** Requests that wait for etcd: how they are sent there, and how they end when it does not answer. */

/** Sends a write to etcd. The verb of the exchange waits for it, where it stands. */
export function sendCommit(
  server: Server,
  commit: Commit,
  exchange: Exchange,
  { step, attempt }: VerbStep,
): void {
  const { memory, env, config } = server;
  const deadline = exchange.receivedAt + requestPatience(exchange.request);
  const id = memory.nextCall++;
  const askedAt = env.now;
  Object.freeze(commit);
  // Written out, as it is what nearly all requests come to.
  memory.calls.set(
    id,
    Object.freeze({ kind: 'write', exchange, commit, step, attempt, deadline, askedAt }),
  );
  const { key, expectedModRevision, value, ttlSeconds } = commit;
  const op: TxnOperation =
    value === undefined
      ? { kind: 'delete' }
      : ttlSeconds === undefined
        ? { kind: 'put', value }
        : { kind: 'put', value, ttlSeconds };
  env.send(config.etcd, { type: 'etcd/txn', id, key, expectedModRevision, op });
  if (memory.sweepAt > deadline) armSweep(server, deadline);
}

type TxnOperation = Extract<EtcdRequest, { type: 'etcd/txn' }>['op'];

/** Asks etcd for a list as of an earlier revision. */
export function sendRead(server: Server, read: Read, exchange: Exchange): void {
  const deadline = exchange.receivedAt + requestPatience(exchange.request);
  askEtcd(server, { kind: 'read', exchange, deadline }, (id) => ({
    type: 'etcd/range',
    id,
    key: read.key,
    end: read.end,
    ...(read.revision > 0 ? { revision: read.revision } : undefined),
  }));
  armSweep(server, deadline);
}

/** The connection to etcd broke: whatever was asked will never be answered. */
export function failCalls(server: Server): void {
  const { calls } = server.memory;
  for (const [id, call] of calls) {
    if (call.kind === 'health') {
      calls.delete(id);
      takeEtcdHealth(server, undefined);
    }
    if (call.kind === 'consult') {
      calls.delete(id);
      failConsultation(server);
    }
    if (call.kind === 'own' || call.kind === 'compact-turn') calls.delete(id);
    if (call.kind !== 'write' && call.kind !== 'read') continue;
    calls.delete(id);
    sendReply(server, call.exchange, refuse(interruptedEtcd()));
  }
}

/** Answers the requests whose time is over. One timer serves all of them. */
export function sweepCalls(server: Server): void {
  const { memory, env } = server;
  // An earlier deadline has come in between and has a timer of its own.
  if (env.now < memory.sweepAt) return;
  memory.sweepAt = NEVER;
  let next = sweepConsultation(server);
  for (const [id, call] of memory.calls) {
    if (call.kind !== 'write' && call.kind !== 'read') continue;
    if (call.deadline > env.now) {
      next = Math.min(next, call.deadline);
      continue;
    }
    memory.calls.delete(id);
    env.resumeCause(call.exchange.cause);
    const isWrite = call.kind === 'write';
    sendReply(server, call.exchange, refuse(isWrite ? overdue() : outOfTime()));
  }
  if (next < NEVER) armSweep(server, next);
}

/** Makes sure that a look is taken at an instant. */
export function armSweep({ memory, env }: Server, at: Micros): void {
  if (memory.sweepAt <= at) return;
  memory.sweepAt = at;
  env.after(Math.max(at - env.now, 0), { type: 'apiserver/sweep' });
}
