import type { Micros } from '../../kernel/time.ts';
import { LOOP_NAMES } from './loop-names.ts';
import type { Running } from './state.ts';

/** One control loop's figures, as a panel or `/metrics` shows them. */
export interface LoopFigures {
  readonly controller: string;
  /** Keys that wait for a worker. */
  readonly depth: number;
  readonly workersBusy: number;
  /** How long the longest waiting key has waited. */
  readonly oldestMicros: Micros;
  readonly reconciles: number;
  /** Looks that had to be taken again, after a pause. */
  readonly retries: number;
  /** Writes sent, Events aside. */
  readonly requests: number;
}

/** The figures of every loop, in the order of the list of controllers. */
export function loopFigures(running: Running, now: Micros): readonly LoopFigures[] {
  return running.loops.flatMap((loop, index) => {
    const controller = LOOP_NAMES[index];
    if (controller === undefined) return [];
    // Keys are kept in order of arrival.
    const [oldest = now] = loop.arrivals.values();
    return [
      {
        controller,
        depth: loop.queue.waiting.size,
        workersBusy: loop.busy,
        oldestMicros: now - oldest,
        reconciles: loop.reconciles,
        retries: loop.retries,
        requests: loop.requests,
      },
    ];
  });
}
