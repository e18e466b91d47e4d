import { badRequestError, invalidError, type StatusError } from '../status-error.ts';
import { invalid } from '../field-errors.ts';

/** Why a value is not an object of its kind, in the words of Go's JSON decoder. */
export interface DecodeFailure {
  readonly message: string;
}

/** Ends a decode that is under way. Thrown inside this folder only; see `decodeValue`. */
export class DecodeError extends Error {}

/** What upstream puts before the problems that only strict decoding minds. */
export function strictFailure(problems: readonly string[]): DecodeFailure {
  return { message: `strict decoding error: ${problems.join(', ')}` };
}

/** What the body of a request claims to be; empty texts where it does not say. */
export interface ClaimedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** 400: the body of a create or update cannot be decoded as `expectedKind`. */
export function decodeStatus(
  failure: DecodeFailure,
  claimed: ClaimedKind,
  expectedKind: string,
): StatusError {
  if (claimed.kind === '') {
    return badRequestError(
      `the object provided is unrecognized (must be of type ${expectedKind}): ${failure.message}`,
    );
  }
  const version = claimed.apiVersion.slice(claimed.apiVersion.indexOf('/') + 1);
  return badRequestError(
    `${claimed.kind} in version "${version}" cannot be handled as a ${expectedKind}: ${failure.message}`,
  );
}

/**
 * 422: what a patch makes cannot be decoded. `shown` is what the message repeats: the patched object as JSON for JSON
 * and merge patches, the patch as Go prints it for strategic merge patches.
 */
export function patchDecodeStatus(failure: DecodeFailure, shown: string): StatusError {
  return invalidError({ group: '', kind: '' }, '', [invalid('patch', shown, failure.message)]);
}
