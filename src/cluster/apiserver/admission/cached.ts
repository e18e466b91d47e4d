import type { KubernetesObject } from '../../../api/generated/types.ts';
import { cacheOf, type Server } from '../server.ts';

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
