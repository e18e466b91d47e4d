import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import type { Commit, Then } from '../exchange.ts';
import type { Server } from '../server.ts';
import { revisionOf, withoutRevision } from '../storage/stored-object.ts';

/** The write of an object in its kind's own shape; `old` is what it is based on, undefined for a new one. */
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
  return {
    kind: 'commit',
    storage: kind.storage,
    key,
    expectedModRevision: old === undefined ? 0 : revisionOf(old),
    value: withoutRevision(stored),
    then: Object.freeze(then),
    ...(warnings === undefined || warnings.length === 0 ? undefined : { warnings }),
    // Events live for an hour after their last change.
    ...(kind.storage === 'events' ? { ttlSeconds: server.config.eventTtlSeconds } : undefined),
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
