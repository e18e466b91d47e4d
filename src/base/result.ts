/** An expected outcome or an expected refusal. What only a bug can cause is an assertion instead. */
export type Result<T, E> = Success<T> | Refusal<E>;

export interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Refusal<E> {
  readonly ok: false;
  readonly error: E;
}

/** The call succeeded with this value. */
export function success<T>(value: T): Success<T> {
  return { ok: true, value };
}

/** The call was refused for this reason. */
export function refusal<E>(error: E): Refusal<E> {
  return { ok: false, error };
}
