import { assertNever } from '../../base/exhaustive.ts';
import { report, sendReply } from './answers.ts';
import { sendCommit, sendRead } from './calls.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Server } from './server.ts';
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
      sendCommit(server, answer, { exchange, ...at });
      return;
    case 'read':
      sendRead(server, answer, exchange);
      return;
    case 'fan-out':
      for (const part of answer.parts) conclude(server, part, runVerb(server, part, FIRST_STEP));
      return;
    case 'open':
      report(server, exchange, 200);
      return;
    default:
      assertNever(answer);
  }
}
