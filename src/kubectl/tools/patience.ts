/** A language's interpreter that does not pause gives up after this long, before the page seems dead. */
const RUN_MILLIS_MAX = 2000;
const LOOK_EVERY_STEPS = 2048;

/** A program of the user's that ran too long without an end in sight. */
export class RunawayError extends Error {}

/** Counts the steps of an interpreter that runs without a pause; throws a RunawayError when it takes too long. */
export interface StepGuard {
  step(): void;
  /** There was a pause: the time begins anew. */
  restart(): void;
}

export function createStepGuard(): StepGuard {
  let steps = 0;
  let since = performance.now();
  return {
    step() {
      if (++steps % LOOK_EVERY_STEPS !== 0) return;
      if (performance.now() - since > RUN_MILLIS_MAX)
        throw new RunawayError(
          `gave up after ${RUN_MILLIS_MAX / 1000} seconds without an end in sight`,
        );
    },
    restart() {
      since = performance.now();
    },
  };
}
