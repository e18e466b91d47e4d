import type { CSINode, Node, Pod } from '../../../../api/generated/types.ts';
import { pluginRegistry } from '../../../../cluster/scheduler/plugins/index.ts';
import type { Cycle, SchedulerPlugin } from '../../../../cluster/scheduler/framework/plugin.ts';
import {
  clusterObjects,
  type ObjectKinds,
} from '../../../../cluster/scheduler/snapshot/cluster-objects.ts';
import { createNodeOrder, placeNode } from '../../../../cluster/scheduler/snapshot/node-order.ts';
import {
  amountsAskedBy,
  isTerminal,
  podInfoOf,
} from '../../../../cluster/scheduler/snapshot/pod-info.ts';
import {
  buildSnapshot,
  setNomination,
  type Snapshot,
} from '../../../../cluster/scheduler/snapshot/snapshot.ts';

/** What every scheduler vector has; see the vectors' README. */
export interface SchedulerVector {
  readonly id: string;
  readonly plugin: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>> | null;
  readonly pod?: Pod;
  readonly nodes: readonly Node[];
  readonly existingPods: readonly Pod[];
  readonly objects: readonly KubernetesLike[];
  readonly limitSource?: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly expectedNewer?: Readonly<Record<string, unknown>>;
}

interface KubernetesLike {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}

const STORES: Readonly<Record<string, keyof ObjectKinds>> = {
  Namespace: 'namespaces',
  Service: 'services',
  ReplicationController: 'replicationControllers',
  ReplicaSet: 'replicaSets',
  StatefulSet: 'statefulSets',
  PersistentVolume: 'persistentVolumes',
  PersistentVolumeClaim: 'persistentVolumeClaims',
  StorageClass: 'storageClasses',
  CSINode: 'csiNodes',
  CSIDriver: 'csiDrivers',
  CSIStorageCapacity: 'csiStorageCapacities',
  VolumeAttachment: 'volumeAttachments',
  PodDisruptionBudget: 'podDisruptionBudgets',
};

/** The vector's cluster as the scheduler sees it. */
export function snapshotOf(vector: SchedulerVector): Snapshot {
  const nodes = vector.nodes.map(withSpec);
  const order = createNodeOrder();
  for (const node of nodes) placeNode(order, node);
  const stores: Record<string, Map<string, unknown>> = {};
  for (const object of [...vector.objects, ...legacyLimits(vector)]) {
    const store = STORES[object.kind];
    if (store === undefined) continue;
    const { namespace, name } = object.metadata;
    stores[store] ??= new Map();
    stores[store].set(namespace === undefined ? `${name}` : `${namespace}/${name}`, object);
  }
  const pods = vector.existingPods.filter((pod) => !isTerminal(pod));
  const placed = pods.flatMap((pod) => {
    const { nodeName } = pod.spec;
    return nodeName === undefined ? [] : [{ pod: podInfoOf(pod), nodeName }];
  });
  const objects = clusterObjects(stores as Parameters<typeof clusterObjects>[0]);
  const snapshot = buildSnapshot(order, objects, nodes, placed);
  for (const pod of vector.pod === undefined ? pods : [...pods, vector.pod]) {
    const nominated = pod.status?.nominatedNodeName;
    if (pod.spec.nodeName !== undefined || nominated === undefined) continue;
    setNomination(snapshot, podInfoOf(bareOf(pod)), nominated);
  }
  return snapshot;
}

/**
 * The waiting Pods of the vectors were nominated without standing in the scheduler's queue, and of such a Pod
 * kube-scheduler knows the name alone: it counts with priority 0 and without requests. In a live cluster
 * nominated Pods stand in the queue and count whole.
 */
function bareOf({ metadata }: Pod): Pod {
  const { name = '', namespace = '', uid = '' } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid },
    spec: { containers: [] },
  };
}

/** The incoming Pod's way through the plugins. */
export function cycleOf(vector: SchedulerVector, snapshot: Snapshot): Cycle {
  const pod = podInfoOf(vector.pod as Pod); // Kinds that need a Pod have one.
  return { snapshot, pod, asked: amountsAskedBy(pod) };
}

/** The plugin a vector is about, made from its args. */
export function pluginOf(vector: SchedulerVector, name = vector.plugin): SchedulerPlugin {
  const make = pluginRegistry[name];
  if (make === undefined) throw new Error(`no plugin ${name}`);
  return make(name === vector.plugin ? (vector.args ?? undefined) : undefined);
}

function withSpec(node: Node): Node {
  return { ...node, spec: (node as { spec?: Node['spec'] }).spec ?? {} };
}

/** Attach limits once stood in the Node; today they come from its CSINode, so they are put there. */
function legacyLimits(vector: SchedulerVector): KubernetesLike[] {
  if (vector.limitSource !== 'node') return [];
  return vector.nodes.flatMap((node): CSINode[] => {
    const prefix = 'attachable-volumes-csi-';
    const drivers = Object.entries(node.status?.allocatable ?? {})
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => ({
        name: name.slice(prefix.length),
        nodeID: node.metadata.name ?? '',
        allocatable: { count: Number(count) },
      }));
    if (drivers.length === 0) return [];
    return [
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSINode',
        metadata: { name: node.metadata.name ?? '' },
        spec: { drivers },
      },
    ];
  });
}
