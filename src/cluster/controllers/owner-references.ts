import { controllerOf, controllerReference } from '../../api/owner-references.ts';
import type { KubernetesObject } from '../../api/generated/types.ts';
import type { KubeObject } from '../client/kube-object.ts';

/** Adds `owner` as controller; sent as a strategic merge patch and refused if the uid is another's. */
export function adoptionPatch(owner: KubernetesObject, orphan: KubeObject): unknown {
  return {
    metadata: { ownerReferences: [controllerReference(owner)], uid: orphan.metadata.uid },
  };
}

/** Takes owners away; sent as a strategic merge patch. */
export function releasePatch(owned: KubeObject, ...ownerUids: readonly string[]): unknown {
  return {
    metadata: {
      ownerReferences: ownerUids.map((uid) => ({ $patch: 'delete', uid })),
      uid: owned.metadata.uid,
    },
  };
}

/** Cache key of the controller's object when it is of this kind, in the object's own namespace. */
export function controllerKey(object: KubeObject | undefined, kind: string): string | undefined {
  if (object === undefined) return undefined;
  const owner = controllerOf(object);
  if (owner === undefined || owner.kind !== kind) return undefined;
  return `${object.metadata.namespace ?? ''}/${owner.name}`;
}
