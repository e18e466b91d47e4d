/** Thrown when a statement that only a bug can make untrue turns out untrue. Never caught inside the engine. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Stops the world when `condition` is false. For what only a bug can cause; what a user or a fault can cause
 * is a `Result` or a Status instead. Stays on in production, so the page can show which belief was broken.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
