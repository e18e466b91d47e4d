import { notFoundError } from '../../../api/status-error.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer } from '../exchange.ts';
import { cacheOf, calendarMillis } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { tooLargeRevision } from './freshness.ts';
import { readRevision } from './list-options.ts';
import { formOf, present } from './object-form.ts';

/** GET of one object. */
export function getObject({ server, exchange, target, at }: VerbCall): Answer {
  const { kind, key, name } = target;
  const { request } = exchange;
  const revision = readRevision(request.query['resourceVersion']);
  if (!revision.ok) return refuse(revision.error);
  // Without a resourceVersion the newest state is asked for, which takes etcd.
  if (revision.value === undefined) {
    if (!server.memory.etcdUp) return refuse(unreachableEtcd());
    if (at.step === 0) return { kind: 'consult', step: 1 };
  }
  const cache = cacheOf(server, kind.storage);
  const tooLarge = tooLargeRevision(server, cache, revision.value);
  // Another server may know it already: it is here once etcd has told of it.
  if (tooLarge !== undefined) {
    return at.step === 0 && server.memory.etcdUp ? { kind: 'consult', step: 1 } : refuse(tooLarge);
  }
  const object = cache.objects.get(key);
  if (object === undefined) {
    return refuse(notFoundError({ group: kind.group, resource: kind.plural }, name));
  }
  return reply(present(object, { kind, form: formOf(request), now: calendarMillis(server) }));
}
