import { conclude } from './conclude.ts';
import type { Exchange } from './exchange.ts';
import type { Server } from './server.ts';
import { stages } from './stages/index.ts';

/** The server as one function: a request goes through the stages until one of them has an answer. */
export function handle(server: Server, exchange: Exchange): void {
  Object.freeze(exchange);
  for (const stage of stages) {
    const answer = stage(exchange, server);
    if (answer === undefined) continue;
    conclude(server, exchange, answer);
    return;
  }
}
