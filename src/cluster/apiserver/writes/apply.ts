import { required, type FieldError } from '../../../api/field-errors.ts';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import { applyConfiguration } from '../../../api/managed-fields/apply.ts';
import { isObject } from '../../../api/patch/json.ts';
import {
  badRequestError,
  conflictError,
  invalidError,
  notFoundError,
} from '../../../api/status-error.ts';
import { refuse, type Answer } from '../exchange.ts';
import { isTrue, type VerbCall } from '../verb.ts';
import { decodeCustom } from '../custom/decode.ts';
import { writtenKind } from './written-kind.ts';
import { createFrom } from './create.ts';
import { managerOf, writerOf } from './field-managers.ts';
import { resourceOf } from './finish.ts';
import { addressProblem } from './metadata.ts';
import { currentObject, updateTo } from './update.ts';

/** PATCH with a configuration: server-side apply. Creates what is not there. */
export function applyObject(call: VerbCall): Answer {
  const { exchange, target } = call;
  const { kind, name } = target;
  const { request } = exchange;
  const problem = optionProblem(request.query);
  if (problem !== undefined) {
    const options = { group: 'meta.k8s.io', kind: 'PatchOptions' };
    return refuse(invalidError(options, '', [problem]));
  }
  const { body } = request;
  if (!isObject(body))
    return refuse(badRequestError('error decoding YAML: the body is not an object'));
  const misplaced = placeProblem(body, call);
  if (misplaced !== undefined) return refuse(misplaced);
  const live = currentObject(call);
  if (live === undefined && target.subresource !== '') {
    return refuse(notFoundError(resourceOf(call), name));
  }
  const written = writtenKind(kind);
  const applied = applyConfiguration(live, body, written.schema, {
    ...writerOf(call, written),
    manager: managerOf(request),
    kind: kind.kind,
    force: isTrue(request.query['force']),
  });
  if (!applied.ok) return refuse(applied.error);
  const { custom } = kind;
  const checked =
    custom === undefined
      ? applied
      : decodeCustom(applied.value.object, kind, custom, { fieldValidation: 'Ignore' });
  if (!checked.ok) return refuse(checked.error);
  const object = 'object' in checked.value ? checked.value.object : checked.value.value;
  if (live === undefined) return createApplied(call, object);
  const { resourceVersion = '' } = object.metadata;
  if (resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) {
    return refuse(conflictError(resourceOf(call), name));
  }
  return updateTo(call, { next: kind.defaults(object), old: live, warnings: [], isTracked: true });
}

function createApplied(call: VerbCall, object: KubernetesObject): Answer {
  const { name } = call.target;
  const { uid = '' } = object.metadata;
  if (uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    return refuse(conflictError(resourceOf(call), name, why));
  }
  const named = { ...object, metadata: { ...object.metadata, name } };
  return createFrom(call, named, [], true);
}

/** An applier has a name. */
function optionProblem(query: Readonly<Record<string, string>>): FieldError | undefined {
  return (query['fieldManager'] ?? '') === ''
    ? required('fieldManager', 'is required for apply patch')
    : undefined;
}

function placeProblem(
  body: Readonly<Record<string, unknown>>,
  { target }: VerbCall,
): ReturnType<typeof addressProblem> {
  const { metadata } = body;
  if (!isObject(metadata)) return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const { name, namespace } = metadata;
  const {
    kind,
    kind: { version: apiVersion },
  } = target;
  // The address alone is looked at.
  const placed: KubernetesObject = {
    apiVersion,
    kind: kind.kind,
    metadata: { name: text(name), namespace: text(namespace) },
  };
  return addressProblem(placed, target);
}
