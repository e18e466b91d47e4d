import { Failure } from '../failure.ts';

/** Puts `prefix: ` before the message of whatever fails inside. */
export function wrapped<T>(prefix: string | (() => string), run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    const text = typeof prefix === 'string' ? prefix : prefix();
    throw new Failure(`${text}: ${thrown.message}`);
  }
}

/** What a run answered, or the message with which it failed. */
export function attempted<T>(
  run: () => T,
): { readonly value: T; readonly failure?: undefined } | { readonly failure: string } {
  try {
    return { value: run() };
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return { failure: thrown.message };
  }
}
