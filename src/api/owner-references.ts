import type { ObjectMeta, OwnerReference } from './generated/types.ts';

/** Anything that may be owned or own; of an owner the kind, name and uid are looked at. */
interface Owned {
  readonly metadata: Pick<ObjectMeta, 'ownerReferences'>;
}

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'name' | 'uid'>;
}

/** The one owner that manages the object. Of several, which validation forbids, the first. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  const references = object.metadata.ownerReferences;
  if (references === undefined) return undefined;
  // By index: an iterator costs more than the one element that most lists have.
  for (let index = 0; index < references.length; index += 1) {
    const each = references[index];
    if (each?.controller === true) return each;
  }
  return undefined;
}

/** Whether `owner` manages the object; identity is the uid's, names come again. */
export function isControlledBy(object: Owned, owner: Pick<Owner, 'metadata'>): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** The reference by which `owner` manages an object that it makes; deleting the owner waits for such objects. */
export function controllerReference(owner: Owner): OwnerReference {
  return { ...ownerReference(owner), controller: true, blockOwnerDeletion: true };
}

/** The reference to an owner that does not manage. */
export function ownerReference({ apiVersion, kind, metadata }: Owner): OwnerReference {
  return { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' };
}
