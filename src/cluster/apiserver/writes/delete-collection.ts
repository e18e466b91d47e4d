import type { KubernetesObject } from '../../../api/generated/types.ts';
import { presentList } from '../reads/object-form.ts';
import { isStatusError } from '../../../api/status-error.ts';
import { refuse, reply, type Answer, type Exchange, type Reply } from '../exchange.ts';
import { objectsInScope } from '../reads/list.ts';
import { readListOptions } from '../reads/list-options.ts';
import { targetOf } from '../request-target.ts';
import { cacheOf, calendarMillis, type RequestGroup, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { readDeleteOptions } from './delete-options.ts';

/** DELETE of a collection: a delete for each object that the selectors find, all at once. */
export function deleteCollection({ server, exchange, target }: VerbCall): Answer {
  const { request } = exchange;
  const { memory } = server;
  const options = readDeleteOptions(request);
  if (!options.ok) return refuse(options.error);
  const selection = readListOptions(request.query, target.kind);
  if (!selection.ok) return refuse(selection.error);
  const cache = cacheOf(server, target.kind.storage);
  const objects = objectsInScope(cache, target, selection.value);
  if (objects.length === 0) return reply(listOf(server, exchange, objects));
  const group = memory.nextGroup++;
  memory.groups.set(group, {
    exchange,
    objects: Object.freeze(objects),
    waiting: objects.length,
    refused: undefined,
  });
  const { query, ...rest } = request;
  const { dryRun } = query;
  const parts = objects.map(
    (object): Exchange =>
      Object.freeze({
        request: Object.freeze({
          ...rest,
          path: `${request.path}/${object.metadata.name ?? ''}`,
          query: dryRun === undefined ? {} : { dryRun },
          body: options.value,
        }),
        client: undefined,
        receivedAt: exchange.receivedAt,
        cause: exchange.cause,
        group,
      }),
  );
  return { kind: 'fan-out', parts };
}

/** Takes a part's answer. Upstream does not mind what somebody else has deleted meanwhile. */
export function notePart(group: RequestGroup, answer: Reply): void {
  group.waiting -= 1;
  if (answer.code === 404 || !isStatusError(answer.body)) return;
  group.refused ??= Object.freeze(answer);
}

/** The answer once every part is done: the objects that were found, or the first refusal. */
export function collectedDeletions(server: Server, group: RequestGroup): Reply {
  return group.refused ?? reply(listOf(server, group.exchange, group.objects));
}

function listOf(
  server: Server,
  { request }: Exchange,
  objects: readonly KubernetesObject[],
): unknown {
  const kind = targetOf(request.path)?.kind;
  if (kind === undefined) return undefined;
  return presentList(objects, {
    kind,
    form: 'object',
    now: calendarMillis(server),
    metadata: { resourceVersion: String(server.memory.revision) },
  });
}
