import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from '../../../api/generated/types.ts';
import type { Labels } from '../../../api/selectors/label-requirement.ts';

/** The kinds beside Pods and Nodes that the scheduler's plugins look up, by the name of their store. */
export interface ObjectKinds {
  readonly namespaces: Namespace;
  readonly services: Service;
  readonly replicationControllers: ReplicationController;
  readonly replicaSets: ReplicaSet;
  readonly statefulSets: StatefulSet;
  readonly persistentVolumes: PersistentVolume;
  readonly persistentVolumeClaims: PersistentVolumeClaim;
  readonly storageClasses: StorageClass;
  readonly csiNodes: CSINode;
  readonly csiDrivers: CSIDriver;
  readonly csiStorageCapacities: CSIStorageCapacity;
  readonly volumeAttachments: VolumeAttachment;
  readonly podDisruptionBudgets: PodDisruptionBudget;
}

/** A store by `namespace/name`, or `name` where there is no namespace. */
export type ObjectStore<T> = ReadonlyMap<string, T>;

/**
 * What plugins may look up. The stores are live: a view of the scheduler's informers, or of a test's
 * objects.
 */
export interface ClusterObjects {
  store<Kind extends keyof ObjectKinds>(kind: Kind): ObjectStore<ObjectKinds[Kind]>;
  readonly namespaceLabels: (namespace: string) => Labels | undefined;
  /** The objects of a kind in a namespace, in order of arrival. */
  inNamespace<Kind extends 'services' | 'podDisruptionBudgets' | 'replicationControllers'>(
    kind: Kind,
    namespace: string,
  ): Iterable<ObjectKinds[Kind]>;
}

type Stores = { readonly [Kind in keyof ObjectKinds]?: ObjectStore<ObjectKinds[Kind]> };

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();

/** The view of plain stores; kinds that are not given are empty. */
export function clusterObjects(stores: Stores): ClusterObjects {
  function store<Kind extends keyof ObjectKinds>(kind: Kind): ObjectStore<ObjectKinds[Kind]> {
    // A mapped type's entry is not seen to be the one of its key.
    return (stores[kind] as ObjectStore<ObjectKinds[Kind]> | undefined) ?? EMPTY;
  }
  return {
    store,
    namespaceLabels: (namespace) => store('namespaces').get(namespace)?.metadata.labels,
    *inNamespace(kind, namespace) {
      for (const object of store(kind).values()) {
        if (object.metadata.namespace === namespace) yield object;
      }
    },
  };
}
