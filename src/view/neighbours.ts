import { podGrid } from './field.ts';
import { doorOf, hasSeveral, roomOf, roomThings } from './machine-room.ts';
import { componentId, componentOf, type ThingId } from './selection.ts';
import type { View } from './view.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * Where an arrow key leads on the canvas. Organs are a row above the field, Services a column left of it,
 * the harbour a column right of it, and a node's Pods are rows inside its card: down enters them, up leaves.
 */
export function neighbourOf(
  view: View,
  from: ThingId | undefined,
  direction: Direction,
): ThingId | undefined {
  if (from === undefined) return firstThing(view);
  const component = componentOf(from);
  if (component !== undefined || view.machines.get(from) !== undefined) {
    return fromRoom(view, from, direction);
  }
  const pod = view.pods.get(from);
  if (pod !== undefined) {
    return pod.node === ''
      ? fromHarbour(view, from, direction)
      : fromPod(view, from, pod.node, direction);
  }
  if (view.services.get(from) !== undefined) return fromService(view, from, direction);
  if (view.nodes.get(from) !== undefined) return fromNode(view, from, direction);
  return firstThing(view);
}

function firstThing(view: View): ThingId | undefined {
  return firstNode(view) ?? doorOf(view);
}

function firstNode(view: View): ThingId | undefined {
  for (let slot = 0; slot < view.nodeSlots.extent; slot++) {
    const id = view.nodeSlots.idAt(slot);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The control plane from left to right; below several machines stands their balancer, below that the field. */
function fromRoom(view: View, from: ThingId, direction: Direction): ThingId | undefined {
  const door = doorOf(view);
  const things = roomThings(view);
  const several = hasSeveral(roomOf(view));
  if (several && from === door) {
    if (direction === 'up') return things[0];
    return direction === 'down' ? firstNode(view) : undefined;
  }
  if (direction === 'up') return undefined;
  if (direction === 'down') return several ? door : firstNode(view);
  const at = things.indexOf(from);
  // What has no place here (a CoreDNS) is left for the first thing that has.
  return at < 0 ? things[0] : things[at + (direction === 'right' ? 1 : -1)];
}

function fromNode(view: View, id: ThingId, direction: Direction): ThingId | undefined {
  const name = view.nodes.get(id)?.name ?? '';
  if (direction === 'down') {
    return view.index.podsOnNode.ids(name)[0] ?? besideNode(view, id, 'down');
  }
  return besideNode(view, id, direction);
}

/** The card beside a card; beyond the rim of the field: organs, Services, harbour. */
function besideNode(view: View, id: ThingId, direction: Direction): ThingId | undefined {
  const slots = view.nodeSlots;
  const slot = slots.slotOf(id);
  if (slot === undefined) return undefined;
  const column = slot % slots.columns;
  const step = { left: -1, right: 1, up: -slots.columns, down: slots.columns }[direction];
  const leavesRow =
    (direction === 'left' && column === 0) ||
    (direction === 'right' && column === slots.columns - 1);
  for (let next = slot + step; !leavesRow && next >= 0 && next < slots.extent; next += step) {
    const found = slots.idAt(next);
    // Across free slots, but not around the corner into another row.
    const sameRow = Math.floor(next / slots.columns) === Math.floor(slot / slots.columns);
    if ((direction === 'left' || direction === 'right') && !sameRow) break;
    if (found !== undefined) return found;
  }
  if (direction === 'up') return doorOf(view);
  if (direction === 'left') return view.serviceSlots.idAt(0);
  return direction === 'right' ? firstWaiting(view) : undefined;
}

function fromPod(
  view: View,
  id: ThingId,
  nodeName: string,
  direction: Direction,
): ThingId | undefined {
  const pods = view.index.podsOnNode.ids(nodeName);
  const node = view.nodeByName(nodeName)?.id;
  const at = pods.indexOf(id);
  const { columns } = podGrid(pods.length);
  const column = at % columns;
  if (direction === 'up') return at < columns ? node : pods[at - columns];
  if (direction === 'down') {
    return pods[at + columns] ?? (node === undefined ? undefined : besideNode(view, node, 'down'));
  }
  const next = direction === 'left' ? at - 1 : at + 1;
  const inRow = direction === 'left' ? column > 0 : column < columns - 1;
  if (inRow && pods[next] !== undefined) return pods[next];
  return node === undefined ? undefined : besideNode(view, node, direction);
}

function fromService(view: View, id: ThingId, direction: Direction): ThingId | undefined {
  const slot = view.serviceSlots.slotOf(id) ?? 0;
  if (direction === 'right') return firstNode(view);
  if (direction === 'left') return undefined;
  const next = view.serviceSlots.idAt(slot + (direction === 'down' ? 1 : -1));
  return (
    next ??
    (direction === 'up' ? (roomThings(view)[0] ?? componentId('kube-scheduler')) : undefined)
  );
}

/** The lanes of the harbour, top to bottom. */
export const LANES_OF_HARBOUR = ['unseen', 'active', 'backoff', 'unschedulable', 'gated'] as const;

function waitingPods(view: View): readonly ThingId[] {
  return LANES_OF_HARBOUR.flatMap((lane) => view.index.waiting.ids(lane));
}

function firstWaiting(view: View): ThingId | undefined {
  return waitingPods(view)[0];
}

function fromHarbour(view: View, id: ThingId, direction: Direction): ThingId | undefined {
  const pods = waitingPods(view);
  const at = pods.indexOf(id);
  if (direction === 'left') return pods[at - 1] ?? firstNode(view);
  if (direction === 'right') return pods[at + 1];
  const lane = view.pods.get(id)?.queue ?? '';
  const laneOf = (pod: ThingId): string => view.pods.get(pod)?.queue ?? '';
  return direction === 'down'
    ? pods.slice(at).find((pod) => laneOf(pod) !== lane)
    : pods.slice(0, Math.max(at, 0)).findLast((pod) => laneOf(pod) !== lane);
}
