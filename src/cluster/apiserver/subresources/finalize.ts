import type { KubernetesObject } from '../../../api/generated/types.ts';
import { conflictError, notFoundError } from '../../../api/status-error.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, type Answer } from '../exchange.ts';
import type { VerbCall } from '../verb.ts';
import { readBody } from '../writes/body.ts';
import { commitObject, commitRemoval } from '../writes/commit.ts';
import { ownFields } from '../writes/field-managers.ts';
import { answerWith, resourceOf } from '../writes/finish.ts';
import { withOldMetadata } from '../writes/metadata.ts';
import { isSameObject } from '../writes/same-object.ts';
import { currentObject, isReleased, WRITTEN } from '../writes/update.ts';

/** PUT of a namespace's finalizers, which the namespace controller takes away when the namespace is empty. */
export function finalizeNamespace(call: VerbCall): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const read = readBody(exchange.request, kind);
  if (!read.ok) return refuse(read.error);
  const old = currentObject(call);
  if (old === undefined) return refuse(notFoundError(resourceOf(call), name));
  const { resourceVersion = '' } = read.value.value.metadata;
  if (resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    return refuse(conflictError(resourceOf(call), name));
  }
  const tracked = ownFields(call, read.value.value, old);
  const kept = withOldMetadata(tracked, old);
  const { status } = old as { readonly status?: unknown };
  // Everything but the status is the caller's here.
  const next = { ...kept, ...(status === undefined ? undefined : { status }) } as KubernetesObject;
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (isSameObject(next, old)) return answerWith(call, old, { code: 200, warnings: [] });
  if (isReleased(next, old)) {
    return commitRemoval(old, { kind, key, then: { kind: 'body', code: 200, body: next } });
  }
  return commitObject(server, { kind, key, next, old, then: WRITTEN });
}
