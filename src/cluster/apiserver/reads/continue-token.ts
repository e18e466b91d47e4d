import { badRequestError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';

/**
 * Where a list went on to, as the opaque text that clients hand back: upstream's JSON in unpadded base64 of URLs. A
 * revision of −1 goes on with whatever is there now.
 */
export interface ContinueToken {
  readonly revision: number;
  /** The first key of the next page, relative to the collection's prefix. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

export function writeContinueToken({ revision, start }: ContinueToken): string {
  const json = JSON.stringify({ v: VERSION, rv: revision, start });
  return btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Reads a token back, or says why it is none. */
export function readContinueToken(text: string): Result<ContinueToken, StatusError> {
  const no = (why: string): Result<ContinueToken, StatusError> =>
    refusal(badRequestError(`continue key is not valid: ${why}`));
  let parsed: unknown;
  try {
    parsed = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return no('illegal base64 data');
  }
  if (typeof parsed !== 'object' || parsed === null) return no('not an object');
  const { v, rv, start } = parsed as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== VERSION)
    return no(`server does not recognize this encoded version ${JSON.stringify(v)}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    return no('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '' || start.includes('..')) {
    return no('encoded start key empty (version meta.k8s.io/v1)');
  }
  return success({ revision: rv, start });
}
