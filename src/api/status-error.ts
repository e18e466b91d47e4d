import { aggregateMessage, fieldErrorBody, type FieldErrors } from './field-errors.ts';
import { goQuote } from './go-text.ts';

/**
 * The API's way of saying no: a `Status` object with the HTTP code, the machine-readable reason and the message
 * of upstream (apimachinery's api/errors package). A refusal is a value; nothing here throws.
 */
export interface StatusError {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: StatusReason;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource in most errors, the kind in `Invalid`. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export type StatusReason =
  | ''
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable';

/** A resource as the messages name it: `deployments.apps`, or `pods` for the core group. */
export interface GroupResource {
  readonly group: string;
  /** Plural, lower case. */
  readonly resource: string;
}

/** A kind as the messages name it: `Deployment.apps`, or `Pod`. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

const emptyMetadata: Readonly<Record<string, never>> = Object.freeze({});

/** A Status of any code and reason, for what has no constructor below. */
export function statusError(
  code: number,
  reason: StatusReason,
  message: string,
  details?: StatusDetails,
): StatusError {
  const head = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: emptyMetadata,
    status: 'Failure',
    message,
    reason,
  } as const;
  return details === undefined ? { ...head, code } : { ...head, details, code };
}

/** True for a Status that says no, whoever made it. */
export function isStatusError(value: unknown): value is StatusError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'Status' &&
    'status' in value &&
    value.status === 'Failure'
  );
}

/** `deployments.apps`, or `pods` in the core group. */
export function groupResourceText({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `Deployment.apps`, or `Pod` in the core group. */
export function groupKindText({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** Details as upstream's JSON has them: empty texts left out. */
function detailsOf(name: string, group: string, kind: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
  };
}

function resourceDetails(resource: GroupResource, name: string): StatusDetails {
  return detailsOf(name, resource.group, resource.resource);
}

function named(resource: GroupResource, name: string): string {
  return `${groupResourceText(resource)} ${goQuote(name)}`;
}

/** 404: no object of that name. */
export function notFoundError(resource: GroupResource, name: string): StatusError {
  return statusError(
    404,
    'NotFound',
    `${named(resource, name)} not found`,
    resourceDetails(resource, name),
  );
}

/** 404: no such path or resource type at all. */
export function unknownResourceError(): StatusError {
  return statusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409: create of a name that is taken. */
export function alreadyExistsError(resource: GroupResource, name: string): StatusError {
  return statusError(
    409,
    'AlreadyExists',
    `${named(resource, name)} already exists`,
    resourceDetails(resource, name),
  );
}

/** 409: no free name was found for a generateName. */
export function generateNameConflictError(
  resource: GroupResource,
  name: string,
  retryAfterSeconds: number,
): StatusError {
  return statusError(
    409,
    'AlreadyExists',
    `${named(resource, name)} already exists, the server was not able to generate a unique name for the object`,
    { ...resourceDetails(resource, name), retryAfterSeconds },
  );
}

/** What a stale resourceVersion is told. */
export const objectModifiedMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409: the update cannot be made on what is there now; `why` is by default that the object has been modified. */
export function conflictError(
  resource: GroupResource,
  name: string,
  why: string = objectModifiedMessage,
): StatusError {
  return statusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${named(resource, name)}: ${why}`,
    resourceDetails(resource, name),
  );
}

/** 409: server-side apply meets fields that other managers own; one cause a field, reason FieldManagerConflict. */
export function applyConflictError(causes: readonly StatusCause[], message: string): StatusError {
  return statusError(409, 'Conflict', message, { causes });
}

/** 422: fields refused by validation. */
export function invalidError(kind: GroupKind, name: string, errors: FieldErrors): StatusError {
  const head = `${groupKindText(kind)} ${goQuote(name)} is invalid`;
  const causes = errors.map((each) => ({
    reason: each.type,
    message: fieldErrorBody(each),
    field: each.field,
  }));
  return statusError(
    422,
    'Invalid',
    errors.length === 0 ? head : `${head}: ${aggregateMessage(errors)}`,
    { ...detailsOf(name, kind.group, kind.kind), ...(causes.length === 0 ? {} : { causes }) },
  );
}

/** 400: the request makes no sense as it stands. */
export function badRequestError(message: string): StatusError {
  return statusError(400, 'BadRequest', message);
}

/** 401: who asks is not known. */
export function unauthorizedError(message = 'Unauthorized'): StatusError {
  return statusError(401, 'Unauthorized', message);
}

/** 403: understood and not allowed; `why` says by what. An empty name speaks of the whole resource. */
export function forbiddenError(resource: GroupResource, name: string, why: string): StatusError {
  const what = name === '' ? groupResourceText(resource) : named(resource, name);
  const message = resource.resource === '' ? `forbidden: ${why}` : `${what} is forbidden: ${why}`;
  return statusError(403, 'Forbidden', message, resourceDetails(resource, name));
}

/** 405: the resource has no such operation. */
export function methodNotSupportedError(resource: GroupResource, action: string): StatusError {
  return statusError(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind ${goQuote(groupResourceText(resource))}`,
    resourceDetails(resource, ''),
  );
}

/** 405: the path knows no such HTTP method. */
export function methodNotAllowedError(): StatusError {
  return statusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** 406: none of the accepted media types can be produced. */
export function notAcceptableError(supported: readonly string[]): StatusError {
  return statusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${supported.join(', ')}`,
  );
}

/** 415: the body's media type is none of the supported ones. */
export function unsupportedMediaTypeError(supported: readonly string[]): StatusError {
  return statusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`,
  );
}

/** 410 Gone: no longer here, and no new address known. */
export function goneError(message: string): StatusError {
  return statusError(410, 'Gone', message);
}

/** 410 Expired: a resourceVersion or continue token that is too old; list again. */
export function expiredError(message: string): StatusError {
  return statusError(410, 'Expired', message);
}

/** 410 for a watch from a compacted revision, as the watch cache says it. */
export function tooOldResourceVersionError(asked: string, oldest: string): StatusError {
  return expiredError(`too old resource version: ${asked} (${oldest})`);
}

/** 413: the request is larger than the server reads. */
export function requestEntityTooLargeError(message: string): StatusError {
  return statusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 429: come back after `retryAfterSeconds`; also what an eviction over a disruption budget gets, with its causes. */
export function tooManyRequestsError(
  message: string,
  retryAfterSeconds: number,
  causes?: readonly StatusCause[],
): StatusError {
  return statusError(429, 'TooManyRequests', message, {
    ...(causes === undefined ? {} : { causes }),
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}

/** 500: a bug or a broken part. */
export function internalError(why: string): StatusError {
  return statusError(500, 'InternalError', `Internal error occurred: ${why}`, {
    causes: [{ message: why }],
  });
}

/** 500 ServerTimeout: a passing trouble; the client should try again. */
export function serverTimeoutError(
  resource: GroupResource,
  operation: string,
  retryAfterSeconds: number,
): StatusError {
  return statusError(
    500,
    'ServerTimeout',
    `The ${operation} operation against ${groupResourceText(resource)} could not be completed at this time, please try again.`,
    {
      ...resourceDetails(resource, operation),
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  );
}

/** 503: not serving now. */
export function serviceUnavailableError(message: string): StatusError {
  return statusError(503, 'ServiceUnavailable', message);
}

/** 504: not done in time; it may still be done later. */
export function timeoutError(message: string, retryAfterSeconds = 0): StatusError {
  return statusError(
    504,
    'Timeout',
    `Timeout: ${message}`,
    retryAfterSeconds === 0 ? {} : { retryAfterSeconds },
  );
}
