import { statusError, type StatusError } from '../../../api/status-error.ts';
import type { Server } from '../server.ts';
import type { ResourceCache } from '../storage/resource-cache.ts';

/**
 * The revision up to which a cache is known to hold everything. etcd tells its watches of a change before anything
 * later: what any of them has heard of, an open one has not missed. One that is not open may have.
 */
export function revisionOfCache(server: Server, cache: ResourceCache): number {
  return cache.phase === 'watching'
    ? Math.max(cache.revision, server.memory.revision)
    : cache.revision;
}

/** Whether every cache hears of changes: then what etcd has told last is in all of them. */
export function allFollow(server: Server): boolean {
  for (const { phase } of server.memory.caches.values()) if (phase !== 'watching') return false;
  return true;
}

/**
 * The refusal of a reader who wants a state that is not here yet. Upstream waits three seconds for it first; here
 * etcd is asked, and what it does not know of is of another world.
 */
export function tooLargeRevision(
  server: Server,
  cache: ResourceCache,
  asked: number | undefined,
): StatusError | undefined {
  const current = revisionOfCache(server, cache);
  if (asked === undefined || asked <= current) return undefined;
  return statusError(504, 'Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
