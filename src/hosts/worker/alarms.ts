import type { Micros } from '../../kernel/time.ts';

/** Who wants to be woken when: sleeps of programs in the page, on the cluster's clock. */
export interface Alarms {
  set(id: number, now: Micros, afterMicros: number): void;
  /** Wakes those whose time has come. */
  ring(now: Micros): void;
}

export function createAlarms(wake: (id: number) => void): Alarms {
  const due = new Map<number, Micros>();
  /** The earliest of them, so that looking costs nothing while nobody is due. */
  let next = Number.POSITIVE_INFINITY;
  return {
    set(id, now, afterMicros) {
      const at = now + Math.max(0, Math.floor(afterMicros));
      due.set(id, at);
      next = Math.min(next, at);
    },
    ring(now) {
      if (now < next) return;
      next = Number.POSITIVE_INFINITY;
      for (const [id, at] of due) {
        if (at > now) next = Math.min(next, at);
        else {
          due.delete(id);
          wake(id);
        }
      }
    },
  };
}
