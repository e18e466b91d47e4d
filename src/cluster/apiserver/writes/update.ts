import type { KubernetesObject } from '../../../api/generated/types.ts';
import { conflictError, invalidError, notFoundError } from '../../../api/status-error.ts';
import { invalid } from '../../../api/field-errors.ts';
import { admit } from '../admission/index.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer, type Then } from '../exchange.ts';
import { formOf, present } from '../reads/object-form.ts';
import { cacheOf, calendarMillis } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { readBody } from './body.ts';
import { commitObject, commitRemoval } from './commit.ts';
import { createFrom } from './create.ts';
import { isDryRun } from './dry-run.ts';
import { ownFields } from './field-managers.ts';
import { addressProblem, withOldMetadata } from './metadata.ts';
import { isSameObject } from './same-object.ts';

/** PUT of an object. */
export function updateObject(call: VerbCall): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const read = readBody(exchange.request, target);
  if (!read.ok) return refuse(read.error);
  const body = read.value;
  const misplaced = addressProblem(body, target);
  if (misplaced !== undefined) return refuse(misplaced);
  const stored = cacheOf(server, kind.storage).objects.get(key);
  const resource = { group: kind.group, resource: kind.plural };
  if (stored === undefined) {
    if (kind.createOnUpdate && target.subresource === '') {
      const named = { ...body, metadata: { ...body.metadata, name } };
      return createFrom(call, named);
    }
    return refuse(notFoundError(resource, name));
  }
  const old = kind.fromStored === undefined ? stored : kind.fromStored(stored);
  const { uid = '', resourceVersion = '' } = body.metadata;
  if (uid !== '' && uid !== old.metadata.uid) {
    return refuse(
      conflictError(
        resource,
        name,
        `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
      ),
    );
  }
  if (resourceVersion === '' || resourceVersion === '0') {
    if (!kind.unconditionalUpdate) {
      const problem = invalid('metadata.resourceVersion', 0, 'must be specified for an update');
      return refuse(invalidError(kind, name, [problem]));
    }
  } else if (resourceVersion !== old.metadata.resourceVersion) {
    return refuse(conflictError(resource, name));
  }
  return updateTo(call, { next: kind.defaults(body), old });
}

/** Changes an object: admit, keep what may not change, validate, store unless nothing differs. */
export function updateTo(
  call: VerbCall,
  change: { readonly next: KubernetesObject; readonly old: KubernetesObject },
  then: Then = { kind: 'object', code: 200 },
): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const { old } = change;
  const admitted = admit(call, change);
  if (!admitted.ok) return refuse(admitted.error);
  const kept = withOldMetadata(admitted.value, old);
  const isStatus = target.subresource === 'status';
  const prepared = isStatus
    ? kind.prepareForStatusUpdate(kept, old)
    : kind.prepareForUpdate(kept, old);
  const errors = isStatus
    ? kind.validateStatusUpdate(prepared, old)
    : kind.validateUpdate(prepared, old);
  if (errors.length > 0) return refuse(invalidError(kind, name, errors));
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  const asIs = (object: KubernetesObject): Answer =>
    reply(present(object, { kind, form: formOf(exchange.request), now: calendarMillis(server) }));
  // Upstream does not trouble etcd with a write that changes nothing.
  if (isSameObject(prepared, old)) return asIs(old);
  const object = ownFields(call, { next: prepared, old });
  if (isDryRun(exchange.request)) return asIs(object);
  if (isLastFinalizerGone(object, old)) {
    return commitRemoval(old, { kind, key, then: { kind: 'body', code: 200, body: object } });
  }
  return commitObject(server, {
    kind,
    key,
    next: object,
    old,
    then,
    warnings: isStatus ? [] : kind.warnings(object, old),
  });
}

/** An object that is being deleted goes when nothing holds it any more. */
function isLastFinalizerGone(next: KubernetesObject, old: KubernetesObject): boolean {
  return (
    old.metadata.deletionTimestamp !== undefined &&
    (old.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (next.metadata.finalizers ?? []).length === 0
  );
}
