import { cacheOf, type Server } from '../server.ts';
import { allReady } from '../storage/feed.ts';
import { targetOf } from '../request-target.ts';
import { ownObjects, type OwnObject } from './objects.ts';
import { ownRequest } from './own-request.ts';
import { tendServiceCidr } from '../services/repair.ts';
import { startReconciling } from './reconcile.ts';

/**
 * Makes those of the server's own objects that are missing, through the same door as everybody else. Called when the
 * copies have been filled, after each of its own writes, and a while after one of the objects was deleted.
 */
export function tendOwnObjects(server: Server): void {
  const { memory, env } = server;
  const { own } = memory;
  if (!own.isDue || own.waiting > 0 || !allReady(server) || !memory.etcdUp) return;
  own.isDue = false;
  const missing = own.isComplete
    ? []
    : ownObjects(server.config).filter((each) => !isThere(server, each));
  const possible = missing.filter((each) => hasNamespace(server, each));
  if (missing.length === 0) {
    own.isComplete = true;
    tendServiceCidr(server);
    startReconciling(server);
  }
  if (possible.length === 0) return;
  env.resumeCause(undefined);
  env.note(`the API server makes ${possible.length} objects that every cluster has`);
  const { cause } = env;
  for (const each of possible) {
    env.resumeCause(cause);
    const { collection: path, object: body, fieldManager } = each;
    ownRequest(server, {
      method: 'POST',
      path,
      body,
      ...(fieldManager === undefined ? undefined : { fieldManager }),
    });
  }
}

function isThere(server: Server, { collection, key }: OwnObject): boolean {
  const kind = targetOf(collection)?.kind;
  return kind !== undefined && cacheOf(server, kind.storage).objects.has(key);
}

function hasNamespace(server: Server, { object }: OwnObject): boolean {
  const { namespace } = object.metadata;
  const { objects } = cacheOf(server, 'namespaces');
  return namespace === undefined || objects.has(`/registry/namespaces/${namespace}`);
}
