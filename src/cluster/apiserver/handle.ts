import { authenticated } from './reviews/token-review.ts';
import { impersonated } from './authorization/impersonate.ts';
import { conclude } from './conclude.ts';
import { refuse, type Exchange } from './exchange.ts';
import type { Server } from './server.ts';
import { stages } from './stages/index.ts';

/** The server as one function: a request goes through the stages until one of them has an answer. */
export function handle(server: Server, exchange: Exchange): void {
  Object.freeze(exchange);
  const { impersonate, token } = exchange.request;
  const acting =
    impersonate === undefined && token === undefined ? exchange : asOther(server, exchange);
  if (acting === undefined) return;
  for (const stage of stages) {
    const answer = stage(acting, server);
    if (answer === undefined) continue;
    conclude(server, acting, answer);
    return;
  }
}

/** The exchange of whoever a token or a header says; undefined when that is refused, which has then been said. */
function asOther(server: Server, exchange: Exchange): Exchange | undefined {
  const known = authenticated(server, exchange.request);
  const request = known.ok ? impersonated(server, known.value) : known;
  if (request.ok) return Object.freeze({ ...exchange, request: request.value });
  conclude(server, exchange, refuse(request.error));
  return undefined;
}
