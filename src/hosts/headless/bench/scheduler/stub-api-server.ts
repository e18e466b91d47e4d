import { defineBehaviour, type Env } from '../../../../kernel/process.ts';
import type { KubeObject } from '../../../../cluster/client/kube-object.ts';
import type {
  ApiRequest,
  ApiResponse,
  ApiWatchEvents,
  WatchEvent,
} from '../../../../cluster/messages.ts';

/**
 * An API server that only stores and tells: so little that the figures of the scheduler are the
 * scheduler's own. It knows lists, watches, bindings, status patches and deletions of Pods.
 */
interface StubMemory {
  /** Resource → key → object. */
  readonly stores: Map<string, Map<string, KubeObject>>;
  /** Resource → the open watch of the scheduler. */
  readonly watches: Map<string, { readonly id: number; readonly peer: string }>;
  revision: number;
  bound: number;
}

/** What a workload does to the cluster, beside the scheduler. */
export type StubCommand =
  | {
      readonly type: 'stub/put';
      readonly resource: string;
      readonly objects: readonly KubeObject[];
    }
  | { readonly type: 'stub/delete'; readonly resource: string; readonly keys: readonly string[] };

type StubMessage = ApiRequest | StubCommand | ApiResponse | ApiWatchEvents;

export const stubApiServer = defineBehaviour<object, null, StubMemory, StubMessage>({
  kind: 'stub-api-server',
  initialDisk: () => null,
  start: () => ({ stores: new Map(), watches: new Map(), revision: 1, bound: 0 }),
  step({ memory }, message, env) {
    switch (message.type) {
      case 'api/request':
        answer(memory, message, env);
        return;
      case 'stub/put':
        put(memory, message.resource, message.objects, env);
        return;
      case 'stub/delete':
        for (const key of message.keys) remove(memory, message.resource, key, env);
        return;
      default:
        return;
    }
  },
});

function answer(memory: StubMemory, request: ApiRequest, env: Env<StubMessage>): void {
  const { method, path, query, id } = request;
  const peer = env.from ?? '';
  const reply = (code: number, body: unknown) =>
    env.send(peer, { type: 'api/response', id, code, body });
  const parts = path.split('/');
  const at = parts.indexOf('namespaces');
  const rest = at >= 0 && parts.length > at + 2 ? parts.slice(at + 2) : parts.slice(-1);
  const [resource = '', name = '', subresource = ''] = rest;
  const key = `${parts[at + 1]}/${name}`;
  if (method === 'GET' && query['watch'] === 'true') {
    memory.watches.set(resource, { id, peer });
    return;
  }
  if (method === 'GET' && name === '') {
    const items = [...(memory.stores.get(resource)?.values() ?? [])];
    reply(200, { metadata: { resourceVersion: String(memory.revision) }, items });
    return;
  }
  if (resource === 'leases') {
    if (method === 'GET') reply(404, { kind: 'Status', code: 404, reason: 'NotFound' });
    else reply(200, request.body);
    return;
  }
  if (resource !== 'pods') {
    reply(201, request.body);
    return;
  }
  const pod = memory.stores.get('pods')?.get(key);
  if (pod === undefined) {
    reply(404, { kind: 'Status', code: 404, reason: 'NotFound' });
    return;
  }
  if (subresource === 'binding') {
    const nodeName = (request.body as { target: { name: string } }).target.name;
    memory.bound += 1;
    const spec = { ...(pod as unknown as { spec: object }).spec, nodeName };
    put(memory, 'pods', [{ ...pod, spec } as unknown as KubeObject], env);
    reply(201, undefined);
  } else if (method === 'DELETE') {
    remove(memory, 'pods', key, env);
    reply(200, undefined);
  } else {
    const { status = {} } = request.body as { status?: object };
    const known = (pod as unknown as { status?: object }).status;
    put(
      memory,
      'pods',
      [{ ...pod, status: { ...known, ...status } } as unknown as KubeObject],
      env,
    );
    reply(200, undefined);
  }
}

function put(
  memory: StubMemory,
  resource: string,
  objects: readonly KubeObject[],
  env: Env<StubMessage>,
): void {
  let store = memory.stores.get(resource);
  if (store === undefined) {
    store = new Map();
    memory.stores.set(resource, store);
  }
  const events: WatchEvent[] = [];
  for (const object of objects) {
    const { namespace, name } = object.metadata;
    const key = namespace === undefined ? `${name}` : `${namespace}/${name}`;
    memory.revision += 1;
    const stored = Object.freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(memory.revision) },
    });
    events.push({ type: store.has(key) ? 'MODIFIED' : 'ADDED', object: stored });
    store.set(key, stored);
  }
  tell(memory, resource, events, env);
}

function remove(memory: StubMemory, resource: string, key: string, env: Env<StubMessage>): void {
  const store = memory.stores.get(resource);
  const object = store?.get(key);
  if (object === undefined) return;
  store?.delete(key);
  memory.revision += 1;
  tell(memory, resource, [{ type: 'DELETED', object }], env);
}

function tell(
  memory: StubMemory,
  resource: string,
  events: readonly WatchEvent[],
  env: Env<StubMessage>,
): void {
  const watch = memory.watches.get(resource);
  if (watch !== undefined) env.send(watch.peer, { type: 'api/watch', id: watch.id, events });
}
