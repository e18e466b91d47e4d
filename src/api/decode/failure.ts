import { badRequestError, invalidError, type StatusError } from '../status-error.ts';
import { invalid } from '../field-errors.ts';
import { bodySummary, jsonFault } from './json-fault.ts';

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

/** 400: a body of which not even the kind can be told; `head` is its beginning. */
export function unreadableStatus(fault: string, head: string, expectedKind: string): StatusError {
  const message = `couldn't get version/kind; json parse error: ${fault} (${head})`;
  return decodeStatus({ message }, { apiVersion: '', kind: '' }, expectedKind);
}

/** The same for no body at all. */
export function noBodyStatus(expectedKind: string): StatusError {
  return unreadableStatus(jsonFault('') ?? '', bodySummary(''), expectedKind);
}

/**
 * 422: what a patch makes cannot be decoded. `shown` is what the message repeats: the patched object as JSON for JSON
 * and merge patches, the patch as Go prints it for strategic merge patches.
 */
export function patchDecodeStatus(failure: DecodeFailure, shown: string): StatusError {
  return invalidError({ group: '', kind: '' }, '', [invalid('patch', shown, failure.message)]);
}
