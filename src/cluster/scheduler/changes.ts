import type { Namespace, Node, Pod, ReplicaSet } from '../../api/generated/types.ts';
import type { InformerChange } from '../client/informer.ts';
import { ACTION, ACTION_UPDATE, clusterEvent, EVENTS } from './framework/cluster-event.ts';
import { dropRecord } from './explanation/explanations.ts';
import { nodeChanges, podChanges } from './queue/pod-changes.ts';
import { dropEntry, newEntry } from './queue/queue.ts';
import { admit, wake, wakeOne } from './queue/requeue.ts';
import { knownSnapshot } from './snapshot-of.ts';
import { dropNode, placeNode } from './snapshot/node-order.ts';
import { podInfoAfter, podInfoOf, podUid } from './snapshot/pod-info.ts';
import {
  namespacesChanged,
  orderChanged,
  removeNode,
  removePod,
  selectorsChanged,
  setNode,
  setNomination,
  updatePod,
} from './snapshot/snapshot.ts';
import { unreserve } from './prepare.ts';
import { profileFor, requeueContext, type Step } from './step.ts';
import { eventResources } from './watched.ts';

/** Takes a change of a node into snapshot and queue. */
export function takeNode(step: Step, old: Node | undefined, next: Node | undefined): void {
  const { memory } = step;
  const snapshot = knownSnapshot(memory);
  const context = requeueContext(step);
  if (next === undefined) {
    const name = old?.metadata.name ?? '';
    dropNode(memory.nodeOrder, name);
    if (snapshot !== undefined) removeNode(snapshot, name);
    wake(context, EVENTS.nodeDelete, { old, next });
    return;
  }
  const isMoved = placeNode(memory.nodeOrder, next);
  if (snapshot !== undefined) {
    setNode(snapshot, next);
    if (isMoved) orderChanged(snapshot);
  }
  if (old === undefined) wake(context, EVENTS.nodeAdd, { old, next });
  else for (const event of nodeChanges(old, next)) wake(context, event, { old, next });
}

/** Takes a change of the Pod of a key, `namespace/name`, into snapshot and queue. */
export function takePod(
  step: Step,
  key: string,
  old: Pod | undefined,
  next: Pod | undefined,
): void {
  const wasPlaced = old !== undefined && (old.spec.nodeName ?? '') !== '';
  const isPlaced = next !== undefined && (next.spec.nodeName ?? '') !== '';
  // A Pod that was deleted and made again under its name within one look is another Pod.
  if (old !== undefined && next !== undefined && old.metadata.uid !== next.metadata.uid) {
    takePod(step, key, old, undefined);
    takePod(step, key, undefined, next);
    return;
  }
  if (isPlaced) takePlaced(step, key, wasPlaced ? old : undefined, next, old);
  else if (wasPlaced && next === undefined) leaveNode(step, key, old);
  else if (next !== undefined) takeWaiting(step, key, old, next);
  else if (old !== undefined) forgetWaiting(step, key, old);
}

function takePlaced(
  step: Step,
  key: string,
  old: Pod | undefined,
  next: Pod,
  before: Pod | undefined,
): void {
  const { memory } = step;
  if (old === undefined) {
    const uid = podUid(next);
    // Mostly it is this scheduler's doing, and then the Pod is the queue's no more.
    const isOwn = memory.assumed.delete(uid);
    unreserve(step, uid);
    if (before !== undefined && !isOwn) dropEntry(memory.queue, key);
    clearNomination(step, uid);
  }
  const snapshot = knownSnapshot(memory);
  if (snapshot !== undefined) updatePod(snapshot, next, next.spec.nodeName as string); // A placed Pod has one.
  // Mostly nobody waits for anything.
  if (memory.queue.setAsideCount === 0) return;
  const context = requeueContext(step);
  if (old === undefined) wake(context, EVENTS.assignedPodAdd, { old: undefined, next });
  else for (const event of podChanges(old, next)) wake(context, event, { old, next });
}

function leaveNode(step: Step, key: string, old: Pod): void {
  const { memory } = step;
  const uid = podUid(old);
  memory.assumed.delete(uid);
  dropRecord(memory.explanations, key);
  const snapshot = knownSnapshot(memory);
  if (snapshot !== undefined) removePod(snapshot, uid);
  wake(requeueContext(step), EVENTS.assignedPodDelete, { old, next: undefined });
}

function takeWaiting(step: Step, key: string, old: Pod | undefined, next: Pod): void {
  const { memory, env } = step;
  if (profileFor(step, next) === undefined) return;
  // While its binding is under way the Pod is no longer the queue's.
  if (memory.assumed.size > 0 && memory.assumed.has(podUid(next))) return;
  // What is known of the Pod's last state is taken over.
  if (old !== undefined) podInfoAfter(old, next);
  const context = requeueContext(step);
  const entry = memory.queue.entries.get(key);
  if (entry === undefined) {
    const made = newEntry(memory.queue, key, next, env.now, env.cause);
    takeNomination(step, next);
    admit(context, made, 'atOnce');
    return;
  }
  entry.pod = next;
  refreshNomination(step, next);
  if (entry.place !== 'setAside' || old === undefined) return;
  for (const event of podChanges(old, next)) {
    wakeOne(context, entry, event, { old, next });
    if (entry.place !== 'setAside') return;
  }
}

function forgetWaiting(step: Step, key: string, old: Pod): void {
  const { memory } = step;
  const uid = podUid(old);
  dropEntry(memory.queue, key);
  dropRecord(memory.explanations, key);
  const isNominated = clearNomination(step, uid);
  const assumed = memory.assumed.get(uid);
  if (assumed !== undefined) {
    memory.assumed.delete(uid);
    unreserve(step, uid);
    const snapshot = knownSnapshot(memory);
    if (snapshot !== undefined) removePod(snapshot, uid);
  }
  // The room it would have taken is free for others.
  if (assumed !== undefined || isNominated) {
    wake(requeueContext(step), EVENTS.assignedPodDelete, { old, next: undefined });
  }
}

/** A Pod that comes with a nomination (the scheduler was restarted) keeps it. */
function takeNomination(step: Step, pod: Pod): void {
  const nodeName = pod.status?.nominatedNodeName ?? '';
  if (nodeName !== '') nominate(step, pod, nodeName);
}

/** Enters a Pod's nomination for a node. */
export function nominate({ memory }: Step, pod: Pod, nodeName: string): void {
  const { key, uid } = podInfoOf(pod);
  memory.nominations.set(uid, Object.freeze({ key, uid, nodeName }));
  const snapshot = knownSnapshot(memory);
  if (snapshot !== undefined) setNomination(snapshot, podInfoOf(pod), nodeName);
}

/** Takes a Pod's nomination back; false when it had none. */
export function clearNomination({ memory }: Step, uid: string): boolean {
  const nomination = memory.nominations.size === 0 ? undefined : memory.nominations.get(uid);
  if (nomination === undefined) return false;
  memory.nominations.delete(uid);
  const snapshot = knownSnapshot(memory);
  const pod = snapshot?.nominated.get(nomination.nodeName)?.get(uid);
  if (snapshot !== undefined && pod !== undefined) setNomination(snapshot, pod, undefined);
  return true;
}

/** The Pod has changed: what stands for it on its nominated node changes too. */
function refreshNomination(step: Step, pod: Pod): void {
  const nomination = step.memory.nominations.get(podUid(pod));
  if (nomination !== undefined) nominate(step, pod, nomination.nodeName);
}

/** Informers of those whose Pods are spread by what they select; their status changes with every Pod of theirs. */
const CONTROLLERS: ReadonlySet<string> = new Set([
  'replicationControllers',
  'replicaSets',
  'statefulSets',
]);

function selectorOf(object: unknown): unknown {
  return (object as ReplicaSet | undefined)?.spec?.selector;
}

/** Takes a change of any other object. */
export function takeObject(step: Step, { informer, old, next }: InformerChange): void {
  const { memory } = step;
  const snapshot = knownSnapshot(memory);
  if (snapshot !== undefined && informer === 'services') snapshot.servicesVersion += 1;
  if (snapshot !== undefined && informer === 'namespaces') {
    const labels = (object: unknown) => (object as Namespace | undefined)?.metadata.labels;
    // A namespace nobody has asked of yet changes nothing; one whose labels change may.
    if (labels(old) !== labels(next)) namespacesChanged(snapshot);
  }
  if (snapshot !== undefined && CONTROLLERS.has(informer) && selectorOf(old) !== selectorOf(next)) {
    selectorsChanged(snapshot);
  }
  const resource = eventResources.get(informer);
  if (resource === undefined) return;
  const action =
    old === undefined ? ACTION.add : next === undefined ? ACTION.delete : ACTION_UPDATE;
  const what = old === undefined ? 'Add' : next === undefined ? 'Delete' : 'Update';
  wake(requeueContext(step), clusterEvent(resource, action, `${resource}${what}`), { old, next });
}
