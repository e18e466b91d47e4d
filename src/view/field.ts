/**
 * The geometry of the canvas in its own units (pixels at zoom 1): where the cards of a slot stand. All
 * levels of detail draw on this one field, so nothing moves between them.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export const NODE_CARD = { width: 220, height: 174 } as const;
export const NODE_GAP = { x: 32, y: 28 } as const;
/** The part of a node's card that holds its Pods, relative to the card. */
export const POD_AREA = { x: 14, y: 110, width: 192, height: 52 } as const;
export const SERVICE_PILL = { width: 144, height: 48 } as const;
const SERVICE_GAP = { x: 20, y: 14 } as const;
/** Between the Services and the nodes: room for the edges. */
const SERVICE_ALLEY = 64;
export const ORGAN = { width: 136, height: 54 } as const;
const ORGAN_GAP = 20;
/** Between the control plane and the field: room for the wires. */
const ORGAN_ALLEY = 68;
/** How far below the organs the bus runs to which everything is wired. */
const BUS_DROP = 22;

/** A pleasant field is about a third wider than high. */
const FIELD_ASPECT = 1.35;
/** Up to this many columns, odd columns sink by half a card: room for edges, and no rigid table. */
const STAGGERED_COLUMNS_MAX = 3;

export function nodeColumns(count: number): number {
  const pitchX = NODE_CARD.width + NODE_GAP.x;
  const pitchY = NODE_CARD.height + NODE_GAP.y;
  return Math.max(
    Math.min(count, 2),
    Math.round(Math.sqrt((count * FIELD_ASPECT * pitchY) / pitchX)),
    1,
  );
}

/** Services stand in a column left of the field, and in more columns when there are many. */
export function serviceColumns(count: number): number {
  return Math.max(1, Math.ceil(count / SERVICE_ROWS));
}

const SERVICE_ROWS = 10;

export function nodeBox(slot: number, columns: number): Box {
  const column = slot % columns;
  const row = Math.floor(slot / columns);
  const pitchX = NODE_CARD.width + NODE_GAP.x;
  const pitchY = NODE_CARD.height + NODE_GAP.y;
  const sunk = columns <= STAGGERED_COLUMNS_MAX && column % 2 === 1 ? pitchY / 2 : 0;
  return { x: column * pitchX, y: row * pitchY + sunk, ...NODE_CARD };
}

/** The slots whose cards may touch `area`: what must be mounted. Cheap: arithmetic, no search. */
export function nodeSlotsIn(area: Box, { columns, extent }: { columns: number; extent: number }) {
  const pitchX = NODE_CARD.width + NODE_GAP.x;
  const pitchY = NODE_CARD.height + NODE_GAP.y;
  const first = Math.max(0, Math.floor(area.x / pitchX));
  const last = Math.min(columns - 1, Math.floor((area.x + area.width) / pitchX));
  // One row more above: the cards of sunk columns reach half a row down.
  const top = Math.max(0, Math.floor(area.y / pitchY) - 1);
  const bottom = Math.min(
    Math.ceil(extent / columns) - 1,
    Math.floor((area.y + area.height) / pitchY),
  );
  const slots: number[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = first; column <= last; column++) {
      const slot = row * columns + column;
      if (slot < extent) slots.push(slot);
    }
  }
  return slots;
}

/** The box around all node cards. */
export function fieldBox({ columns, extent }: { columns: number; extent: number }): Box {
  const used = Math.min(columns, Math.max(extent, 1));
  const rows = Math.max(1, Math.ceil(extent / columns));
  const pitchY = NODE_CARD.height + NODE_GAP.y;
  const sunk = columns <= STAGGERED_COLUMNS_MAX && extent > 1 && columns > 1;
  // A sunk column reaches lower only if its last row is filled as far as its neighbours'.
  const lastRow = extent - (rows - 1) * columns;
  const drop = sunk ? (lastRow > 1 ? pitchY / 2 : rows > 1 ? 0 : pitchY / 2) : 0;
  return {
    x: 0,
    y: 0,
    width: used * NODE_CARD.width + (used - 1) * NODE_GAP.x,
    height: rows * NODE_CARD.height + (rows - 1) * NODE_GAP.y + drop,
  };
}

export function serviceBox(slot: number, columns: number): Box {
  const column = Math.floor(slot / SERVICE_ROWS) % Math.max(columns, 1);
  const row = slot % SERVICE_ROWS;
  return {
    x: -SERVICE_ALLEY - SERVICE_PILL.width - column * (SERVICE_PILL.width + SERVICE_GAP.x),
    y: 24 + row * (SERVICE_PILL.height + SERVICE_GAP.y),
    ...SERVICE_PILL,
  };
}

/** The order of the organs, left to right: the API server in the middle, those that ask it around it. */
export const ORGANS = [
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
] as const;
export type Organ = (typeof ORGANS)[number];

/** Organs stand in a row above the whole picture, the API server above the middle of the field. */
export function organBox(organ: Organ, field: Box): Box {
  const place = ORGANS.indexOf(organ) - ORGANS.indexOf('kube-apiserver');
  return {
    x: field.x + field.width / 2 - ORGAN.width / 2 + place * (ORGAN.width + ORGAN_GAP),
    y: field.y - ORGAN_ALLEY - ORGAN.height,
    ...ORGAN,
  };
}

/** The height at which the bus runs: every organ and every node is wired to it. */
export function busY(field: Box): number {
  return field.y - ORGAN_ALLEY + BUS_DROP;
}

/** The wire of an organ: down to the bus, along it, and up into the API server. */
export function organWire(organ: Organ, field: Box): readonly Point[] {
  const from = organBox(organ, field);
  const to = organBox('kube-apiserver', field);
  const x = from.x + from.width / 2;
  const y = from.y + from.height;
  return [{ x, y }, { x, y: busY(field) }, ...intoApiServer(to, field)];
}

/** The wire of a node: out of its shoulder into the gutter, up to the bus, and into the API server. */
export function nodeWire(card: Box, field: Box): readonly Point[] {
  const shoulder = { x: card.x, y: card.y + 22 };
  const gutter = card.x - NODE_GAP.x / 2;
  return [
    shoulder,
    { x: gutter, y: shoulder.y },
    { x: gutter, y: busY(field) },
    ...intoApiServer(organBox('kube-apiserver', field), field),
  ];
}

function intoApiServer(to: Box, field: Box): readonly Point[] {
  const x = to.x + to.width / 2;
  return [
    { x, y: busY(field) },
    { x, y: to.y + to.height },
  ];
}

/** The point at a share (0 to 1) of the way along a line of straight pieces. */
export function pointAlong(line: readonly Point[], share: number): Point {
  let total = 0;
  for (let at = 1; at < line.length; at++) total += distance(line[at - 1], line[at]);
  let left = total * Math.min(Math.max(share, 0), 1);
  for (let at = 1; at < line.length; at++) {
    const from = line[at - 1];
    const to = line[at];
    if (from === undefined || to === undefined) break;
    const length = distance(from, to);
    if (left <= length && length > 0) {
      const part = left / length;
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    }
    left -= length;
  }
  return line[line.length - 1] ?? { x: 0, y: 0 };
}

function distance(a: Point | undefined, b: Point | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

/** In a field of more nodes than this, organs and Services would be specks beside it. */
const INTIMATE_NODES_MAX = 40;

/** The box around what should be seen at once: everything, or only the field where it is large. */
export function worldBox(
  nodes: { columns: number; extent: number },
  services: { columns: number; extent: number },
): Box {
  const field = fieldBox(nodes);
  if (nodes.extent > INTIMATE_NODES_MAX) return field;
  const boxes = [field, ...ORGANS.map((organ) => organBox(organ, field))];
  for (let slot = 0; slot < services.extent; slot++) {
    boxes.push(serviceBox(slot, services.columns));
  }
  return unionOf(boxes);
}

export function unionOf(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** How the Pods of a node lie in its card: the largest square cells with which they all fit. */
export interface PodGrid {
  readonly columns: number;
  readonly cell: number;
  readonly gap: number;
}

/** Sizes of a Pod's cell, the largest first. Below `GLYPH_CELL_MIN` there is no room for a glyph. */
const CELLS: readonly PodGrid[] = [
  { columns: 7, cell: 22, gap: 6 },
  { columns: 9, cell: 17, gap: 4 },
  { columns: 12, cell: 13, gap: 3 },
  { columns: 16, cell: 10, gap: 2 },
  { columns: 24, cell: 6, gap: 2 },
];
export const GLYPH_CELL_MIN = 13;

export function podGrid(count: number): PodGrid {
  return CELLS.find((grid) => roomIn(grid) >= count) ?? tinyGrid(count);
}

function roomIn({ columns, cell, gap }: PodGrid): number {
  return columns * Math.floor((POD_AREA.height + gap) / (cell + gap));
}

/** More Pods than any kubelet takes by default: cells as small as they must be. */
function tinyGrid(count: number): PodGrid {
  for (let cell = 4; cell > 0.5; cell -= 0.25) {
    const gap = cell / 4;
    const grid = { columns: Math.floor((POD_AREA.width + gap) / (cell + gap)), cell, gap };
    if (roomIn(grid) >= count) return grid;
  }
  return { columns: POD_AREA.width, cell: 0.5, gap: 0.5 };
}

/** Where the Pod at `index` lies, relative to its node's card. */
export function podBox(index: number, grid: PodGrid): Box {
  const pitch = grid.cell + grid.gap;
  return {
    x: POD_AREA.x + (index % grid.columns) * pitch,
    y: POD_AREA.y + Math.floor(index / grid.columns) * pitch,
    width: grid.cell,
    height: grid.cell,
  };
}
