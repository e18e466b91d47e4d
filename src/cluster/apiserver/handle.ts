import { authenticated } from './reviews/token-review.ts';
import { impersonated } from './authorization/impersonate.ts';
import { conclude } from './conclude.ts';
import { refuse, type Exchange } from './exchange.ts';
import { passageOf, type Passage } from './passage.ts';
import type { Server } from './server.ts';
import { stages } from './stages/index.ts';
import type { Stage } from './stages/stage.ts';

/**
 * The server as one function: a request goes through the stages until one of them has an answer. The exchange is frozen;
 * `passage` is that of its request.
 */
export function handle(server: Server, exchange: Exchange, passage: Passage): void {
  const { impersonate, token } = exchange.request;
  if (impersonate !== undefined || token !== undefined) {
    handleAsOther(server, exchange);
    return;
  }
  goThrough(server, exchange, passage);
}

function goThrough(server: Server, exchange: Exchange, passage: Passage): void {
  for (let at = 0; at < stages.length; at++) {
    const answer = (stages[at] as Stage)(exchange, server, passage); // In range.
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
