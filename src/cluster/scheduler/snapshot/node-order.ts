import type { Node } from '../../../api/generated/types.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';

/**
 * The order in which nodes are looked at: one of each zone in turn, so that a search that stops early
 * has seen all zones alike (kube-scheduler's node tree). It depends on the history of arrivals, so it is
 * part of the scheduler's state.
 */
export interface NodeOrder {
  /** Zone → names of its nodes, both in order of arrival. */
  readonly zones: Map<string, string[]>;
  readonly zoneOf: Map<string, string>;
}

export function createNodeOrder(): NodeOrder {
  return { zones: new Map(), zoneOf: new Map() };
}

/** Enters a node, or moves it when its zone has changed. True when the order is another now. */
export function placeNode(order: NodeOrder, node: Node): boolean {
  const name = node.metadata.name ?? '';
  const zone = zoneKeyOf(node);
  const known = order.zoneOf.get(name);
  if (known === zone) return false;
  if (known !== undefined) dropNode(order, name);
  const names = order.zones.get(zone);
  if (names === undefined) order.zones.set(zone, [name]);
  else names.push(name);
  order.zoneOf.set(name, zone);
  return true;
}

/** Takes a node out. */
export function dropNode(order: NodeOrder, name: string): void {
  const zone = order.zoneOf.get(name);
  if (zone === undefined) return;
  order.zoneOf.delete(name);
  const names = order.zones.get(zone);
  if (names === undefined) return;
  const index = names.indexOf(name);
  if (index >= 0) names.splice(index, 1);
  if (names.length === 0) order.zones.delete(zone);
}

/** The names, one of each zone in turn. */
export function interleavedNames(order: NodeOrder): string[] {
  const names: string[] = [];
  const zones = [...order.zones.values()];
  for (let round = 0; names.length < order.zoneOf.size; round++) {
    for (const zone of zones) {
      const name = zone[round];
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}

/** Region and zone of a node as one key; empty without either. Old label names count where the new are absent. */
function zoneKeyOf(node: Node): string {
  const { labels } = node.metadata;
  const zone =
    labelOf(labels, 'topology.kubernetes.io/zone') ??
    labelOf(labels, 'failure-domain.beta.kubernetes.io/zone') ??
    '';
  const region =
    labelOf(labels, 'topology.kubernetes.io/region') ??
    labelOf(labels, 'failure-domain.beta.kubernetes.io/region') ??
    '';
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
}
