import type { KubernetesObject, Scale, Table } from '../../../api/generated/types.ts';
import { decodeObject } from '../../../api/decode/decode.ts';
import { invalid } from '../../../api/field-errors.ts';
import { ageColumn, ageOf, nameColumn, numberColumn } from '../../../api/printers/columns.ts';
import { patchSchemaOf } from '../../../api/patch/patch-schema.ts';
import { structSchema } from '../../../api/schema/lookup.ts';
import {
  badRequestError,
  conflictError,
  invalidError,
  notFoundError,
  unsupportedMediaTypeError,
  type StatusError,
} from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import { refuse, reply, type Answer, type Then } from '../exchange.ts';
import { formOf } from '../reads/object-form.ts';
import { targetOf } from '../request-target.ts';
import { calendarMillis } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { fieldValidationOf } from '../writes/body.ts';
import { resourceOf } from '../writes/finish.ts';
import {
  applyPatch,
  APPLY_PATCH,
  JSON_PATCH,
  mediaTypeOf,
  MERGE_PATCH,
  STRATEGIC_PATCH,
} from '../writes/patch.ts';
import { currentObject, updateTo } from '../writes/update.ts';

const expected = { apiVersion: 'autoscaling/v1', kind: 'Scale' };
const patchTypes = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH];

/** GET of an object's scale. */
export function getScale(call: VerbCall): Answer {
  const object = currentObject(call);
  if (object === undefined) return refuse(notFoundError(resourceOf(call), call.target.name));
  const scale = scaleOf(call.exchange.request.path, object);
  const form = formOf(call.exchange.request);
  return reply(form.startsWith('table') ? scaleTable(scale, calendarMillis(call.server)) : scale);
}

function scaleTable(scale: Scale & KubernetesObject, now: number): Table {
  const { name = '', resourceVersion = '' } = scale.metadata;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: [
      nameColumn,
      numberColumn('Desired', 'How many pods are wanted.'),
      numberColumn('Available', 'How many pods there are.'),
      ageColumn,
    ],
    rows: [
      {
        cells: [name, scale.spec?.replicas ?? 0, scale.status?.replicas ?? 0, ageOf(scale, now)],
        object: scale,
      },
    ],
  };
}

/** PUT or PATCH of an object's scale: only its replica count changes. */
export function updateScale(call: VerbCall): Answer {
  const { exchange, target } = call;
  const { kind, name } = target;
  const { request } = exchange;
  const old = currentObject(call);
  if (old === undefined || kind.scale === undefined) {
    return refuse(notFoundError(resourceOf(call), name));
  }
  const read = readScale(call, old);
  if (!read.ok) return refuse(read.error);
  const scale = read.value;
  const { resourceVersion = '' } = scale.metadata ?? {};
  if (resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    return refuse(conflictError(resourceOf(call), name));
  }
  const given = scale.metadata?.name;
  if (given !== undefined && given !== '' && given !== name) {
    return refuse(
      badRequestError(
        `the name of the object (${given}) does not match the name on the URL (${name})`,
      ),
    );
  }
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas < 0) {
    const problem = invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
    return refuse(invalidError({ group: 'autoscaling', kind: 'Scale' }, name, [problem]));
  }
  if (kind.scale.specReplicas(old) === replicas) return reply(scaleOf(request.path, old));
  const next = kind.scale.withReplicas(old, replicas);
  const answer = updateTo(call, { next, old, warnings: [] }, SCALED);
  // A trial run is answered at once, with the object itself.
  return answer.kind === 'reply' && answer.code === 200
    ? { ...answer, body: scaleOf(request.path, answer.body as KubernetesObject) }
    : answer;
}

/** The answer is the Scale of what was written. */
const SCALED: Then = Object.freeze({ kind: 'scale' });

function readScale(call: VerbCall, old: KubernetesObject): Result<Scale, StatusError> {
  const { request } = call.exchange;
  const schema = structSchema('Scale');
  let body = request.body;
  if (request.method === 'PATCH') {
    const type = mediaTypeOf(request);
    // Applying a Scale, with its field managers, is not served.
    if (type === APPLY_PATCH || !patchTypes.includes(type)) {
      return refusal(unsupportedMediaTypeError(patchTypes));
    }
    const scale = scaleOf(request.path, old);
    const patched = applyPatch(type, body, scale, patchSchemaOf(schema));
    if (!patched.ok) return patched;
    body = patched.value;
  }
  const decoded = decodeObject(body, expected, schema, {
    fieldValidation: fieldValidationOf(request),
  });
  // Decoded by the schema that the type is made from.
  return decoded.ok ? success(decoded.value.value as Scale) : decoded;
}

/** The Scale that stands for the object at a path. */
export function scaleOf(path: string, object: KubernetesObject): Scale & KubernetesObject {
  const scale = targetOf(path)?.kind.scale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = scale?.specReplicas(object) ?? 0;
  const selector = scale?.selector(object) ?? '';
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name === undefined ? undefined : { name }),
      ...(namespace === undefined ? undefined : { namespace }),
      ...(uid === undefined ? undefined : { uid }),
      ...(resourceVersion === undefined ? undefined : { resourceVersion }),
      ...(creationTimestamp === undefined ? undefined : { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: scale?.statusReplicas(object) ?? 0,
      ...(selector === '' ? undefined : { selector }),
    },
  };
}
