/**
 * Keeps the page alive under a person's endless loop: whatever interprets programs calls `breathe` now and then, so
 * that keys are heard and Ctrl-C can be acted upon.
 */

const BREATH_EVERY_MILLIS = 12;
let lastBreath = 0;

/** Lets the page have its turn when this code has run for a while. Cheap to call often. */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - lastBreath < BREATH_EVERY_MILLIS) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  lastBreath = performance.now();
}

/** What a program throws, or is taken to have thrown, when it is interrupted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

export function abortError(): Error {
  const error = new Error('interrupted');
  error.name = 'AbortError';
  return error;
}

/** The promise, or a rejection as soon as the signal is aborted: nobody waits for a program that does not listen. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return Promise.reject(abortError());
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A controller that is aborted with its parent, and the way to let go of that. */
export function childController(parent: AbortSignal): {
  readonly controller: AbortController;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort();
  if (parent.aborted) controller.abort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return { controller, release: () => parent.removeEventListener('abort', onAbort) };
}
