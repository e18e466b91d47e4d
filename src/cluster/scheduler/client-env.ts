import type { Env } from '../../kernel/process.ts';
import type { ApiClientMessage } from '../client/api-client.ts';
import type { LeaderElectionTimer } from '../client/leader-election.ts';
import type { SchedulerMessage } from './memory.ts';

/**
 * The process's Env as its client for events or leases sees it: the client's timers are marked, so that
 * they come back to it and not to a sibling. Valid for the same step.
 */
export function clientEnv(
  env: Env<SchedulerMessage>,
  client: 'event' | 'election',
): Env<ApiClientMessage | LeaderElectionTimer> {
  return {
    get now() {
      return env.now;
    },
    self: env.self,
    machine: env.machine,
    from: env.from,
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
