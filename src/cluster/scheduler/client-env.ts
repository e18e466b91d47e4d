import type { Env } from '../../kernel/process.ts';
import { type ClientEnv, envOfClient } from '../client/client-env.ts';
import type { SchedulerMessage } from './memory.ts';

type ClientName = 'event' | 'election';

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
  return envOfClient<SchedulerMessage>(env, (timer) => ({
    type: 'scheduler/client',
    client,
    timer,
  }));
}
