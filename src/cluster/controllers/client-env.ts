import type { Env } from '../../kernel/process.ts';
import type { ApiClientMessage } from '../client/api-client.ts';
import type { LeaderElectionTimer } from '../client/leader-election.ts';
import type { ControllerManagerMessage } from './state.ts';

type ProcessEnv = Env<ControllerManagerMessage>;

/** The process's Env as one of its clients sees it. */
export type ClientEnv = Env<ApiClientMessage | LeaderElectionTimer>;

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
  return {
    get now() {
      return env.now;
    },
    get self() {
      return env.self;
    },
    get machine() {
      return env.machine;
    },
    get from() {
      return env.from;
    },
    get cause() {
      return env.cause;
    },
    send: (to, message) => env.send(to, message as ControllerManagerMessage),
    after(delay, message) {
      if (message.type === 'client/sweep' || message.type === 'client/send-later') {
        env.after(delay, { type: 'controllers/client', term, client, timer: message });
      } else env.after(delay, message as ControllerManagerMessage);
    },
    fsync: (message) => env.fsync(message as ControllerManagerMessage),
    random: (purpose) => env.random(purpose),
    note: (what) => env.note(what),
    resumeCause: (cause) => env.resumeCause(cause),
    emit: (observation) => env.emit(observation),
  };
}
