import type { Edge, Node } from '@xyflow/react';
import { NODE_CARD, ORGAN, SERVICE_PILL, type Organ, type Point } from '../../view/field.ts';

/** The cards that React Flow mounts. Their sizes are known, so nothing is measured. */
export type NodeCardType = Node<{ readonly id: string }, 'node'>;
export type ServiceCardType = Node<{ readonly id: string }, 'service'>;
export type OrganCardType = Node<{ readonly organ: Organ }, 'organ'>;
export type CardType = NodeCardType | ServiceCardType | OrganCardType;
export type LinkEdgeType = Edge<{ readonly ready: number; readonly notReady: number }, 'link'>;

/** A card is looked at, not moved: clicks are heard by the map, which knows all levels of detail. */
const STILL = {
  draggable: false,
  selectable: false,
  focusable: false,
  connectable: false,
} as const;

export function nodeCardAt(id: string, { x, y }: Point): NodeCardType {
  const size = { width: NODE_CARD.width, height: NODE_CARD.height };
  return {
    ...STILL,
    id,
    type: 'node',
    position: { x, y },
    data: { id },
    ...size,
    measured: size,
  };
}

export function serviceCardAt(id: string, { x, y }: Point): ServiceCardType {
  const size = { width: SERVICE_PILL.width, height: SERVICE_PILL.height };
  return {
    ...STILL,
    id,
    type: 'service',
    position: { x, y },
    data: { id },
    ...size,
    measured: size,
  };
}

export function organCardAt(organ: Organ, { x, y }: Point): OrganCardType {
  const size = { width: ORGAN.width, height: ORGAN.height };
  return {
    ...STILL,
    id: `organ:${organ}`,
    type: 'organ',
    position: { x, y },
    data: { organ },
    ...size,
    measured: size,
  };
}
