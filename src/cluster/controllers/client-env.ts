import type { Env } from '../../kernel/process.ts';
import type { ApiClientMessage } from '../client/api-client.ts';
import type { LeaderElectionTimer } from '../client/leader-election.ts';
import type { ControllerManagerMessage } from './state.ts';

type ProcessEnv = Env<ControllerManagerMessage>;

/**
 * The process's Env as one of its clients sees it: the client's timers are marked, so that they come
 * back to it and not to one of its siblings. Valid for the same step.
 */
export function clientEnv(
  env: ProcessEnv,
  client: number,
  term: number,
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
