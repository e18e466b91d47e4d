import { type Status, statusOf } from '../framework/status.ts';
import { type NodeTable, type ScalarColumn, scalarColumn } from '../snapshot/node-table.ts';
import type { PodAmounts } from '../snapshot/pod-requests.ts';

/** What a Pod asks for, with the columns it is compared with. */
export interface Asked {
  readonly cpuMilli: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly scalars: readonly AskedScalar[];
  /** Nothing but a place: the number of Pods alone counts. */
  readonly isEmpty: boolean;
}

interface AskedScalar {
  readonly name: string;
  readonly amount: number;
  readonly column: ScalarColumn;
}

/** One resource that a node has too little of. */
export interface Shortage {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

/** Whether the node has room for one Pod more and for everything it asks. The scheduler's hottest lines. */
export function fits(table: NodeTable, node: number, asked: Asked): boolean {
  // Slots are in range: they come from the table.
  if ((table.podCount[node] as number) + 1 > (table.podsAllocatable[node] as number)) return false;
  if (asked.isEmpty) return true;
  const { cpuMilli, memory, ephemeralStorage, scalars } = asked;
  if (
    cpuMilli > 0 &&
    cpuMilli > (table.cpuAllocatable[node] as number) - (table.cpuRequested[node] as number)
  ) {
    return false;
  }
  if (
    memory > 0 &&
    memory > (table.memoryAllocatable[node] as number) - (table.memoryRequested[node] as number)
  ) {
    return false;
  }
  if (
    ephemeralStorage > 0 &&
    ephemeralStorage >
      (table.ephemeralAllocatable[node] as number) - (table.ephemeralRequested[node] as number)
  ) {
    return false;
  }
  for (let index = 0; index < scalars.length; index++) {
    const { amount, column } = scalars[index] as AskedScalar;
    if (amount > (column.allocatable[node] as number) - (column.requested[node] as number))
      return false;
  }
  return true;
}

/** What the node is short of, in upstream's order. */
export function shortages(table: NodeTable, node: number, asked: Asked): Shortage[] {
  const short: Shortage[] = [];
  const check = (resource: string, requested: number, used: number, capacity: number) => {
    if (requested > 0 && requested > capacity - used) {
      short.push({ resource, requested, used, capacity });
    }
  };
  // Slots are in range: they come from the table.
  check('pods', 1, table.podCount[node] as number, table.podsAllocatable[node] as number);
  check(
    'cpu',
    asked.cpuMilli,
    table.cpuRequested[node] as number,
    table.cpuAllocatable[node] as number,
  );
  check(
    'memory',
    asked.memory,
    table.memoryRequested[node] as number,
    table.memoryAllocatable[node] as number,
  );
  check(
    'ephemeral-storage',
    asked.ephemeralStorage,
    table.ephemeralRequested[node] as number,
    table.ephemeralAllocatable[node] as number,
  );
  for (const { name, amount, column } of asked.scalars) {
    check(name, amount, column.requested[node] as number, column.allocatable[node] as number);
  }
  return short;
}

/** What a Pod asks, ready to be compared with nodes. */
export function askedOf(
  table: NodeTable,
  amounts: PodAmounts,
  isIgnored: (name: string) => boolean,
): Asked {
  const { cpuMilli, memory, ephemeralStorage } = amounts;
  const scalars =
    amounts.scalars.length === 0
      ? NO_SCALARS
      : amounts.scalars
          .filter(({ name, amount }) => amount !== 0 && !isIgnored(name))
          .map(({ name, amount }) => ({ name, amount, column: scalarColumn(table, name) }));
  const isEmpty = cpuMilli === 0 && memory === 0 && ephemeralStorage === 0 && scalars.length === 0;
  return { cpuMilli, memory, ephemeralStorage, scalars, isEmpty };
}

const NO_SCALARS: readonly AskedScalar[] = Object.freeze([]);

/** Statuses by their reasons: thousands of nodes are refused for the same few. */
const rejections = new Map<string, Status>();
const REJECTIONS_MAX = 1000;

export function rejection(table: NodeTable, node: number, asked: Asked): Status {
  const known = commonRejection(table, node, asked);
  if (known !== undefined) return known;
  const short = shortages(table, node, asked);
  // A request greater than the whole node cannot be helped by evicting anything.
  const isHopeless = short.some(
    ({ resource, requested, capacity }) => resource !== 'pods' && requested > capacity,
  );
  const key = `${isHopeless}${short.map(({ resource }) => resource).join()}`;
  let status = rejections.get(key);
  if (status === undefined) {
    if (rejections.size >= REJECTIONS_MAX) rejections.clear();
    const code = isHopeless ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
    status = statusOf(code, 'NodeResourcesFit', ...short.map(reasonOf));
    rejections.set(key, status);
  }
  return status;
}

/** The usual case without allocating: only cpu, memory and the number of Pods are asked for. */
function commonRejection(table: NodeTable, node: number, asked: Asked): Status | undefined {
  if (asked.ephemeralStorage > 0 || asked.scalars.length > 0) return undefined;
  // Slots are in range: they come from the table.
  const cpuMax = table.cpuAllocatable[node] as number;
  const memoryMax = table.memoryAllocatable[node] as number;
  let index = 0;
  if ((table.podCount[node] as number) + 1 > (table.podsAllocatable[node] as number)) index |= 1;
  if (asked.cpuMilli > 0 && asked.cpuMilli > cpuMax - (table.cpuRequested[node] as number)) {
    index |= asked.cpuMilli > cpuMax ? 2 | 8 : 2;
  }
  if (asked.memory > 0 && asked.memory > memoryMax - (table.memoryRequested[node] as number)) {
    index |= asked.memory > memoryMax ? 4 | 8 : 4;
  }
  return COMMON[index];
}

/** Rejections by the bits 1 Pods, 2 cpu, 4 memory, 8 hopeless. */
const COMMON: readonly Status[] = Array.from({ length: 16 }, (_, bits) => {
  const reasons: string[] = [];
  if ((bits & 1) !== 0) reasons.push('Too many pods');
  if ((bits & 2) !== 0) reasons.push('Insufficient cpu');
  if ((bits & 4) !== 0) reasons.push('Insufficient memory');
  const code = (bits & 8) !== 0 ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
  return statusOf(code, 'NodeResourcesFit', ...reasons);
});

function reasonOf({ resource }: Shortage): string {
  return resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`;
}
