import { refusal, success, type Result } from '../../base/result.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { isObject, ownValue } from '../patch/json.ts';
import { schemaOf } from '../schema/lookup.ts';
import type { StructSchema } from '../schema/schema.ts';
import { badRequestError, type StatusError } from '../status-error.ts';
import {
  DecodeError,
  decodeStatus,
  strictFailure,
  unreadableStatus,
  type DecodeFailure,
} from './failure.ts';
import { bodySummary } from './json-fault.ts';
import { decodeFields } from './fields.ts';

/** What becomes of unknown and duplicate fields: refused, warned of, or dropped in silence. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** Field paths that the body's text had twice; only who parsed the text can know (`spec.replicas`). */
  readonly duplicateFields?: readonly string[];
}

export interface Decoded<T> {
  readonly value: T;
  /** Texts for the answer's `Warning` header. */
  readonly warnings: readonly string[];
}

const noWarnings: readonly string[] = Object.freeze([]);

/**
 * A plain JSON value as a value of one of the API's types, as Go's decoder makes it: every known field of the right
 * type, quantities and times in their canonical text, null fields gone, fields that the server always holds filled in,
 * unknown fields refused, warned of or dropped. Parts that need no change are shared with the input.
 */
export function decodeValue(
  value: unknown,
  schema: StructSchema,
  options: DecodeOptions,
): Result<Decoded<Readonly<Record<string, unknown>>>, DecodeFailure> {
  try {
    const { decoded, unknownFields } = decodeFields(value, schema);
    if (options.fieldValidation === 'Ignore') {
      return success({ value: decoded, warnings: noWarnings });
    }
    const duplicates = options.duplicateFields ?? noWarnings;
    if (unknownFields.length === 0 && duplicates.length === 0) {
      return success({ value: decoded, warnings: noWarnings });
    }
    const problems = [
      ...unknownFields.map((path) => `unknown field "${path}"`),
      ...duplicates.map((path) => `duplicate field "${path}"`),
    ];
    return options.fieldValidation === 'Strict'
      ? refusal(strictFailure(problems))
      : success({ value: decoded, warnings: problems });
  } catch (error) {
    if (error instanceof DecodeError) return refusal({ message: error.message });
    throw error;
  }
}

/** What a request's path expects its body to be. */
export interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The body of a create or update as an object of the expected kind; a body that does not say its apiVersion or kind is
 * taken to be of it. Refusals are the API server's 400s. The kind must have a schema (see `schemaOf`).
 */
export function decodeObject(
  body: unknown,
  expected: ExpectedKind,
  schema: StructSchema,
  options: DecodeOptions,
): Result<Decoded<KubernetesObject>, StatusError> {
  if (!isObject(body)) {
    const what = goTypeOfJson(body);
    const fault = `json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
    return refusal(unreadableStatus(fault, bodySummary(JSON.stringify(body)), expected.kind));
  }
  const claimed = {
    apiVersion: textOr(ownValue(body, 'apiVersion'), expected.apiVersion),
    kind: textOr(ownValue(body, 'kind'), expected.kind),
  };
  const mismatch = mismatchOf(claimed, expected);
  if (mismatch !== undefined) return refusal(mismatch);
  const complete =
    ownValue(body, 'apiVersion') === claimed.apiVersion && ownValue(body, 'kind') === claimed.kind
      ? body
      : { ...body, ...claimed };
  const decoded = decodeValue(complete, schema, options);
  if (!decoded.ok) return refusal(decodeStatus(decoded.error, claimed, expected.kind));
  const { value, warnings } = decoded.value;
  // The decoder has checked every field against the schema from which the types are generated.
  return success({ value: value as unknown as KubernetesObject, warnings });
}

/** What Go's decoder calls a JSON value. */
function goTypeOfJson(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** Bodies of another kind or version than the path's. */
function mismatchOf(claimed: ExpectedKind, expected: ExpectedKind): StatusError | undefined {
  if (claimed.apiVersion === expected.apiVersion && claimed.kind === expected.kind)
    return undefined;
  const known = schemaOf(claimed.apiVersion, claimed.kind) !== undefined;
  if (known && claimed.kind === expected.kind) {
    return badRequestError(
      `the API version in the data (${claimed.apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  const message = known
    ? `converting (${goTypeOf(claimed)}) to (${internalTypeOf(expected)}): unknown conversion`
    : `no kind "${claimed.kind}" is registered for version "${claimed.apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  return decodeStatus({ message }, claimed, expected.kind);
}

function goTypeOf({ apiVersion, kind }: ExpectedKind): string {
  return `${apiVersion.slice(apiVersion.indexOf('/') + 1)}.${kind}`;
}

/** The API server's own types live in packages called after the first word of the group. */
function internalTypeOf({ apiVersion, kind }: ExpectedKind): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : 'core';
  return `${group.split('.')[0] ?? group}.${kind}`;
}
