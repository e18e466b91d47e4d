import { compareStrings } from '../base/compare.ts';
import type { NodeCard, ObjectRow, PodCard, ServiceCard, WorkloadCard } from '../bridge/cards.ts';
import { createGrouping, type WritableGrouping } from './grouping.ts';
import { compareNatural } from './natural-order.ts';
import type { Table } from './table.ts';

/** The tables an index reads. */
export interface Tables {
  readonly nodes: Table<NodeCard>;
  readonly pods: Table<PodCard>;
  readonly services: Table<ServiceCard>;
  readonly workloads: Table<WorkloadCard>;
  readonly objects: Table<ObjectRow>;
}

/** Every index of the view, one a line; each follows the changes of one table. */
export interface Indexes {
  /** Node name → Pods on it, those of one workload side by side, system Pods last. */
  readonly podsOnNode: WritableGrouping<PodCard>;
  /** Lane of the scheduler's queue → Pods that wait in it for a node. */
  readonly waiting: WritableGrouping<PodCard>;
  /** `namespace/workload` → its Pods, whichever ReplicaSet made them. */
  readonly podsOfWorkload: WritableGrouping<PodCard>;
  /** uid of the controlling object → its Pods. */
  readonly podsOfOwner: WritableGrouping<PodCard>;
  /** Colour class → Pods. */
  readonly podsByClass: WritableGrouping<PodCard>;
  /** `namespace/name` → the Pod (names are reused after a delete, so a list). */
  readonly podsByName: WritableGrouping<PodCard>;
  readonly nodesByName: WritableGrouping<NodeCard>;
  /** uid of the owner → the workloads it owns: a Deployment's ReplicaSets. */
  readonly workloadsOfOwner: WritableGrouping<WorkloadCard>;
  readonly workloadsByKind: WritableGrouping<WorkloadCard>;
  /** Pod's uid → Services that list it among their endpoints. */
  readonly servicesOfPod: WritableGrouping<ServiceCard>;
  readonly objectsByKind: WritableGrouping<ObjectRow>;
  /** `Kind/namespace/name` → the object. */
  readonly objectsByName: WritableGrouping<ObjectRow>;
}

/** A Pod waits while no node is chosen and it has not ended. */
export function laneOf(pod: PodCard): string | undefined {
  if (pod.node !== '' || pod.phase === 'Succeeded' || pod.phase === 'Failed') return undefined;
  return pod.queue === '' ? 'unseen' : pod.queue;
}

/** The key of a workload's Pods. */
export function workloadKey({
  namespace,
  workload,
}: {
  readonly namespace: string;
  readonly workload: string;
}): string {
  return `${namespace}/${workload}`;
}

/** Whether a namespace is the cluster's own. */
export function isSystemNamespace(namespace: string): boolean {
  return namespace.startsWith('kube-');
}

function byPlace(a: PodCard, b: PodCard): number {
  return (
    Number(isSystemNamespace(a.namespace)) - Number(isSystemNamespace(b.namespace)) ||
    compareStrings(a.namespace, b.namespace) ||
    compareStrings(a.workload, b.workload) ||
    byAge(a, b)
  );
}

function byAge(a: PodCard, b: PodCard): number {
  return a.createdAt - b.createdAt || compareStrings(a.name, b.name) || compareStrings(a.id, b.id);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareStrings(a.id, b.id);
}

function byNamespaceAndName(
  a: { readonly namespace: string; readonly name: string; readonly id: string },
  b: { readonly namespace: string; readonly name: string; readonly id: string },
): number {
  return (
    compareStrings(a.namespace, b.namespace) ||
    compareNatural(a.name, b.name) ||
    compareStrings(a.id, b.id)
  );
}

export function createIndexes({ nodes, pods, services, workloads, objects }: Tables): Indexes {
  const pod = { get: pods.get };
  const workload = { get: workloads.get, order: byNamespaceAndName };
  const object = { get: objects.get, order: byNamespaceAndName };
  return {
    podsOnNode: createGrouping({
      ...pod,
      keyOf: (row) => (row.node === '' ? undefined : row.node),
      order: byPlace,
    }),
    waiting: createGrouping({ ...pod, keyOf: laneOf, order: byAge }),
    podsOfWorkload: createGrouping({ ...pod, keyOf: workloadKey, order: byAge }),
    podsOfOwner: createGrouping({
      ...pod,
      keyOf: (row) => (row.ownerId === '' ? undefined : row.ownerId),
      order: byAge,
    }),
    podsByClass: createGrouping({ ...pod, keyOf: (row) => row.statusClass, order: byId }),
    podsByName: createGrouping({
      ...pod,
      keyOf: (row) => `${row.namespace}/${row.name}`,
      order: byAge,
    }),
    nodesByName: createGrouping({ get: nodes.get, keyOf: (row) => row.name, order: byId }),
    workloadsOfOwner: createGrouping({
      ...workload,
      keyOf: (row) => (row.ownerId === '' ? undefined : row.ownerId),
    }),
    workloadsByKind: createGrouping({ ...workload, keyOf: (row) => row.kind }),
    servicesOfPod: createGrouping({
      get: services.get,
      keyOf: (row) => [...row.ready, ...row.notReady],
      order: byNamespaceAndName,
    }),
    objectsByKind: createGrouping({ ...object, keyOf: (row) => row.kind }),
    objectsByName: createGrouping({
      ...object,
      keyOf: (row) => `${row.kind}/${row.namespace}/${row.name}`,
    }),
  };
}
