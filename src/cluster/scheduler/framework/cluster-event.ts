/**
 * What may happen in the cluster to make a Pod fit that did not (kube-scheduler's ClusterEvent): a kind of
 * object and what was done to it, as bits, so that one event can be several things at once.
 */
export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: number;
  /** Its name in logs and explanations, for example `NodeAdd`. */
  readonly label: string;
}

export type EventResource =
  /** Any Pod; `AssignedPod` and `TargetPod` (the waiting Pod itself) are special cases. */
  | 'Pod'
  | 'AssignedPod'
  | 'TargetPod'
  | 'Node'
  | 'Namespace'
  | 'Service'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'VolumeAttachment'
  /** Wakes everything. */
  | '*';

export const ACTION = {
  add: 1,
  delete: 2,
  updateNodeAllocatable: 4,
  updateNodeLabel: 8,
  updateNodeTaint: 16,
  updateNodeCondition: 32,
  updateNodeAnnotation: 64,
  updatePodLabel: 128,
  updatePodScaleDown: 256,
  updatePodToleration: 512,
  updatePodSchedulingGatesEliminated: 1024,
  updateOther: 2048,
} as const;

/** Any update of an object of a kind whose updates are not told apart. */
export const ACTION_UPDATE =
  ACTION.updateNodeAllocatable |
  ACTION.updateNodeLabel |
  ACTION.updateNodeTaint |
  ACTION.updateNodeCondition |
  ACTION.updateNodeAnnotation |
  ACTION.updatePodLabel |
  ACTION.updatePodScaleDown |
  ACTION.updatePodToleration |
  ACTION.updatePodSchedulingGatesEliminated |
  ACTION.updateOther;

export const ACTION_ALL = ACTION_UPDATE | ACTION.add | ACTION.delete;

export function clusterEvent(resource: EventResource, action: number, label: string): ClusterEvent {
  return Object.freeze({ resource, action, label });
}

/** Whether an event is one that `wanted` waits for. */
export function eventMatches(
  wanted: Pick<ClusterEvent, 'resource' | 'action'>,
  event: ClusterEvent,
): boolean {
  if (event.resource === '*') return true;
  if ((wanted.action & event.action) === 0) return false;
  if (wanted.resource === event.resource || wanted.resource === '*') return true;
  return (
    wanted.resource === 'Pod' &&
    (event.resource === 'AssignedPod' || event.resource === 'TargetPod')
  );
}

export const EVENTS = {
  unscheduledPodAdd: clusterEvent('TargetPod', ACTION.add, 'UnscheduledPodAdd'),
  assignedPodAdd: clusterEvent('AssignedPod', ACTION.add, 'AssignedPodAdd'),
  assignedPodDelete: clusterEvent('AssignedPod', ACTION.delete, 'AssignedPodDelete'),
  nodeAdd: clusterEvent('Node', ACTION.add, 'NodeAdd'),
  nodeDelete: clusterEvent('Node', ACTION.delete, 'NodeDelete'),
  unschedulableTimeout: clusterEvent('*', ACTION_ALL, 'UnschedulableTimeout'),
  forceActivate: clusterEvent('*', ACTION_ALL, 'ForceActivate'),
} as const;
