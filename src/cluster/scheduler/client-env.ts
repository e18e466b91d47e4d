import type { Env } from '../../kernel/process.ts';
import type { ApiClientMessage } from '../client/api-client.ts';
import type { LeaderElectionTimer } from '../client/leader-election.ts';
import type { SchedulerMessage } from './memory.ts';

type ClientName = 'event' | 'election';
type ClientEnv = Env<ApiClientMessage | LeaderElectionTimer>;

/**
 * The process's Env as its client for events or leases sees it: the client's timers are marked, so that
 * they come back to it and not to a sibling. It holds as long as the Env does.
 */
export function clientEnv(env: Env<SchedulerMessage>, client: ClientName): ClientEnv {
  let known = envs.get(env);
  if (known === undefined) {
    known = { event: makeEnv(env, 'event'), election: makeEnv(env, 'election') };
    envs.set(env, known);
  }
  return known[client];
}

/** The kernel lends the same Env to every step, so that each needs its pair but once. */
const envs = new WeakMap<object, Readonly<Record<ClientName, ClientEnv>>>();

function makeEnv(env: Env<SchedulerMessage>, client: ClientName): ClientEnv {
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
    send: (to, message) => env.send(to, message as SchedulerMessage),
    after(delay, message) {
      if (message.type === 'client/sweep' || message.type === 'client/send-later') {
        env.after(delay, { type: 'scheduler/client', client, timer: message });
      } else env.after(delay, message as SchedulerMessage);
    },
    fsync: (message) => env.fsync(message as SchedulerMessage),
    random: (purpose) => env.random(purpose),
    note: (what) => env.note(what),
    resumeCause: (cause) => env.resumeCause(cause),
    emit: (observation) => env.emit(observation),
  };
}
