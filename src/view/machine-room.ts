import { controlPlaneNames } from './components.ts';
import {
  busY,
  fieldBox,
  nodeBox,
  nodeWire,
  ORGAN,
  organBox,
  ORGANS,
  organWire,
  unionOf,
  worldBox,
  type Box,
  type Organ,
  type Point,
} from './field.ts';
import { machineOf, programOf } from './process-title.ts';
import { componentId, type ThingId } from './selection.ts';
import type { View } from './view.ts';

/**
 * Where the control plane stands above the field. One machine: its four organs in a row, on the bus. Several: a card for
 * each machine with its organs inside, the load balancer below them, and the bus below that, as the wires really run.
 */

export const HOST = { width: 240, height: 134 } as const;
const HOST_GAP = 28;
/** Between the machines and the balancer: room for the rail that joins them. */
const RAIL_ALLEY = 44;
const CHIP = { width: 108, height: 44, gap: 6, left: 9, top: 31 } as const;
/** Beside a single machine's organs: its name. */
export const HOST_LABEL = { width: 56, height: 26 } as const;

export const BALANCER_PROCESS = 'load-balancer-lb-1';

/** How organs lie in a machine's card, row by row: the API server below, next to those who come to it. */
export const CHIPS: readonly Organ[] = [
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
];

export interface Room {
  /** The machines of the control plane, in order; empty before the first frame. */
  readonly machines: readonly string[];
  readonly field: Box;
}

export function roomOf(view: View): Room {
  return {
    machines: controlPlaneNames(view.head.getState().health),
    field: fieldBox(view.nodeSlots),
  };
}

export function hasSeveral({ machines }: Room): boolean {
  return machines.length > 1;
}

/** The load balancer stands where a single API server would: everybody's way leads there. */
export function balancerBox({ field }: Room): Box {
  const box = organBox('kube-apiserver', field);
  return { ...box, x: field.x + field.width / 2 - ORGAN.width / 2 };
}

/** The card of the machine at an index, of several; or the label of the only one. */
export function hostBox(room: Room, index: number): Box {
  if (!hasSeveral(room)) {
    const first = organBox(ORGANS[0], room.field);
    const { width, height } = HOST_LABEL;
    return { x: first.x - width - 14, y: first.y + (first.height - height) / 2, width, height };
  }
  const count = room.machines.length;
  const middle = room.field.x + room.field.width / 2;
  return {
    x: middle - HOST.width / 2 + (index - (count - 1) / 2) * (HOST.width + HOST_GAP),
    y: balancerBox(room).y - RAIL_ALLEY - HOST.height,
    ...HOST,
  };
}

/** An organ's place within its machine's card. */
export function chipBox(organ: Organ): Box {
  const at = CHIPS.indexOf(organ);
  return {
    x: CHIP.left + (at % 2) * (CHIP.width + CHIP.gap),
    y: CHIP.top + Math.floor(at / 2) * (CHIP.height + CHIP.gap),
    width: CHIP.width,
    height: CHIP.height,
  };
}

/** Where an organ of a machine stands in the world. */
export function placeOfOrgan(room: Room, organ: Organ, machine: string): Box {
  if (!hasSeveral(room)) return organBox(organ, room.field);
  const host = hostBox(room, Math.max(0, room.machines.indexOf(machine)));
  const chip = chipBox(organ);
  return { ...chip, x: host.x + chip.x, y: host.y + chip.y };
}

/** Where a component stands, named by its process or by its kind; undefined: nowhere on the canvas. */
export function placeOfComponent(view: View, name: string): Box | undefined {
  const room = roomOf(view);
  const program = programOf(name);
  if (program === 'load-balancer') return hasSeveral(room) ? balancerBox(room) : undefined;
  const organ = ORGANS.find((each) => each === program);
  if (organ === undefined) return undefined;
  return placeOfOrgan(room, organ, machineOf(name) || (room.machines[0] ?? ''));
}

/** The height of the rail that joins the machines with the balancer. */
export function railY(room: Room): number {
  return balancerBox(room).y - RAIL_ALLEY / 2;
}

/** The lines that are drawn between several machines and their balancer, and from member to member of etcd. */
export function roomWires(room: Room): readonly (readonly Point[])[] {
  if (!hasSeveral(room)) return [];
  const balancer = balancerBox(room);
  const rail = railY(room);
  const middle = balancer.x + balancer.width / 2;
  const boxes = room.machines.map((_, index) => hostBox(room, index));
  const down = boxes.map((box) => {
    const x = box.x + box.width / 2;
    const end = { x: middle, y: balancer.y };
    const start = { x, y: box.y + box.height };
    return x === middle ? [start, end] : [start, { x, y: rail }, { x: middle, y: rail }, end];
  });
  const peers = boxes.slice(1).map((box, index) => {
    const left = boxes[index] ?? box;
    const y = box.y + 15;
    return [
      { x: left.x + left.width, y },
      { x: box.x, y },
    ];
  });
  return [
    ...down,
    ...peers,
    [
      { x: middle, y: balancer.y + balancer.height },
      { x: middle, y: busY(room.field) },
    ],
  ];
}

/** The way of a request from the process that asks to the server that answered; undefined: it is not drawn. */
export function requestLine(
  view: View,
  from: string,
  server: string,
): readonly Point[] | undefined {
  const room = roomOf(view);
  return hasSeveral(room)
    ? lineAmongSeveral(view, room, { from, server })
    : lineToTheOnlyOne(view, room.field, from);
}

/** From an API server to the etcd member of its own machine. */
export function etcdLine(view: View, server: string): readonly Point[] {
  const room = roomOf(view);
  if (!hasSeveral(room)) return [...organWire('etcd', room.field)].reverse();
  const machine = machineOf(server);
  return between(
    placeOfOrgan(room, 'kube-apiserver', machine),
    placeOfOrgan(room, 'etcd', machine),
  );
}

function lineAmongSeveral(
  view: View,
  room: Room,
  { from, server }: { readonly from: string; readonly server: string },
): readonly Point[] | undefined {
  const machine = machineOf(server);
  const target = placeOfOrgan(room, 'kube-apiserver', machine);
  const program = programOf(from);
  const organ = ORGANS.find((each) => each === program);
  // A component of the control plane asks the server of its own machine.
  if (organ !== undefined) {
    return organ === 'kube-apiserver'
      ? undefined
      : between(placeOfOrgan(room, organ, machineOf(from) || machine), target);
  }
  const balancer = balancerBox(room);
  const middle = balancer.x + balancer.width / 2;
  const x = target.x + target.width / 2;
  const rail = railY(room);
  const up: readonly Point[] = [
    { x: middle, y: balancer.y },
    { x: middle, y: rail },
    { x, y: rail },
    { x, y: target.y + target.height },
  ];
  if (program === 'kubelet') {
    const card = cardOf(view, machineOf(from));
    if (card !== undefined) {
      const line = nodeWire(card, room.field).slice(0, 3);
      return [...line, { x: middle, y: busY(room.field) }, ...up];
    }
    const host = room.machines.indexOf(machineOf(from));
    if (host < 0) return undefined;
    const box = hostBox(room, host);
    const start = box.x + box.width / 2;
    return [{ x: start, y: box.y + box.height }, { x: start, y: rail }, ...up.slice(1)];
  }
  // From outside: beside the balancer, where nothing else stands.
  return [
    { x: balancer.x + balancer.width + 90, y: balancer.y + 27 },
    { x: middle, y: balancer.y + 27 },
    ...up,
  ];
}

function lineToTheOnlyOne(view: View, field: Box, from: string): readonly Point[] | undefined {
  const program = programOf(from);
  const organ = ORGANS.find((each) => each === program);
  if (organ !== undefined) return organ === 'kube-apiserver' ? undefined : organWire(organ, field);
  if (program === 'kubelet') {
    const card = cardOf(view, machineOf(from));
    return card === undefined ? undefined : nodeWire(card, field);
  }
  const end = organWire('etcd', field);
  const door = end[end.length - 1];
  return door === undefined
    ? undefined
    : [
        { x: door.x, y: door.y - 130 },
        { x: door.x, y: door.y - 54 },
      ];
}

function cardOf(view: View, node: string): Box | undefined {
  const id = view.nodeByName(node)?.id;
  const slot = id === undefined ? undefined : view.nodeSlots.slotOf(id);
  return slot === undefined ? undefined : nodeBox(slot, view.nodeSlots.columns);
}

function between(a: Box, b: Box): readonly Point[] {
  return [
    { x: a.x + a.width / 2, y: a.y + a.height / 2 },
    { x: b.x + b.width / 2, y: b.y + b.height / 2 },
  ];
}

/** All there is, as a box of the world: what should be seen at once. */
export function wholePicture(view: View): Box {
  const world = worldBox(view.nodeSlots, view.serviceSlots);
  const room = roomOf(view);
  // In a large field the control plane would be specks beside it, as `worldBox` knows.
  if (room.machines.length === 0 || world.y >= room.field.y) return world;
  return unionOf([world, ...room.machines.map((_, index) => hostBox(room, index))]);
}

/** The things of the control plane from left to right, for the arrow keys. */
export function roomThings(view: View): readonly ThingId[] {
  const room = roomOf(view);
  if (!hasSeveral(room)) {
    const label = view.nodeByName(room.machines[0] ?? '')?.id;
    const organs = ORGANS.map((organ) => componentId(organ));
    return label === undefined ? organs : [label, ...organs];
  }
  return room.machines.flatMap((machine) => {
    const host = view.nodeByName(machine)?.id;
    const organs = CHIPS.map((organ) => componentId(`${organ}-${machine}`));
    return host === undefined ? organs : [host, ...organs];
  });
}

/** What the field's way up leads to: the balancer, or the only API server. */
export function doorOf(view: View): ThingId {
  return componentId(hasSeveral(roomOf(view)) ? 'load-balancer' : 'kube-apiserver');
}
