import type { Answer, Exchange } from '../exchange.ts';
import type { Passage } from '../passage.ts';
import type { Server } from '../server.ts';

/** One step of a request's way through the server: it answers, or lets the request pass. */
export type Stage = (exchange: Exchange, server: Server, passage: Passage) => Answer | undefined;
