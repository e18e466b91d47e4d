import type { KubernetesObject } from '../../../api/generated/types.ts';
import { copyWith, draftOf } from '../../../base/copy.ts';

/**
 * Objects lie in etcd without a resourceVersion, since it is the revision of the very write. Reading one puts it in.
 * The result is frozen: everybody shares it.
 */
export function withRevision(stored: KubernetesObject, revision: number): KubernetesObject {
  const metadata = draftOf(stored.metadata);
  metadata.resourceVersion = String(revision);
  const object = draftOf(stored);
  object.metadata = metadata;
  return Object.freeze(object);
}

/** The object as it is stored. */
export function withoutRevision(object: KubernetesObject): KubernetesObject {
  if (object.metadata.resourceVersion === undefined) return Object.freeze(object);
  const { resourceVersion: _, ...metadata } = object.metadata;
  return Object.freeze(copyWith(object, { metadata }));
}

/** The revision at which an object was written. */
export function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.resourceVersion);
}
