import type { KubernetesObject, ObjectMeta } from '../../../api/generated/types.ts';
import { copyWith, draftOf, type Draft } from '../../../base/copy.ts';

/**
 * Objects lie in etcd without a resourceVersion, since it is the revision of the very write. Reading one puts it in.
 * The result is frozen: everybody shares it.
 */
export function withRevision(stored: KubernetesObject, revision: number): KubernetesObject {
  const metadata: Draft<ObjectMeta> = draftOf(stored.metadata);
  const object: Draft<KubernetesObject> = draftOf(stored);
  metadata.resourceVersion = String(revision);
  object.metadata = metadata;
  return Object.freeze(object);
}

/** The object as it is stored. */
export function withoutRevision(object: KubernetesObject): KubernetesObject {
  if (object.metadata.resourceVersion === undefined) return Object.freeze(object);
  return Object.freeze(copyWith(object, { metadata: unrevised(object.metadata) }));
}

/** Metadata as they are stored. */
export function unrevised(metadata: ObjectMeta): ObjectMeta {
  const rest = draftOf(metadata);
  dropRevision(rest);
  return rest;
}

/**
 * Makes what an update has made so far what is stored: in place, and not in a copy of a copy. Only for metadata that
 * were made for this very write and that nobody else has seen.
 */
export function dropRevision(metadata: ObjectMeta): void {
  // The revision was put in last, and the last field is the one that is cheaply taken out.
  delete (metadata as Draft<ObjectMeta>).resourceVersion;
}

/** The revision at which an object was written. */
export function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.resourceVersion);
}
