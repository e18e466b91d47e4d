import type { LocalPorts } from './program.ts';

/** Where a system begins to choose ports itself. */
const FIRST_CHOSEN = 32_768;

/** The ports of one machine: what a program in one tab listens on, programs in all tabs reach. */
export function createLocalPorts(): LocalPorts {
  const listeners = new Map<number, Parameters<LocalPorts['listen']>[1]>();
  let chosen = FIRST_CHOSEN + 4321;
  return {
    listen(port, answer) {
      if (listeners.has(port)) return undefined;
      listeners.set(port, answer);
      return () => {
        if (listeners.get(port) === answer) listeners.delete(port);
      };
    },
    serving: (port) => listeners.get(port),
    choose() {
      do chosen = chosen >= 60_999 ? FIRST_CHOSEN : chosen + 1;
      while (listeners.has(chosen));
      return chosen;
    },
  };
}
