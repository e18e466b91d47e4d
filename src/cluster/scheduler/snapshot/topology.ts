import type { Node } from '../../../api/generated/types.ts';
import { labelOf } from '../../../api/selectors/label-requirement.ts';
import { longerInts } from './node-table.ts';

/**
 * One topology key over all nodes: which domain (value of the label) each node lies in, as small numbers,
 * so that counts by domain are arrays.
 */
export interface TopologyColumn {
  readonly key: string;
  /** Domain by slot; −1 where the node lacks the label (or the slot is free). */
  domainOf: Int32Array;
  /** Label value by domain. */
  readonly values: string[];
  readonly domainByValue: Map<string, number>;
  /** Grows when a node comes to lie in another domain. */
  version: number;
}

export type TopologyColumns = Map<string, TopologyColumn>;

/** The column of a key, read off all nodes when first asked for. */
export function topologyColumn(
  columns: TopologyColumns,
  key: string,
  nodes: readonly (Node | undefined)[],
  capacity: number,
): TopologyColumn {
  let column = columns.get(key);
  if (column !== undefined) return column;
  column = {
    key,
    domainOf: new Int32Array(capacity).fill(-1),
    values: [],
    domainByValue: new Map(),
    version: 0,
  };
  columns.set(key, column);
  for (let slot = 0; slot < nodes.length; slot++) fileNode(column, slot, nodes[slot]);
  return column;
}

/** Enters what a node's labels say into every column; undefined clears the slot. */
export function fileNodeEverywhere(
  columns: TopologyColumns,
  slot: number,
  node: Node | undefined,
): void {
  for (const column of columns.values()) fileNode(column, slot, node);
}

export function growTopology(columns: TopologyColumns, capacity: number): void {
  for (const column of columns.values()) {
    const shorter = column.domainOf;
    column.domainOf = longerInts(shorter, capacity);
    column.domainOf.fill(-1, shorter.length);
  }
}

function fileNode(column: TopologyColumn, slot: number, node: Node | undefined): void {
  const value = node === undefined ? undefined : labelOf(node.metadata.labels, column.key);
  const domain = value === undefined ? -1 : domainOfValue(column, value);
  if (column.domainOf[slot] === domain) return;
  column.domainOf[slot] = domain;
  column.version += 1;
}

/** The number of a domain, given out when first seen. Domains without nodes keep theirs. */
function domainOfValue(column: TopologyColumn, value: string): number {
  let domain = column.domainByValue.get(value);
  if (domain === undefined) {
    domain = column.values.length;
    column.values.push(value);
    column.domainByValue.set(value, domain);
  }
  return domain;
}
