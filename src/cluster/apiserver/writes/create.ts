import type { KubernetesObject } from '../../../api/generated/types.ts';
import {
  alreadyExistsError,
  generateNameConflictError,
  invalidError,
  statusError,
} from '../../../api/status-error.ts';
import { admit } from '../admission/index.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer } from '../exchange.ts';
import { formOf, present } from '../reads/object-form.ts';
import { keyOf } from '../request-target.ts';
import { cacheOf, calendarMillis } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { readBody } from './body.ts';
import { commitObject } from './commit.ts';
import { isDryRun } from './dry-run.ts';
import { ownFields } from './field-managers.ts';
import { addressProblem, withNewMetadata } from './metadata.ts';

/** POST to a collection: decode, then `createFrom`. */
export function createObject(call: VerbCall): Answer {
  const body = readBody(call.exchange.request, call.target);
  return body.ok ? createFrom(call, body.value) : refuse(body.error);
}

/** Brings a decoded object into being: default, admit, name, validate, store. */
export function createFrom(call: VerbCall, body: KubernetesObject): Answer {
  const { server, exchange, target } = call;
  const { kind } = target;
  const resource = { group: kind.group, resource: kind.plural };
  const misplaced = addressProblem(body, target);
  if (misplaced !== undefined) return refuse(misplaced);
  const { resourceVersion = '' } = body.metadata;
  if (resourceVersion !== '' && resourceVersion !== '0') {
    return refuse(
      statusError(500, '', 'resourceVersion should not be set on objects to be created'),
    );
  }
  const admitted = admit(call, { next: kind.defaults(body), old: undefined });
  if (!admitted.ok) return refuse(admitted.error);
  const named = withNewMetadata(server, admitted.value, target);
  const prepared = kind.prepareForCreate(named);
  const object = ownFields(call, { next: prepared, old: undefined });
  const name = object.metadata.name ?? '';
  const errors = kind.validate(object);
  if (errors.length > 0) return refuse(invalidError(kind, name, errors));
  const key = keyOf(kind, target.namespace, name);
  const existing = cacheOf(server, kind.storage).objects.get(key);
  if (existing !== undefined) {
    const isGenerated = (body.metadata.name ?? '') === '';
    const status = isGenerated
      ? generateNameConflictError(resource, name, 1)
      : alreadyExistsError(resource, name);
    if (existing.metadata.deletionTimestamp === undefined) return refuse(status);
    return refuse({ ...status, message: `object is being deleted: ${status.message}` });
  }
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (isDryRun(exchange.request)) {
    const form = formOf(exchange.request);
    return reply(present(object, { kind, form, now: calendarMillis(server) }), 201);
  }
  return commitObject(server, {
    kind,
    key,
    next: object,
    old: undefined,
    then: { kind: 'object', code: 201 },
    warnings: kind.warnings(object),
  });
}
