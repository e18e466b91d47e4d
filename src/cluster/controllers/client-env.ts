import type { Env } from '../../kernel/process.ts';
import { type ClientEnv, envOfClient } from '../client/client-env.ts';
import type { ControllerManagerMessage } from './state.ts';

type ProcessEnv = Env<ControllerManagerMessage>;

/** One step borrows its Env from the kernel, which lends the same one each time. A memo only. */
const known = new WeakMap<ProcessEnv, Map<number, ClientEnv>>();

/**
 * The Env for a client of the process: the client's timers are marked, so that they come back to it and
 * not to one of its siblings. Valid for the same step as `env`.
 */
export function clientEnv(env: ProcessEnv, client: number, term: number): ClientEnv {
  let ofClients = known.get(env);
  if (ofClients === undefined) {
    ofClients = new Map();
    known.set(env, ofClients);
  }
  // There are fewer than a thousand clients.
  const id = term * 1000 + client;
  let own = ofClients.get(id);
  if (own === undefined) {
    own = markingEnv(env, client, term);
    ofClients.set(id, own);
  }
  return own;
}

function markingEnv(env: ProcessEnv, client: number, term: number): ClientEnv {
  return envOfClient<ControllerManagerMessage>(env, (timer) => ({
    type: 'controllers/client',
    term,
    client,
    timer,
  }));
}
