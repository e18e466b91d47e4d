import type { Env } from '../../kernel/process.ts';
import type { KernelMessage } from '../../kernel/agenda.ts';
import type { ApiClientMessage, ApiClientTimer } from './api-client.ts';
import type { LeaderElectionTimer } from './leader-election.ts';

/** A process's Env as one of its clients sees it. */
export type ClientEnv = Env<ApiClientMessage | LeaderElectionTimer>;

/**
 * The Env for one of several clients of a process: `mark` puts the client's timers into a message of the
 * process, so that they come back to this client and not to a sibling. Valid as long as `env` is.
 */
export function envOfClient<Message extends KernelMessage>(
  env: Env<Message>,
  mark: (timer: ApiClientTimer) => Message,
): ClientEnv {
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
    // Every process's messages include the wire's and the election's, which are all that a client sends.
    send: (to, message) => env.send(to, message as KernelMessage as Message),
    after(delay, message) {
      if (message.type === 'client/sweep' || message.type === 'client/send-later') {
        env.after(delay, mark(message));
      } else env.after(delay, message as KernelMessage as Message);
    },
    reset: (peer) => env.reset(peer),
    print: (write) => env.print?.(write),
    diskFull: () => env.diskFull(),
    taken: (resource) => env.taken(resource),
    clockSkewMicros: () => env.clockSkewMicros(),
    startProcess: (name) => env.startProcess(name),
    stopProcess: (name, signal) => env.stopProcess(name, signal),
    isRunning: (name) => env.isRunning(name),
    exit: (code, reason) => env.exit(code, reason),
    fsync: (message) => env.fsync(message as KernelMessage as Message),
    random: (purpose) => env.random(purpose),
    note: (what) => env.note(what),
    resumeCause: (cause) => env.resumeCause(cause),
    emit: (observation) => env.emit(observation),
  };
}
