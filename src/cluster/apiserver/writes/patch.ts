import type { KubernetesObject } from '../../../api/generated/types.ts';
import { forbidden } from '../../../api/field-errors.ts';
import { serverJson } from '../../../api/encode/server-json.ts';
import { isObject } from '../../../api/patch/json.ts';
import { applyJsonPatch, jsonPatchOperationsMax } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import type { PatchSchema } from '../../../api/patch/patch-schema.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-apply.ts';
import {
  badRequestError,
  conflictError,
  invalidError,
  notFoundError,
  requestEntityTooLargeError,
  statusError,
  unsupportedMediaTypeError,
  type StatusError,
} from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import { refuse, type Answer } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';
import { applyObject } from './apply.ts';
import { decodeAs } from './body.ts';
import { resourceOf } from './finish.ts';
import { currentObject, updateTo, withDefaults } from './update.ts';
import { writtenKind } from './written-kind.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

const patchTypes = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];

const customPatchTypes = [JSON_PATCH, MERGE_PATCH, APPLY_PATCH];

/** How often a patch is made anew on a newer object before the client is told of the conflict. */
export const PATCH_ATTEMPTS_MAX = 5;

/** PATCH of an object or of its status. */
export function patchObject(call: VerbCall): Answer {
  const { exchange, target, at } = call;
  const { request } = exchange;
  const { kind } = target;
  const type = mediaTypeOf(request);
  // Custom resources have no merge keys to merge by.
  if (type !== STRATEGIC_PATCH || kind.custom !== undefined) {
    const types = kind.custom === undefined ? patchTypes : customPatchTypes;
    if (!types.includes(type)) return refuse(unsupportedMediaTypeError(types));
    if (type === APPLY_PATCH) return applyObject(call);
  }
  if (request.query['force'] !== undefined) {
    const problem = forbidden('force', 'may not be specified for non-apply patch');
    const options = { group: 'meta.k8s.io', kind: 'PatchOptions' };
    return refuse(invalidError(options, '', [problem]));
  }
  const old = currentObject(call);
  if (old === undefined) return refuse(notFoundError(resourceOf(call), target.name));
  if (at.attempt > PATCH_ATTEMPTS_MAX) return refuse(conflictError(resourceOf(call), target.name));
  const patched = applyPatch(type, request.body, old, writtenKind(kind).patchSchema);
  if (!patched.ok) return refuse(patched.error);
  const next = decodeAs(request, patched.value, kind, old);
  if (!next.ok) return refuse(next.error);
  const { value, warnings } = next.value;
  const { resourceVersion = '' } = value.metadata;
  if (resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    return refuse(conflictError(resourceOf(call), target.name));
  }
  return updateTo(call, { next: withDefaults(kind, value, old), old, warnings });
}

/** The media type of a request's body, without its parameters. */
export function mediaTypeOf({ contentType = '' }: ApiRequest): string {
  if (contentType === STRATEGIC_PATCH) return contentType;
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim();
}

/** What a patch that is no apply makes of an object, before it is decoded. */
export function applyPatch(
  type: string,
  body: unknown,
  old: KubernetesObject,
  schema: PatchSchema,
): Result<unknown, StatusError> {
  switch (type) {
    case JSON_PATCH:
      return jsonPatched(old, body);
    case MERGE_PATCH:
      if (!isObject(body)) return refusal(notAnObject(body));
      return success(applyMergePatch(old, body));
    default: {
      if (!isObject(body)) return refusal(notAnObject(body));
      // An object of the API is a JSON object.
      const document = old as unknown as Readonly<Record<string, unknown>>;
      const patched = applyStrategicMergePatch(document, body, schema);
      return patched.ok ? patched : refusal(badRequestError(patched.error.message));
    }
  }
}

function jsonPatched(old: KubernetesObject, body: unknown): Result<unknown, StatusError> {
  if (!Array.isArray(body)) {
    const patched = applyJsonPatch(old, body);
    return patched.ok ? patched : refusal(badRequestError(patched.error.message));
  }
  if (body.length > jsonPatchOperationsMax) {
    return refusal(
      requestEntityTooLargeError(
        `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${body.length}`,
      ),
    );
  }
  // Its paths lead into what a client reads, zero values and all.
  const patched = applyJsonPatch(serverJson(old), body);
  if (patched.ok) return patched;
  // Upstream keeps to itself what was wrong.
  return refusal(
    statusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    ),
  );
}

function notAnObject(body: unknown): StatusError {
  const what = body === null ? 'null' : Array.isArray(body) ? 'array' : typeof body;
  return badRequestError(
    `error decoding patch: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`,
  );
}
