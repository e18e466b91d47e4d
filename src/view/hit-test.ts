import { nodeBox, NODE_CARD, NODE_GAP, podBox, podGrid, type Box, type Point } from './field.ts';
import type { ThingId } from './selection.ts';
import type { View } from './view.ts';

/** A card of the field with what lies in it. */
export interface NodeAt {
  readonly id: ThingId;
  readonly box: Box;
}

/** The node whose card is at a point of the field. Arithmetic, however many there are. */
export function nodeAt(view: View, point: Point): NodeAt | undefined {
  const { columns, extent } = view.nodeSlots;
  const column = Math.floor(point.x / (NODE_CARD.width + NODE_GAP.x));
  const row = Math.floor(point.y / (NODE_CARD.height + NODE_GAP.y));
  // A sunk column begins half a card lower, so the card may be the one of the row above.
  for (const candidate of [row, row - 1]) {
    const slot = candidate * columns + column;
    if (column < 0 || column >= columns || candidate < 0 || slot >= extent) continue;
    const box = nodeBox(slot, columns);
    const id = view.nodeSlots.idAt(slot);
    if (id !== undefined && contains(box, point)) return { id, box };
  }
  return undefined;
}

/** The Pod at a point of the field, or else the node. */
export function thingAt(view: View, point: Point): ThingId | undefined {
  const node = nodeAt(view, point);
  if (node === undefined) return undefined;
  const pods = view.index.podsOnNode.ids(view.nodes.get(node.id)?.name ?? '');
  const inside = { x: point.x - node.box.x, y: point.y - node.box.y };
  return podInCard(pods, inside) ?? node.id;
}

/** The Pod at a point relative to its node's card. */
export function podInCard(pods: readonly ThingId[], inside: Point): ThingId | undefined {
  const grid = podGrid(pods.length);
  const first = podBox(0, grid);
  const pitch = grid.cell + grid.gap;
  const column = Math.floor((inside.x - first.x) / pitch);
  const row = Math.floor((inside.y - first.y) / pitch);
  if (column < 0 || column >= grid.columns || row < 0) return undefined;
  const index = row * grid.columns + column;
  return contains(podBox(index, grid), inside) ? pods[index] : undefined;
}

function contains(box: Box, point: Point): boolean {
  return (
    point.x >= box.x &&
    point.x <= box.x + box.width &&
    point.y >= box.y &&
    point.y <= box.y + box.height
  );
}
