import type { KubernetesObject, Namespace } from '../../../api/generated/types.ts';
import { cacheOf, type Server } from '../server.ts';
import type { ResourceCache } from '../storage/resource-cache.ts';

/** The copies that nearly every write asks, mostly to hear that there is nothing. */
export interface AskedCaches {
  readonly namespaces: ResourceCache;
  readonly serviceAccounts: ResourceCache;
  readonly limitRanges: ResourceCache;
  readonly quotas: ResourceCache;
  readonly mutatingWebhooks: ResourceCache;
  readonly validatingWebhooks: ResourceCache;
  readonly policies: ResourceCache;
}

// The caches of built-in kinds are made once in the life of a server; to look them up by name costs more than to ask
// them. A memo only.
let lastCaches: Server['memory']['caches'] | undefined;
let lastAsked: AskedCaches | undefined;

/** The copies that nearly every write asks, at hand. */
export function askedCaches(server: Server): AskedCaches {
  const { caches } = server.memory;
  if (lastAsked === undefined || caches !== lastCaches) {
    lastAsked = {
      namespaces: cacheOf(server, 'namespaces'),
      serviceAccounts: cacheOf(server, 'serviceaccounts'),
      limitRanges: cacheOf(server, 'limitranges'),
      quotas: cacheOf(server, 'resourcequotas'),
      mutatingWebhooks: cacheOf(server, 'mutatingwebhookconfigurations'),
      validatingWebhooks: cacheOf(server, 'validatingwebhookconfigurations'),
      policies: cacheOf(server, 'validatingadmissionpolicies'),
    };
    lastCaches = caches;
  }
  return lastAsked;
}

/** A namespace of the server's own copy. */
export function namespaceNamed(server: Server, name: string): Namespace | undefined {
  // Most writes are in the namespace of the one before; a text put together anew would be hashed anew.
  if (name !== lastName) {
    lastName = name;
    lastKey = `/registry/namespaces/${name}`;
  }
  // The cache of namespaces holds nothing else.
  return askedCaches(server).namespaces.objects.get(lastKey) as Namespace | undefined;
}

let lastName = '';
let lastKey = '';

const NONE: readonly never[] = Object.freeze([]);

/**
 * The objects of a kind in a namespace, from the server's own copy. For kinds of which there are few:
 * it looks at all of them.
 */
export function cachedInNamespace<T extends KubernetesObject>(
  server: Server,
  storage: string,
  namespace: string,
): readonly T[] {
  const { objects } = cacheOf(server, storage);
  if (objects.size === 0) return NONE;
  const found: T[] = [];
  for (const object of objects.values()) {
    // A cache holds objects of one kind only.
    if (object.metadata.namespace === namespace) found.push(object as T);
  }
  return found;
}

/** The object under a name, without or in a namespace. */
export function cachedObject<T extends KubernetesObject>(
  server: Server,
  storage: string,
  path: string,
): T | undefined {
  // As above.
  return cacheOf(server, storage).objects.get(`/registry/${storage}/${path}`) as T | undefined;
}
