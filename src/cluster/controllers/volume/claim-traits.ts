import type {
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { ClusterView } from '../cluster-view.ts';

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_CLASS_BETA = 'storageclass.beta.kubernetes.io/is-default-class';

/** A claim's class by name; empty where it names none. */
export function classNameOf({ spec }: PersistentVolumeClaim): string {
  return spec?.storageClassName ?? '';
}

export function classOf(
  claim: PersistentVolumeClaim,
  cluster: ClusterView,
): StorageClass | undefined {
  const name = classNameOf(claim);
  return name === '' ? undefined : cluster.get('storageclasses', name);
}

/** The class of claims that name none: of several the youngest. */
export function defaultClass(cluster: ClusterView): StorageClass | undefined {
  let found: StorageClass | undefined;
  const age = ({ metadata }: StorageClass) => metadata.creationTimestamp ?? '';
  for (const each of cluster.all('storageclasses').values()) {
    const { annotations = {} } = each.metadata;
    if (annotations[DEFAULT_CLASS] !== 'true' && annotations[DEFAULT_CLASS_BETA] !== 'true')
      continue;
    if (found === undefined) found = each;
    else {
      const order = compareStrings(age(each), age(found));
      const isFirst = compareStrings(each.metadata.name ?? '', found.metadata.name ?? '') < 0;
      if (order > 0 || (order === 0 && isFirst)) found = each;
    }
  }
  return found;
}

/** Whether a volume's claimRef names this claim; one without a uid was written by hand beforehand. */
export function refersTo(ref: ObjectReference | undefined, claim: PersistentVolumeClaim): boolean {
  if (ref === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  const isUid = ref.uid === undefined || ref.uid === '' || ref.uid === uid;
  return isUid && ref.name === name && ref.namespace === namespace;
}

/** The object with annotations added. */
export function annotated<T extends PersistentVolume | PersistentVolumeClaim>(
  object: T,
  more: Readonly<Record<string, string>>,
): T {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...more } },
  };
}
