import type { KubernetesObject } from '../../../api/generated/types.ts';
import { copyWith } from '../../../base/copy.ts';

/**
 * Objects lie in etcd without a resourceVersion, since it is the revision of the very write. Reading one puts it in.
 * The result is frozen: everybody shares it.
 */
export function withRevision(stored: KubernetesObject, revision: number): KubernetesObject {
  // As `draftOf` does it.
  const metadata = Object.assign({}, stored.metadata);
  const object = Object.assign({}, stored);
  (metadata as { resourceVersion?: string }).resourceVersion = String(revision);
  (object as { metadata: KubernetesObject['metadata'] }).metadata = metadata;
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
