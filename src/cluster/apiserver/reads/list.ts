import type { KubernetesObject, Table } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { expiredError } from '../../../api/status-error.ts';
import { keysInOrder, type SortedKeys } from '../../../base/sorted-keys.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { EtcdResponse } from '../../messages.ts';
import { COMPACTED_TEXT, brokenEtcd, unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer, type Exchange } from '../exchange.ts';
import { targetOf, type RequestTarget } from '../request-target.ts';
import { cacheOf, calendarMillis, type Server } from '../server.ts';
import { isSelected } from '../storage/dispatch.ts';
import { endOf } from '../storage/follow.ts';
import type { ResourceCache } from '../storage/resource-cache.ts';
import { revisionOf, withRevision } from '../storage/stored-object.ts';
import type { VerbCall } from '../verb.ts';
import { readContinueToken, writeContinueToken } from './continue-token.ts';
import { revisionOfCache, tooLargeRevision } from './freshness.ts';
import { readListOptions, type ListOptions } from './list-options.ts';
import { formOf, presentList } from './object-form.ts';
import { scopeOf } from './scope.ts';

/** GET of a collection. Served from the copy, unless it asks for a state of the past. */
export function listObjects({ server, exchange, target, at }: VerbCall): Answer {
  const { kind } = target;
  const read = readListOptions(exchange.request.query, kind);
  if (!read.ok) return refuse(read.error);
  const options = read.value;
  const cache = cacheOf(server, kind.storage);
  const mayBeOld = options.revision !== undefined && options.match !== 'Exact';
  if (!mayBeOld && !server.memory.etcdUp) return refuse(unreachableEtcd());
  const tooLarge = tooLargeRevision(server, cache, options.revision);
  if (tooLarge !== undefined) {
    return at.step === 0 && server.memory.etcdUp ? { kind: 'consult', step: 1 } : refuse(tooLarge);
  }
  const isNewest = options.revision === undefined && options.continueToken === '';
  if (isNewest && at.step === 0) return { kind: 'consult', step: 1 };
  if (options.continueToken !== '') return nextPage(server, target, options.continueToken);
  if (options.match === 'Exact' && options.revision !== undefined) {
    return readFrom(target, { start: '', revision: options.revision });
  }
  const objects = objectsInScope(cache, target, options);
  // Whoever takes any state gets all of it at once, as upstream's watch cache has it.
  const limit = options.revision === 0 ? 0 : options.limit;
  return page(server, exchange, {
    kind,
    prefix: target.key,
    objects,
    limit,
    isFiltered: options.labels !== undefined || options.fields !== undefined,
    revision: revisionOfCache(server, cache),
  });
}

/** The objects of a collection that meet the options' selectors, in the order of their keys. */
export function objectsInScope(
  cache: ResourceCache,
  target: RequestTarget,
  options: Pick<ListOptions, 'labels' | 'fields'>,
): readonly KubernetesObject[] {
  const { scope, fields } = scopeOf(target, options.fields);
  const objects: KubernetesObject[] = [];
  const wanted = { labels: options.labels, fields };
  for (const key of keysOf(cache, scope)) {
    const object = cache.objects.get(key);
    if (object === undefined || !isSelected(object, target.kind, wanted)) continue;
    if (scope.by === 'node' && scope.namespace !== '') {
      if (object.metadata.namespace !== scope.namespace) continue;
    }
    objects.push(object);
  }
  return objects;
}

function keysOf(
  cache: ResourceCache,
  scope: ReturnType<typeof scopeOf>['scope'],
): readonly string[] {
  const isMember = (key: string): boolean => cache.objects.has(key);
  const inOrder = (keys: SortedKeys | undefined): readonly string[] =>
    keys === undefined ? [] : keysInOrder(keys, isMember);
  switch (scope.by) {
    case 'key':
      return [scope.key];
    case 'node':
      return [...(cache.byNode.get(scope.node) ?? [])].sort(compareStrings);
    case 'namespace':
      return inOrder(cache.namespaces.get(scope.namespace));
    case 'all': {
      const namespaces = [...cache.namespaces.keys()].sort(compareStrings);
      if (namespaces.length === 1) return inOrder(cache.namespaces.get(namespaces[0] ?? ''));
      return namespaces.flatMap((namespace) => inOrder(cache.namespaces.get(namespace)));
    }
  }
}

function nextPage(server: Server, target: RequestTarget, text: string): Answer {
  const token = readContinueToken(text);
  if (!token.ok) return refuse(token.error);
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  return readFrom(target, token.value);
}

function readFrom(
  target: RequestTarget,
  { start, revision }: { readonly start: string; readonly revision: number },
): Answer {
  return { kind: 'read', key: target.key + start, end: endOf(target.key), revision };
}

/** The list that etcd was asked for. */
export function answerRead(server: Server, exchange: Exchange, answer: EtcdResponse): Answer {
  const target = targetOf(exchange.request.path);
  // The request has been through `listObjects`.
  if (target === undefined) return refuse(brokenEtcd('etcdserver: unexpected answer'));
  const { kind } = target;
  const read = readListOptions(exchange.request.query, kind);
  if (!read.ok) return refuse(read.error);
  const options = read.value;
  const token = options.continueToken === '' ? undefined : readContinueToken(options.continueToken);
  const asked = token?.ok === true ? token.value : undefined;
  if (answer.type !== 'etcd/range-result') {
    return refuseRead(answer, asked?.start);
  }
  const cache = cacheOf(server, kind.storage);
  const scope = scopeOf(target, options.fields);
  const objects: KubernetesObject[] = [];
  for (const { key, value, modRevision } of answer.keyValues) {
    if (scope.scope.by === 'key' && key !== scope.scope.key) continue;
    const cached = cache.objects.get(key);
    const object =
      cached !== undefined && revisionOf(cached) === modRevision
        ? cached
        : // Only objects are ever stored below /registry.
          withRevision(value as KubernetesObject, modRevision);
    if (isSelected(object, kind, options)) objects.push(object);
  }
  const revision = asked === undefined ? options.revision : asked.revision;
  return page(server, exchange, {
    kind,
    prefix: target.key,
    objects,
    limit: options.limit,
    isFiltered: options.labels !== undefined || options.fields !== undefined,
    revision: revision === undefined || revision < 0 ? answer.revision : revision,
  });
}

function refuseRead(answer: EtcdResponse, start: string | undefined): Answer {
  const text = answer.type === 'etcd/error' ? answer.error : '';
  if (text !== COMPACTED_TEXT) return refuse(brokenEtcd(text));
  if (start === undefined) {
    return refuse(expiredError('The resourceVersion for the provided list is too old.'));
  }
  const status = expiredError(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  const token = writeContinueToken({ revision: -1, start });
  return {
    kind: 'reply',
    code: status.code,
    body: { ...status, metadata: { continue: token } },
  };
}

/** One page of a list: the objects up to the limit, and where the next one begins. */
function page(
  server: Server,
  exchange: Exchange,
  list: {
    readonly kind: KindDeclaration;
    readonly prefix: string;
    readonly objects: readonly KubernetesObject[];
    readonly limit: number;
    readonly isFiltered: boolean;
    readonly revision: number;
  },
): Answer {
  const { kind, objects, limit, revision, isFiltered } = list;
  const isCut = limit > 0 && objects.length > limit;
  const shown = isCut ? objects.slice(0, limit) : objects;
  const next = isCut ? objects[limit] : undefined;
  const metadata: Table['metadata'] = {
    resourceVersion: String(revision),
    ...(next === undefined
      ? undefined
      : {
          continue: writeContinueToken({ revision, start: startOf(next, list.prefix, kind) }),
          // With a selector nobody knows how many are to come.
          ...(isFiltered ? undefined : { remainingItemCount: objects.length - limit }),
        }),
  };
  const form = formOf(exchange.request);
  return reply(presentList(shown, { kind, form, now: calendarMillis(server), metadata }));
}

function startOf(object: KubernetesObject, prefix: string, kind: KindDeclaration): string {
  const { namespace, name = '' } = object.metadata;
  const whole = namespace === undefined ? name : `${namespace}/${name}`;
  const shared = prefix.slice(`/registry/${kind.storage}/`.length);
  return whole.slice(shared.length);
}
