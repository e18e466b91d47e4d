import type { Node, Pod } from '../../api/generated/types.ts';
import type { SchedulerMemory } from './memory.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import {
  buildSnapshot,
  type Placement,
  setNomination,
  type Snapshot,
} from './snapshot/snapshot.ts';
import { objectsOf } from './watched.ts';

/**
 * The snapshot of a scheduler's memory. It is derived from the memory, kept up to date by its changes, and
 * built anew where there is none: after a start, or in a world that was restored from a checkpoint.
 */
export function snapshotOf(memory: SchedulerMemory): Snapshot {
  let snapshot = snapshots.get(memory);
  if (snapshot === undefined) {
    snapshot = fromScratch(memory);
    snapshots.set(memory, snapshot);
  }
  return snapshot;
}

/** The snapshot, if it has been built: a change need not be told to one that will be built later. */
export function knownSnapshot(memory: SchedulerMemory): Snapshot | undefined {
  return snapshots.get(memory);
}

const snapshots = new WeakMap<SchedulerMemory, Snapshot>();

/** Builds the snapshot from what the memory holds. */
export function fromScratch(memory: SchedulerMemory): Snapshot {
  const nodes = memory.informers.get('nodes')?.items.values() ?? [];
  const snapshot = buildSnapshot(
    memory.nodeOrder,
    objectsOf(memory),
    nodes as Iterable<Node>, // The informer of nodes holds Nodes.
    placementsOf(memory),
  );
  for (const { key, nodeName } of memory.nominations.values()) {
    const pod = memory.queue.entries.get(key)?.pod;
    if (pod !== undefined) setNomination(snapshot, podInfoOf(pod), nodeName);
  }
  return snapshot;
}

function* placementsOf(memory: SchedulerMemory): Generator<Placement> {
  for (const object of memory.informers.get('pods')?.items.values() ?? []) {
    const pod = object as Pod; // The informer of Pods holds Pods.
    const nodeName = pod.spec.nodeName ?? '';
    if (nodeName !== '') yield { pod: podInfoOf(pod), nodeName };
  }
  for (const { pod, nodeName } of memory.assumed.values()) {
    yield { pod: podInfoOf(pod), nodeName };
  }
}
