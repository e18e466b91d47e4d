import type { PersistentVolumeClaim, StorageClass } from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import { cacheOf, type Server } from '../server.ts';
import { admitted, concernsCore, type AdmissionPlugin } from './plugin.ts';

const STORAGE = 'storageclasses';
const MARKS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Gives a claim that names no class the cluster's default class, where there is one. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',

  concerns: (place) => place.isCreation && concernsCore(place, 'PersistentVolumeClaim'),

  admit(call, change) {
    const claim = change.next as PersistentVolumeClaim;
    // The empty class is a choice: no class at all.
    if (claim.spec?.storageClassName !== undefined) return admitted(claim);
    const name = defaultClass(call.server)?.metadata.name;
    if (name === undefined) return admitted(claim);
    const next: PersistentVolumeClaim = {
      ...claim,
      spec: { ...claim.spec, storageClassName: name },
    };
    return admitted(next);
  },
};

/** Of several default classes the youngest, and of those the first by name. */
function defaultClass(server: Server): StorageClass | undefined {
  let found: StorageClass | undefined;
  for (const object of cacheOf(server, STORAGE).objects.values()) {
    // The cache of storage classes holds nothing else.
    const each = object as StorageClass;
    if (!MARKS.some((mark) => each.metadata.annotations?.[mark] === 'true')) continue;
    if (found === undefined || isPreferred(each, found)) found = each;
  }
  return found;
}

function isPreferred({ metadata: a }: StorageClass, { metadata: b }: StorageClass): boolean {
  const age = compareStrings(a.creationTimestamp ?? '', b.creationTimestamp ?? '');
  return age > 0 || (age === 0 && compareStrings(a.name ?? '', b.name ?? '') < 0);
}
