import { assertNever } from '../../base/exhaustive.ts';
import { report, sendReply } from './answers.ts';
import { sendCommit, sendRead } from './calls.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Server } from './server.ts';
import { below } from '../../kernel/random.ts';
import { MILLISECOND } from '../../kernel/time.ts';
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
    case 'reply':
      sendReply(server, exchange, answer);
      return;
    case 'commit':
      sendCommit(server, answer, { exchange, step: at.step, attempt: at.attempt });
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
