import type { KubernetesObject } from '../../../api/generated/types.ts';
import { apiVersionOf } from '../../../api/kinds/index.ts';
import { badRequestError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import type { RequestTarget } from '../request-target.ts';

/** The object in a request's body, decoded as the target's kind. */
export function readBody(
  request: ApiRequest,
  { kind }: RequestTarget,
): Result<KubernetesObject, StatusError> {
  const { body } = request;
  if (typeof body !== 'object' || body === null) {
    return refusal(badRequestError('the object provided is unrecognized'));
  }
  const object = body as KubernetesObject;
  if (object.kind === kind.kind && object.apiVersion === apiVersionOf(kind)) return success(object);
  return success({ ...object, kind: kind.kind, apiVersion: apiVersionOf(kind) });
}
