import type { KubernetesObject } from '../../api/generated/types.ts';
import { assertNever } from '../../base/exhaustive.ts';
import { lastItem } from '../../base/segment-log.ts';
import type { EtcdResponse } from '../messages.ts';
import { takeEtcdHealth } from './health/probe.ts';
import { takeOwnAnswer } from './own/reconcile.ts';
import { takeCompactionTurn } from './compaction.ts';
import { sendReply } from './answers.ts';
import { conclude } from './conclude.ts';
import { brokenEtcd, isTransient, overdue } from './etcd-errors.ts';
import { refuse, type Commit, type Exchange, type Reply } from './exchange.ts';
import { consultLater, takeConsulted } from './reads/consult.ts';
import { allFollow } from './reads/freshness.ts';
import { countEtcd } from './metrics.ts';
import { answerRead } from './reads/list.ts';
import { formOf, present } from './reads/object-form.ts';
import { passageOf } from './passage.ts';
import { runVerb } from './run-verb.ts';
import { calendarMillis, type EtcdCall, type Server } from './server.ts';
import { refuseFeed, takeList } from './storage/feed.ts';
import type { ResourceCache } from './storage/resource-cache.ts';
import { withRevision } from './storage/stored-object.ts';
import { scaleOf } from './subresources/scale.ts';
import type { VerbStep } from './verb.ts';

/** A write that keeps meeting newer objects is given up; upstream would go on until its time is over. */
const ATTEMPTS_MAX = 100;

/** An answer from etcd: the request that waited for it goes on. */
export function takeEtcdAnswer(server: Server, answer: EtcdResponse): void {
  const { memory, env } = server;
  const { calls, metrics } = memory;
  const { id } = answer;
  const call = calls.get(id);
  // etcd tells watches before it answers, so by now every copy is at least as new as the answer.
  if (answer.type !== 'etcd/error' && answer.revision > memory.revision) {
    memory.revision = answer.revision;
  }
  if (call === undefined) return;
  calls.delete(id);
  if (call.kind !== 'write') {
    takeOther(server, call, answer);
    return;
  }
  // What nearly all answers are to.
  const { now } = env;
  const { askedAt = now } = call;
  countEtcd(metrics, call.commit.value === undefined ? 'delete' : 'update', now - askedAt);
  if (answer.type === 'etcd/txn-result' && answer.succeeded) goOn(server, call, answer.revision);
  else goBack(server, call, answer);
}

function takeOther(
  server: Server,
  call: Exclude<EtcdCall, { kind: 'write' }>,
  answer: EtcdResponse,
): void {
  const { memory, env } = server;
  if (call.askedAt !== undefined) {
    countEtcd(memory.metrics, operationOf(call), env.now - call.askedAt);
  }
  switch (call.kind) {
    case 'list':
      if (answer.type === 'etcd/range-result') takeList(server, call.storage, answer);
      else refuseFeed(server, call.storage, answer.id);
      return;
    case 'feed':
      refuseFeed(server, call.storage, answer.id);
      return;
    case 'compact':
      return;
    case 'compact-turn':
      takeCompactionTurn(server, answer);
      return;
    case 'health':
      takeEtcdHealth(server, answer);
      return;
    case 'consult':
      goOnReading(server, answer);
      return;
    case 'own':
      takeOwnAnswer(server, call, answer);
      return;
    case 'read':
      conclude(server, call.exchange, answerRead(server, call.exchange, answer));
      return;
    default:
      assertNever(call);
  }
}

/** The operation's name in the metrics of etcd's client. */
function operationOf(call: EtcdCall): string {
  switch (call.kind) {
    case 'list':
    case 'read':
      return 'list';
    case 'compact':
      return 'compact';
    default:
      return 'get';
  }
}

/** The copies are as new as etcd was when it was asked: the requests that waited for that go on. */
function goOnReading(server: Server, answer: EtcdResponse): void {
  if (answer.type === 'etcd/error' && isTransient(answer.error)) {
    consultLater(server);
    return;
  }
  if (answer.type !== 'etcd/error' && !allFollow(server)) {
    // The member has been asked over a connection on which not every watch is open again.
    consultLater(server);
    return;
  }
  for (const { exchange, at } of takeConsulted(server)) {
    server.env.resumeCause(exchange.cause);
    if (answer.type === 'etcd/error') sendReply(server, exchange, refuse(brokenEtcd(answer.error)));
    else runAgain(server, exchange, at);
  }
}

type WriteCall = Extract<EtcdCall, { kind: 'write' }>;

/** A write that was not done: its request is refused, or decided again. */
function goBack(server: Server, call: WriteCall, answer: EtcdResponse): void {
  const { exchange, step, attempt } = call;
  if (answer.type !== 'etcd/txn-result') {
    const text = answer.type === 'etcd/error' ? answer.error : 'etcdserver: unexpected answer';
    conclude(server, exchange, refuse(brokenEtcd(text)));
  } else if (attempt >= ATTEMPTS_MAX) {
    conclude(server, exchange, refuse(overdue()));
  } else {
    // The copy has the newer object by now.
    runAgain(server, exchange, { step, attempt: attempt + 1 });
  }
}

function runAgain(server: Server, exchange: Exchange, at: VerbStep): void {
  conclude(server, exchange, runVerb(server, exchange, at), at);
}

function goOn(server: Server, { exchange, commit }: WriteCall, revision: number): void {
  const { then, warnings } = commit;
  if (then.kind === 'step') {
    runAgain(server, exchange, { step: then.step, attempt: 0 });
    return;
  }
  const { request } = exchange;
  const passage = passageOf(server, request, exchange.receivedAt);
  let code = 200;
  let body: unknown;
  switch (then.kind) {
    case 'object': {
      const { kind } = passage;
      ({ code } = then);
      body = asWritten(server, commit, revision, passage.cache);
      // As it is, nearly always.
      if (kind !== undefined && (request.accept !== undefined || kind.fromStored !== undefined)) {
        const as = { kind, form: formOf(request), now: calendarMillis(server) };
        body = present(body as KubernetesObject, as);
      }
      break;
    }
    case 'body':
      ({ code, body } = then);
      break;
    case 'scale':
      body = scaleOf(request.path, asWritten(server, commit, revision, passage.cache));
      break;
    default:
      assertNever(then);
  }
  const answer: Reply =
    warnings === undefined
      ? { kind: 'reply', code, body }
      : { kind: 'reply', code, body, warnings };
  sendReply(server, exchange, answer, passage);
}

/** The written object with its revision: the very one in the copy, unless that is newer already. */
function asWritten(
  server: Server,
  { storage, key, value }: Commit,
  revision: number,
  /** The copy, where it is at hand. */
  near: ResourceCache | undefined,
): KubernetesObject {
  const cache = near?.storage === storage ? near : server.memory.caches.get(storage);
  const newest = cache === undefined ? undefined : lastItem(cache.window);
  // etcd tells the watch right before it answers.
  if (newest?.revision === revision) return newest.object;
  const cached = cache?.objects.get(key);
  return cached !== undefined && cached.metadata.resourceVersion === String(revision)
    ? cached
    : withRevision(value as KubernetesObject, revision);
}
