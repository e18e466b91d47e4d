import { goJson, goQuote } from './go-text.ts';

/**
 * Refusals of single fields, as the API server reports them (upstream: apimachinery's `field` package).
 * A validator answers with a list of them; `status-error.ts` turns the list into the Status that a client sees.
 * Field paths are plain text, `spec.containers[0].ports[1].name`; list items by index, map entries by key.
 */
export interface FieldError {
  /** The machine-readable word, which is also the `reason` of a cause in a Status. */
  readonly type: FieldErrorType;
  readonly field: string;
  /** What the user gave; printed by the types that print it. */
  readonly badValue: unknown;
  readonly detail: string;
}

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooShort'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** What a validator answers. The empty list, always the same one, means valid. */
export type FieldErrors = readonly FieldError[];

/** The answer "valid", shared so that the usual case allocates nothing. */
export const noErrors: FieldErrors = Object.freeze([]);

const titles: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooShort: 'Too short',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

/** The value is absent, empty or null where one must be given. */
export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, badValue: '', detail };
}

/** The value is malformed or out of bounds. */
export function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, badValue, detail };
}

/** The value is of the wrong type for its field. */
export function typeInvalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, badValue, detail };
}

/** The value is none of an enumeration; `supported` is listed in the order given. */
export function notSupported(
  field: string,
  badValue: unknown,
  supported: readonly string[],
): FieldError {
  const detail =
    supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  return { type: 'FieldValueNotSupported', field, badValue, detail };
}

/** The value occurs twice where values must be unique. */
export function duplicate(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, badValue, detail: '' };
}

/** The value refers to something that is not there. */
export function notFound(field: string, badValue: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, badValue, detail: '' };
}

/** The value is well-formed, and not permitted here. */
export function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, badValue: '', detail };
}

/** The value is longer than `maxBytes` bytes; the value itself is never printed. */
export function tooLong(field: string, maxBytes: number): FieldError {
  return {
    type: 'FieldValueTooLong',
    field,
    badValue: '<value omitted>',
    detail: `may not be more than ${maxBytes} ${maxBytes === 1 ? 'byte' : 'bytes'}`,
  };
}

/** The list has more than `max` items. */
export function tooMany(field: string, count: number, max: number): FieldError {
  return {
    type: 'FieldValueTooMany',
    field,
    badValue: count,
    detail: `must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
  };
}

/** The list has fewer than `min` items. */
export function tooFew(field: string, count: number, min: number): FieldError {
  return {
    type: 'FieldValueTooFew',
    field,
    badValue: count,
    detail: `must have at least ${min} ${min === 1 ? 'item' : 'items'}`,
  };
}

/** Something went wrong that is not the user's doing. */
export function internalFieldError(field: string, detail: string): FieldError {
  return { type: 'InternalError', field, badValue: detail, detail };
}

/**
 * The message without the field's path, as a cause in a Status carries it: `Invalid value: 0: must be …`.
 * Text is printed as Go's `%q`, simple values as they are, all others as JSON (since v1.33; before, as Go literals).
 */
export function fieldErrorBody(error: FieldError): string {
  const title = titles[error.type];
  const head = printsValue(error.type) ? `${title}: ${printValue(error.badValue)}` : title;
  return error.detail === '' ? head : `${head}: ${error.detail}`;
}

/** The whole message, path first. */
export function fieldErrorMessage(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Several messages as one: a single one as it is, more as `[first, second]`, each text once. Empty for no errors. */
export function aggregateMessage(errors: FieldErrors): string {
  return aggregateTexts(errors.map(fieldErrorMessage));
}

/** As `aggregateMessage`, for texts that are already there. */
export function aggregateTexts(texts: readonly string[]): string {
  const unique = [...new Set(texts)];
  return unique.length === 1
    ? (unique[0] ?? '')
    : unique.length === 0
      ? ''
      : `[${unique.join(', ')}]`;
}

function printsValue(type: FieldErrorType): boolean {
  switch (type) {
    case 'FieldValueRequired':
    case 'FieldValueForbidden':
    case 'FieldValueTooLong':
    case 'FieldValueTooShort':
    case 'InternalError':
      return false;
    default:
      return true;
  }
}

function printValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null) return 'null';
  return goJson(value);
}
