import type { QueuePlace } from '../../bridge/scheduling.ts';
import {
  ACTION,
  ACTION_ALL,
  ACTION_UPDATE,
} from '../../cluster/scheduler/framework/cluster-event.ts';
import type { WakeUp } from '../../cluster/scheduler/framework/plugin.ts';
import type { Profile } from '../../cluster/scheduler/framework/profile.ts';
import type { QueuedEntry, SchedulingQueue } from '../../cluster/scheduler/queue/queue.ts';
import { SECOND } from '../../kernel/time.ts';

/** A Pod that is set aside is tried again after so long, at the next look, whatever happened. */
const SET_ASIDE_MAX = 300 * SECOND;
const LOOK_PERIOD = 30 * SECOND;

/** Where a Pod waits, and what will wake it. */
export function queuePlaceOf(
  queue: SchedulingQueue,
  entry: QueuedEntry,
  profile: Profile,
): QueuePlace {
  const isAside = entry.place === 'setAside';
  const isGated = isAside && entry.gatedBy !== '';
  const overdueAt = entry.since + SET_ASIDE_MAX;
  return {
    lane: laneOf(entry),
    attempts: entry.attempts,
    backoffUntil: backoffUntil(queue, entry),
    retryAt:
      isAside && !isGated ? (Math.floor(overdueAt / LOOK_PERIOD) + 1) * LOOK_PERIOD : undefined,
    gatedBy: isGated ? entry.gatedBy : '',
    wakes: isAside
      ? [...new Set([...entry.rejectedBy, ...entry.pendingOn])].map((plugin) => ({
          plugin,
          events: eventsOf(profile, plugin),
        }))
      : [],
  };
}

function laneOf({ place, gatedBy }: QueuedEntry): QueuePlace['lane'] {
  switch (place) {
    case 'active':
    case 'inCycle':
      return 'active';
    case 'backoff':
    case 'errorBackoff':
      return 'backoff';
    case 'setAside':
      return gatedBy === '' ? 'unschedulable' : 'gated';
  }
}

function backoffUntil(queue: SchedulingQueue, entry: QueuedEntry): number | undefined {
  if (entry.place !== 'backoff' && entry.place !== 'errorBackoff') return undefined;
  const heap = entry.place === 'backoff' ? queue.backoff : queue.errorBackoff;
  const ticket = heap.find((each) => each.serial === entry.ticket);
  // Backoffs end with the second in which they would.
  return ticket === undefined ? undefined : ticket.until + SECOND;
}

function eventsOf(profile: Profile, plugin: string): readonly string[] {
  const found = profile.plugins.find(({ name }) => name === plugin);
  return [...new Set((found?.wakesOn ?? []).flatMap(wordsOf))];
}

const KINDS: Readonly<Record<WakeUp['resource'], string>> = {
  Pod: 'a Pod',
  AssignedPod: 'a placed Pod',
  TargetPod: 'this Pod',
  Node: 'a Node',
  Namespace: 'a Namespace',
  Service: 'a Service',
  PersistentVolume: 'a PersistentVolume',
  PersistentVolumeClaim: 'a PersistentVolumeClaim',
  StorageClass: 'a StorageClass',
  CSINode: 'a CSINode',
  CSIDriver: 'a CSIDriver',
  CSIStorageCapacity: 'a CSIStorageCapacity',
  VolumeAttachment: 'a VolumeAttachment',
  '*': 'anything',
};

const ACTIONS: readonly (readonly [bit: number, words: string])[] = [
  [ACTION.add, 'is added'],
  [ACTION.delete, 'is deleted'],
  [ACTION.updateNodeAllocatable, 'offers more'],
  [ACTION.updateNodeLabel, 'changes its labels'],
  [ACTION.updateNodeTaint, 'changes its taints'],
  [ACTION.updateNodeCondition, 'changes a condition'],
  [ACTION.updateNodeAnnotation, 'changes an annotation'],
  [ACTION.updatePodLabel, 'changes its labels'],
  [ACTION.updatePodScaleDown, 'asks for less'],
  [ACTION.updatePodToleration, 'gets a toleration'],
  [ACTION.updatePodSchedulingGatesEliminated, 'loses its scheduling gates'],
  [ACTION.updateOther, 'is updated'],
];

function wordsOf({ resource, action }: WakeUp): readonly string[] {
  const kind = KINDS[resource];
  if ((action & ACTION_ALL) === ACTION_ALL) return [`${kind} changes`];
  const words: string[] = [];
  let rest = action;
  if ((action & ACTION_UPDATE) === ACTION_UPDATE) {
    words.push(`${kind} is updated`);
    rest &= ~ACTION_UPDATE;
  }
  for (const [bit, verb] of ACTIONS) if ((rest & bit) !== 0) words.push(`${kind} ${verb}`);
  return words;
}
