import type { CustomResourceDefinition, KubernetesObject } from '../../../api/generated/types.ts';
import { customKindsOf, customStorage } from '../../../api/kinds/custom/custom-kind.ts';
import {
  CRD_STORAGE,
  CUSTOM_RESOURCE_CLEANUP,
} from '../../../api/kinds/custom-resource-definition.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { ApiRequest, Method } from '../../messages.ts';
import { handle } from '../handle.ts';
import { passageOf } from '../passage.ts';
import { cacheOf, timestamp, type Server } from '../server.ts';
import { acceptedStatus, withCondition } from './names.ts';

const COLLECTION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * Does for definitions what is to be done: accepts their names, and clears away the objects of those that go (upstream:
 * the naming, establishing and finalizing controllers of the apiextensions server). Every server does so, and the
 * slower one's write meets a newer object.
 */
export function tendDefinitions(server: Server): void {
  const { memory, env } = server;
  const cache = cacheOf(server, CRD_STORAGE);
  if (!cache.ready || !memory.etcdUp) return;
  memory.custom.isDue = false;
  if (cache.objects.size === 0) return;
  // The copy of definitions holds nothing else.
  const definitions = ([...cache.objects.values()] as CustomResourceDefinition[]).sort((a, b) =>
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
  for (const definition of definitions) {
    if (definition.metadata.deletionTimestamp !== undefined) {
      finalize(server, definition);
      continue;
    }
    const status = acceptedStatus(definition, definitions, timestamp(server));
    if (status === undefined || status === definition.status) continue;
    const { name = '' } = definition.metadata;
    env.note(`the names that ${name} asks for are looked at`);
    send(server, 'PUT', `${COLLECTION}/${name}/status`, { ...definition, status });
  }
}

/** A definition that is being deleted: its objects go first, then the finalizer. */
function finalize(server: Server, definition: CustomResourceDefinition): void {
  const { name = '', finalizers = [] } = definition.metadata;
  if (!finalizers.includes(CUSTOM_RESOURCE_CLEANUP)) return;
  const storage = customStorage(definition.spec);
  const cache = server.memory.caches.get(storage);
  const isServed = server.memory.custom.definitions.has(storage);
  if (isServed && (cache === undefined || !cache.ready)) return;
  const objects = isServed ? [...(cache?.objects.values() ?? [])] : [];
  if (objects.length > 0) {
    terminate(server, definition, objects);
    return;
  }
  const metadata = {
    ...definition.metadata,
    finalizers: finalizers.filter((each) => each !== CUSTOM_RESOURCE_CLEANUP),
  };
  server.env.note(`no object of ${name} is left`);
  send(server, 'PUT', `${COLLECTION}/${name}`, { ...definition, metadata });
}

function terminate(
  server: Server,
  definition: CustomResourceDefinition,
  objects: readonly KubernetesObject[],
): void {
  const { name = '' } = definition.metadata;
  const before = definition.status?.conditions ?? [];
  const conditions = withCondition(
    before,
    {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    },
    timestamp(server),
  );
  if (conditions !== before) {
    const status = { ...definition.status, conditions };
    server.env.note(`${name} is being deleted: first its ${objects.length} objects`);
    send(server, 'PUT', `${COLLECTION}/${name}/status`, { ...definition, status });
  }
  const [kind] = customKindsOf(definition);
  if (kind === undefined) return;
  for (const { metadata } of objects) {
    if (metadata.deletionTimestamp !== undefined) continue;
    const scope = kind.namespaced ? `namespaces/${metadata.namespace ?? ''}/` : '';
    const path = `/apis/${kind.group}/${kind.version}/${scope}${kind.plural}/${metadata.name ?? ''}`;
    send(server, 'DELETE', path, undefined);
  }
}

/** A request of the server's own, through the same door as everybody's. */
function send(server: Server, method: Method, path: string, body: object | undefined): void {
  const { env, memory } = server;
  memory.own.waiting += 1;
  const { cause } = env;
  const request: ApiRequest = Object.freeze({
    type: 'api/request',
    id: 0,
    method,
    path,
    query: {},
    user: 'system:apiserver',
    userAgent: 'kube-apiserver/v1.35.0',
    ...(body === undefined ? undefined : { body, typed: true as const }),
  });
  const exchange = { request, client: undefined, receivedAt: env.now, cause, group: 0 };
  handle(server, Object.freeze(exchange), passageOf(server, request));
  env.resumeCause(cause);
}
