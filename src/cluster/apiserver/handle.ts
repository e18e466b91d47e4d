import { authenticated } from './reviews/token-review.ts';
import { impersonated } from './authorization/impersonate.ts';
import { sendCommit } from './calls.ts';
import { conclude } from './conclude.ts';
import { refuse, type Exchange } from './exchange.ts';
import { passageOf, type Passage } from './passage.ts';
import type { Server } from './server.ts';
import { isBeyondDoubt, stages } from './stages/index.ts';
import { runVerb } from './run-verb.ts';
import { FIRST_STEP } from './verb.ts';

/**
 * The server as one function: a request goes through the stages until one of them has an answer. The exchange is frozen;
 * `passage` is that of its request.
 */
export function handle(server: Server, exchange: Exchange, passage: Passage): void {
  const { request } = exchange;
  if (request.impersonate !== undefined || request.token !== undefined) {
    handleAsOther(server, exchange);
  } else if (isBeyondDoubt(request, passage)) {
    const answer = runVerb(server, exchange, FIRST_STEP, passage);
    // What components ask for ten thousand times is a write.
    if (answer.kind === 'commit') sendCommit(server, answer, exchange, FIRST_STEP);
    else conclude(server, exchange, answer);
  } else {
    goThrough(server, exchange, passage);
  }
}

function goThrough(server: Server, exchange: Exchange, passage: Passage): void {
  for (const stage of stages) {
    const answer = stage(exchange, server, passage);
    if (answer === undefined) continue;
    conclude(server, exchange, answer);
    return;
  }
}

/** The request is that of whoever a token or a header says, unless that is refused. */
function handleAsOther(server: Server, exchange: Exchange): void {
  const known = authenticated(server, exchange.request);
  const request = known.ok ? impersonated(server, known.value) : known;
  if (request.ok) {
    const acting = Object.freeze({ ...exchange, request: request.value });
    goThrough(server, acting, passageOf(server, acting.request));
  } else conclude(server, exchange, refuse(request.error));
}
