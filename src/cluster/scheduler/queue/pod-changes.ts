import type { Node, Pod } from '../../../api/generated/types.ts';
import { ACTION, type ClusterEvent, clusterEvent } from '../framework/cluster-event.ts';
import { type PodAmounts, podAmountsOnNode } from '../snapshot/pod-requests.ts';

/** What an update of a node changed that may matter to placing Pods, one event for each. */
export function nodeChanges(before: Node, after: Node): readonly ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (
    (before.spec.unschedulable ?? false) !== (after.spec.unschedulable ?? false) ||
    !isSame(before.spec.taints, after.spec.taints)
  ) {
    events.push(NODE_EVENTS.taint);
  }
  if (!isSame(before.status?.allocatable, after.status?.allocatable)) {
    events.push(NODE_EVENTS.allocatable);
  }
  if (!isSame(before.metadata.labels, after.metadata.labels)) events.push(NODE_EVENTS.label);
  return events;
}

/** What an update of a Pod changed; for a placed one and for the waiting one itself. */
export function podChanges(before: Pod, after: Pod): readonly ClusterEvent[] {
  const isPlaced = (after.spec.nodeName ?? '') !== '';
  const { label, scaleDown, toleration, gates, other } = isPlaced ? PLACED_EVENTS : TARGET_EVENTS;
  const events: ClusterEvent[] = [];
  if (!isSame(before.metadata.labels, after.metadata.labels)) events.push(label);
  if (takesLess(podAmountsOnNode(after), podAmountsOnNode(before))) events.push(scaleDown);
  if (
    (after.spec.schedulingGates ?? []).length === 0 &&
    (before.spec.schedulingGates ?? []).length > 0
  ) {
    events.push(gates);
  }
  if (!isSame(before.spec.tolerations, after.spec.tolerations)) events.push(toleration);
  if (events.length === 0) events.push(other);
  return events;
}

const NODE_EVENTS = {
  taint: clusterEvent('Node', ACTION.updateNodeTaint, 'NodeTaintChange'),
  allocatable: clusterEvent('Node', ACTION.updateNodeAllocatable, 'NodeAllocatableChange'),
  label: clusterEvent('Node', ACTION.updateNodeLabel, 'NodeLabelChange'),
};

function podEvents(resource: 'AssignedPod' | 'TargetPod') {
  const event = (action: number, name: string) =>
    clusterEvent(resource, action, `${resource}${name}`);
  return {
    label: event(ACTION.updatePodLabel, 'LabelUpdate'),
    scaleDown: event(ACTION.updatePodScaleDown, 'ScaleDown'),
    toleration: event(ACTION.updatePodToleration, 'TolerationUpdate'),
    gates: event(ACTION.updatePodSchedulingGatesEliminated, 'SchedulingGatesEliminated'),
    other: event(ACTION.updateOther, 'Update'),
  };
}

const PLACED_EVENTS = podEvents('AssignedPod');
const TARGET_EVENTS = podEvents('TargetPod');

function takesLess(now: PodAmounts, before: PodAmounts): boolean {
  if (now === before) return false;
  return (
    now.cpuMilli < before.cpuMilli ||
    now.memory < before.memory ||
    now.ephemeralStorage < before.ephemeralStorage ||
    before.scalars.some(
      ({ name, amount }) => (now.scalars.find((each) => each.name === name)?.amount ?? 0) < amount,
    )
  );
}

/** Equal by content. The parts compared are small: labels, taints, amounts. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const left = a as Record<string, unknown>; // An object by the checks above.
  const right = b as Record<string, unknown>; // Likewise.
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]));
}
