import { decodeCustom } from '../custom/decode.ts';
import { completeObject } from '../../../api/decode/complete.ts';
import {
  decodeObject,
  decodeValue,
  type Decoded,
  type FieldValidation,
} from '../../../api/decode/decode.ts';
import { decodeStatus, noBodyStatus } from '../../../api/decode/failure.ts';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { structSchema } from '../../../api/schema/lookup.ts';
import type { StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import { writtenKind } from './written-kind.ts';

const noWarnings: readonly string[] = Object.freeze([]);
/** The object in a request's body, decoded as a kind. What components made of typed objects needs no decoding. */
export function readBody(
  request: ApiRequest,
  kind: KindDeclaration,
): Result<Decoded<KubernetesObject>, StatusError> {
  return decodeAs(request, request.body, kind);
}

/** The same for a value that was made from a body; `old` is the object that it was made from, if it was. */
export function decodeAs(
  request: ApiRequest,
  value: unknown,
  kind: KindDeclaration,
  old?: KubernetesObject,
): Result<Decoded<KubernetesObject>, StatusError> {
  if (kind.custom !== undefined) {
    const duplicateFields = old === undefined ? request.duplicateFields : undefined;
    return decodeCustom(value, kind, kind.custom, {
      fieldValidation: fieldValidationOf(request),
      ...(duplicateFields === undefined ? undefined : { duplicateFields }),
    });
  }
  const { schema, completion } = writtenKind(kind);
  const { apiVersion, kind: name } = kind;
  if (request.typed === true && typeof value === 'object' && value !== null) {
    // Typed by whoever sent it; that it is of this kind, its path says.
    const object = value as KubernetesObject;
    const named =
      object.kind === name && object.apiVersion === apiVersion
        ? object
        : { ...object, apiVersion, kind: name };
    // What is the old object's is complete already, as everything stored is.
    return success({ value: completeObject(named, completion, old), warnings: noWarnings });
  }
  const expected = { apiVersion, kind: name };
  if (value === undefined) return refusal(noBodyStatus(kind.kind));
  const { duplicateFields } = request;
  // What a patch made has no text of its own.
  return duplicateFields === undefined || old !== undefined
    ? decodeObject(value, expected, schema, { fieldValidation: fieldValidationOf(request) })
    : decodeObject(value, expected, schema, {
        fieldValidation: fieldValidationOf(request),
        duplicateFields,
      });
}

/** `fieldValidation` of the query, which a stage has checked; the server warns by default. */
export function fieldValidationOf({ query }: ApiRequest): FieldValidation {
  const asked = query['fieldValidation'];
  return asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn';
}

/** A body that is no object of the store (Binding, Eviction), decoded as the type of that name. */
export function readPlainBody(
  request: ApiRequest,
  type: string,
): Result<Readonly<Record<string, unknown>>, StatusError> {
  const { body } = request;
  if (request.typed === true && typeof body === 'object' && body !== null) {
    return success(body as Readonly<Record<string, unknown>>);
  }
  const fieldValidation = fieldValidationOf(request);
  const decoded = decodeValue(body ?? {}, structSchema(type), { fieldValidation });
  if (decoded.ok) return success(decoded.value.value);
  return refusal(decodeStatus(decoded.error, { apiVersion: '', kind: '' }, type));
}
