import { reply, type Answer, type Reply } from '../exchange.ts';
import type { RequestGroup, Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';

/** DELETE of a collection. */
export function deleteCollection(_call: VerbCall): Answer {
  return reply({});
}

/** The answer once every part is done. */
export function collectedDeletions(_server: Server, group: RequestGroup): Reply {
  return reply(group.replies);
}
