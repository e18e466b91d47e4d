import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import type { Commit, Then } from '../exchange.ts';
import type { Server } from '../server.ts';
import { revisionOf, withoutRevision } from '../storage/stored-object.ts';

/**
 * The write of an object in its kind's own shape; `old` is what it is based on, undefined for a new one. `then` is
 * frozen.
 */
export function commitObject(
  server: Server,
  write: {
    readonly kind: KindDeclaration;
    readonly key: string;
    readonly next: KubernetesObject;
    readonly old: KubernetesObject | undefined;
    readonly then: Then;
    readonly warnings?: readonly string[];
  },
): Commit {
  const { kind, key, next, old, then, warnings } = write;
  const stored = kind.toStored === undefined ? next : kind.toStored(next);
  const { storage } = kind;
  const expectedModRevision = old === undefined ? 0 : revisionOf(old);
  const value = withoutRevision(stored);
  const hasWarnings = warnings !== undefined && warnings.length > 0;
  // Events live for an hour after their last change.
  const { eventTtlSeconds: ttlSeconds } = server.config;
  // Two shapes serve nearly all writes; optional parts would be put together at several times the cost.
  if (!hasWarnings) {
    return storage === 'events'
      ? { kind: 'commit', storage, key, expectedModRevision, value, then, ttlSeconds }
      : { kind: 'commit', storage, key, expectedModRevision, value, then };
  }
  return {
    kind: 'commit',
    storage,
    key,
    expectedModRevision,
    value,
    then,
    warnings,
    ...(storage === 'events' ? { ttlSeconds } : undefined),
  };
}

/** The removal of an object as it was last seen. */
export function commitRemoval(
  old: KubernetesObject,
  {
    kind,
    key,
    then,
  }: { readonly kind: KindDeclaration; readonly key: string; readonly then: Then },
): Commit {
  return {
    kind: 'commit',
    storage: kind.storage,
    key,
    expectedModRevision: revisionOf(old),
    value: undefined,
    then: Object.freeze(then),
  };
}
