import type { Edge, Node } from '@xyflow/react';
import {
  NODE_CARD,
  ORGAN,
  SERVICE_PILL,
  type Box,
  type Organ,
  type Point,
} from '../../view/field.ts';

/** The cards that React Flow mounts. Their sizes are known, so nothing is measured. */
export type NodeCardType = Node<{ readonly id: string }, 'node'>;
export type ServiceCardType = Node<{ readonly id: string }, 'service'>;
export type OrganCardType = Node<{ readonly organ: Organ }, 'organ'>;
/** A machine of the control plane: a card of its own among several, else a name beside the organs. */
export type HostCardType = Node<{ readonly machine: string; readonly label: boolean }, 'host'>;
export type BalancerCardType = Node<Record<string, never>, 'balancer'>;
export type CardType =
  | NodeCardType
  | ServiceCardType
  | OrganCardType
  | HostCardType
  | BalancerCardType;
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

export function hostCardAt(
  machine: string,
  { x, y, width, height }: Box,
  label: boolean,
): HostCardType {
  const size = { width, height };
  return {
    ...STILL,
    id: `host:${machine}`,
    type: 'host',
    position: { x, y },
    data: { machine, label },
    ...size,
    measured: size,
  };
}

export function balancerCardAt({ x, y, width, height }: Box): BalancerCardType {
  const size = { width, height };
  return {
    ...STILL,
    id: 'balancer',
    type: 'balancer',
    position: { x, y },
    data: {},
    ...size,
    measured: size,
  };
}
