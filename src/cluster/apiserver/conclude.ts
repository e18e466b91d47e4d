import { assertNever } from '../../base/exhaustive.ts';
import { report, sendReply } from './answers.ts';
import { armSweep, sendCommit, sendRead } from './calls.ts';
import type { Answer, Exchange, Reply } from './exchange.ts';
import type { Server } from './server.ts';
import { below } from '../../kernel/random.ts';
import { MILLISECOND } from '../../kernel/time.ts';
import { consult } from './reads/consult.ts';
import { targetOf } from './request-target.ts';
import { runVerb } from './run-verb.ts';
import { FIRST_STEP, type VerbStep } from './verb.ts';

/** Does what an answer says: sends it, or asks etcd first. `at` is where the verb that answered stood. */
export function conclude(
  server: Server,
  exchange: Exchange,
  answer: Answer,
  at: VerbStep = FIRST_STEP,
): void {
  switch (answer.kind) {
    case 'commit':
      sendCommit(server, answer, exchange, at);
      return;
    case 'reply':
      if (answer.code >= 404 && mayBeBehind(server, exchange, answer, at)) {
        const again = { step: at.step, attempt: at.attempt + 1 };
        armSweep(server, consult(server, exchange, again));
      } else sendReply(server, exchange, answer);
      return;
    case 'consult':
      armSweep(server, consult(server, exchange, { step: answer.step, attempt: at.attempt }));
      return;
    case 'read':
      sendRead(server, answer, exchange);
      return;
    case 'fan-out':
      for (const part of answer.parts) conclude(server, part, runVerb(server, part, FIRST_STEP));
      return;
    case 'later':
      putOff(server, exchange, at);
      return;
    case 'pending':
      return;
    case 'open':
      report(server, exchange, 200);
      return;
    default:
      assertNever(answer);
  }
}

/**
 * Whether a write was refused by what may be an old state: with several servers, another one may have made, changed or
 * deleted the object a moment ago. It is then decided once more on the newest state (upstream reads from etcd here).
 */
function mayBeBehind(
  { memory }: Server,
  { request, client }: Exchange,
  { code }: Reply,
  { attempt }: VerbStep,
): boolean {
  if (memory.own.servers < 2 || attempt > 0 || request.method === 'GET') return false;
  if (client === undefined || !memory.etcdUp) return false;
  return (code === 404 || code === 409) && targetOf(request.path) !== undefined;
}

/** Upstream looks again after 50 to 150 ms. */
function putOff(server: Server, exchange: Exchange, at: VerbStep): void {
  const { memory, env } = server;
  const request = memory.nextCall++;
  memory.later.set(request, Object.freeze({ exchange, at }));
  const millis = 50 + below(env.random('put-off'), 100);
  env.after(millis * MILLISECOND, { type: 'apiserver/again', request });
}

/** Runs a request that was put off. */
export function takeUp(server: Server, request: number): void {
  const waiting = server.memory.later.get(request);
  if (waiting === undefined) return;
  server.memory.later.delete(request);
  const at = { step: waiting.at.step, attempt: waiting.at.attempt + 1 };
  conclude(server, waiting.exchange, runVerb(server, waiting.exchange, at), at);
}
