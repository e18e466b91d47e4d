import { impersonated } from './authorization/impersonate.ts';
import { conclude } from './conclude.ts';
import { refuse, type Exchange } from './exchange.ts';
import type { Server } from './server.ts';
import { stages } from './stages/index.ts';

/** The server as one function: a request goes through the stages until one of them has an answer. */
export function handle(server: Server, exchange: Exchange): void {
  Object.freeze(exchange);
  const acting = exchange.request.impersonate === undefined ? exchange : asOther(server, exchange);
  if (acting === undefined) return;
  for (const stage of stages) {
    const answer = stage(acting, server);
    if (answer === undefined) continue;
    conclude(server, acting, answer);
    return;
  }
}

/** The exchange of whom a request is made for; undefined when that is refused, which has then been said. */
function asOther(server: Server, exchange: Exchange): Exchange | undefined {
  const request = impersonated(server, exchange.request);
  if (request.ok) return Object.freeze({ ...exchange, request: request.value });
  conclude(server, exchange, refuse(request.error));
  return undefined;
}
