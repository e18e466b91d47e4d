import type { Node } from '../../../api/generated/types.ts';
import { milliValue, value } from '../../../api/quantity/numbers.ts';
import { preventsScheduling } from '../../../api/taints-and-tolerations.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { isScalarResource, type PodAmounts } from './pod-requests.ts';

/**
 * The nodes as columns of numbers. A node has a slot; every column has its figure at that slot, so that
 * the filters of thousands of nodes run over arrays. Slots of nodes that are gone are used again.
 */
export interface NodeTable {
  /** Length of every column. */
  capacity: number;
  readonly slotOf: Map<string, number>;
  readonly freeSlots: number[];
  readonly names: string[];
  /** Undefined in a free slot. */
  readonly nodes: (Node | undefined)[];
  /** The Pods on the node by uid, in order of arrival. */
  readonly pods: Map<string, PodInfo>[];
  /** Host ports in use on the node. */
  readonly ports: (HostPort[] | undefined)[];

  cpuAllocatable: Float64Array;
  memoryAllocatable: Float64Array;
  ephemeralAllocatable: Float64Array;
  podsAllocatable: Float64Array;
  cpuRequested: Float64Array;
  memoryRequested: Float64Array;
  ephemeralRequested: Float64Array;
  cpuNonZero: Float64Array;
  memoryNonZero: Float64Array;
  podCount: Int32Array;
  /** Numbers the nodes in order of arrival. */
  serials: Float64Array;
  nextSerial: number;
  /** Changes whenever anything about the node does: its object, its Pods, Pods nominated for it. */
  versions: Uint32Array;
  nextVersion: number;
  /** The number of the node's last change that is more than another state of a Pod on it that counts as before. */
  changedAt: Uint32Array;
  nextChange: number;
  /** Slots by the last of these changes, round and round. */
  readonly lastChanged: Int32Array;
  /** Bits of `NodeTrait`. */
  traits: Uint8Array;
  readonly scalars: Map<string, ScalarColumn>;
  /** How many nodes have each trait: a filter for what no node has need not look at any. */
  readonly traitCounts: { unschedulable: number; hardTaints: number; softTaints: number };
}

/** One extended resource over all nodes. A node that does not offer it has 0 of it. */
export interface ScalarColumn {
  allocatable: Float64Array;
  requested: Float64Array;
}

export const TRAIT_UNSCHEDULABLE = 1;
export const TRAIT_HARD_TAINTS = 2;
export const TRAIT_SOFT_TAINTS = 4;
/** Pods that wait for other Pods to leave are nominated for the node. */
export const TRAIT_NOMINATED = 8;

const CAPACITY_MIN = 16;

/** So many changes of nodes are kept in mind. */
const CHANGES_MAX = 1024;

export function createNodeTable(): NodeTable {
  const column = () => new Float64Array(CAPACITY_MIN);
  return {
    capacity: CAPACITY_MIN,
    slotOf: new Map(),
    freeSlots: [],
    names: [],
    nodes: [],
    pods: [],
    ports: [],
    cpuAllocatable: column(),
    memoryAllocatable: column(),
    ephemeralAllocatable: column(),
    podsAllocatable: column(),
    cpuRequested: column(),
    memoryRequested: column(),
    ephemeralRequested: column(),
    cpuNonZero: column(),
    memoryNonZero: column(),
    podCount: new Int32Array(CAPACITY_MIN),
    serials: column(),
    nextSerial: 1,
    versions: new Uint32Array(CAPACITY_MIN),
    nextVersion: 1,
    changedAt: new Uint32Array(CAPACITY_MIN),
    nextChange: 1,
    lastChanged: new Int32Array(CHANGES_MAX),
    traits: new Uint8Array(CAPACITY_MIN),
    scalars: new Map(),
    traitCounts: { unschedulable: 0, hardTaints: 0, softTaints: 0 },
  };
}

/** A slot for a new node. True in `grown` when the columns have become longer. */
export function takeSlot(
  table: NodeTable,
  name: string,
): { readonly slot: number; readonly grown: boolean } {
  const free = table.freeSlots.pop();
  const slot = free ?? table.nodes.length;
  const grown = slot >= table.capacity;
  if (grown) grow(table);
  table.slotOf.set(name, slot);
  table.names[slot] = name;
  table.pods[slot] = new Map();
  table.ports[slot] = undefined;
  table.serials[slot] = table.nextSerial++;
  return { slot, grown };
}

/** Empties a slot; its Pods must have been taken off. */
export function releaseSlot(table: NodeTable, slot: number): void {
  table.slotOf.delete(table.names[slot] as string);
  countTraits(table, slot, -1);
  table.traits[slot] = 0;
  table.nodes[slot] = undefined;
  table.names[slot] = '';
  for (const column of floatColumns(table)) column[slot] = 0;
  for (const column of table.scalars.values()) column.allocatable[slot] = 0;
  table.freeSlots.push(slot);
}

/** Something about the node has changed: answers about it no longer hold. */
export function touchNode(table: NodeTable, slot: number): void {
  table.versions[slot] = table.nextVersion++;
  const change = table.nextChange++;
  table.changedAt[slot] = change;
  table.lastChanged[change % CHANGES_MAX] = slot;
}

/** Only some Pod on the node is in another state, which counts like the one before: the columns say what they said. */
export function touchPods(table: NodeTable, slot: number): void {
  table.versions[slot] = table.nextVersion++;
}

/** Slots of the nodes that have changed from a change (`nextChange` of then) on, once each; undefined: too many to tell. */
export function changedSince(table: NodeTable, change: number): readonly number[] | undefined {
  const { nextChange, changedAt, lastChanged } = table;
  if (change === nextChange) return NO_SLOTS;
  if (nextChange - change > CHANGES_MAX) return undefined;
  const slots: number[] = [];
  for (let at = change; at < nextChange; at++) {
    const slot = lastChanged[at % CHANGES_MAX]!; // Always within the list.
    if (changedAt[slot] === at) slots.push(slot);
  }
  return slots;
}

const NO_SLOTS: readonly number[] = Object.freeze([]);

/** Writes what the Node object says into its columns. */
export function writeNode(table: NodeTable, slot: number, node: Node): void {
  const before = table.nodes[slot];
  table.nodes[slot] = node;
  touchNode(table, slot);
  const { allocatable } = node.status ?? {};
  if (before === undefined || before.status?.allocatable !== allocatable) {
    writeAllocatable(table, slot, allocatable);
  }
  if (before !== undefined) countTraits(table, slot, -1);
  const isNominated = (table.traits[slot] as number) & TRAIT_NOMINATED;
  table.traits[slot] = traitsOf(node) | isNominated;
  countTraits(table, slot, 1);
}

/** Adds a Pod's amounts to its node's columns (`sign` 1), or takes them off again (−1). */
export function countPod(table: NodeTable, slot: number, pod: PodInfo, sign: 1 | -1): void {
  const { amounts } = pod;
  // Slots are in range wherever a node is known.
  table.podCount[slot]! += sign;
  addAmounts(table, slot, amounts, sign);
  if (pod.hostPorts.length > 0) countPorts(table, slot, pod, sign);
}

function addAmounts(table: NodeTable, slot: number, amounts: PodAmounts, sign: 1 | -1): void {
  // Every column has the table's length, and the slot lies within it.
  table.cpuRequested[slot]! += sign * amounts.cpuMilli;
  table.memoryRequested[slot]! += sign * amounts.memory;
  table.ephemeralRequested[slot]! += sign * amounts.ephemeralStorage;
  table.cpuNonZero[slot]! += sign * amounts.nonZeroCpuMilli;
  table.memoryNonZero[slot]! += sign * amounts.nonZeroMemory;
  for (const { name, amount } of amounts.scalars) {
    scalarColumn(table, name).requested[slot]! += sign * amount;
  }
}

/** The column of an extended resource, made when first heard of. */
export function scalarColumn(table: NodeTable, name: string): ScalarColumn {
  let column = table.scalars.get(name);
  if (column === undefined) {
    column = {
      allocatable: new Float64Array(table.capacity),
      requested: new Float64Array(table.capacity),
    };
    table.scalars.set(name, column);
  }
  return column;
}

function writeAllocatable(
  table: NodeTable,
  slot: number,
  allocatable: Readonly<Record<string, string>> = {},
): void {
  for (const column of table.scalars.values()) column.allocatable[slot] = 0;
  table.cpuAllocatable[slot] = 0;
  table.memoryAllocatable[slot] = 0;
  table.ephemeralAllocatable[slot] = 0;
  table.podsAllocatable[slot] = 0;
  for (const name of Object.keys(allocatable)) {
    const text = allocatable[name];
    if (name === 'cpu') table.cpuAllocatable[slot] = milliValue(text);
    else if (name === 'memory') table.memoryAllocatable[slot] = value(text);
    else if (name === 'pods') table.podsAllocatable[slot] = value(text);
    else if (name === 'ephemeral-storage') table.ephemeralAllocatable[slot] = value(text);
    else if (isScalarResource(name)) scalarColumn(table, name).allocatable[slot] = value(text);
  }
}

function traitsOf(node: Node): number {
  let traits = node.spec.unschedulable === true ? TRAIT_UNSCHEDULABLE : 0;
  for (const taint of node.spec.taints ?? []) {
    if (preventsScheduling(taint)) traits |= TRAIT_HARD_TAINTS;
    else traits |= TRAIT_SOFT_TAINTS;
  }
  return traits;
}

function countTraits(table: NodeTable, slot: number, sign: 1 | -1): void {
  const traits = table.traits[slot] ?? 0;
  const counts = table.traitCounts;
  if ((traits & TRAIT_UNSCHEDULABLE) !== 0) counts.unschedulable += sign;
  if ((traits & TRAIT_HARD_TAINTS) !== 0) counts.hardTaints += sign;
  if ((traits & TRAIT_SOFT_TAINTS) !== 0) counts.softTaints += sign;
}

function countPorts(table: NodeTable, slot: number, pod: PodInfo, sign: 1 | -1): void {
  let ports = table.ports[slot];
  if (ports === undefined) {
    ports = [];
    table.ports[slot] = ports;
  }
  for (const port of pod.hostPorts) {
    if (sign > 0) ports.push(port);
    else {
      const index = ports.findIndex(
        (each) =>
          each.port === port.port && each.protocol === port.protocol && each.hostIP === port.hostIP,
      );
      if (index >= 0) ports.splice(index, 1);
    }
  }
}

function floatColumns(table: NodeTable): Float64Array[] {
  return [
    table.cpuAllocatable,
    table.memoryAllocatable,
    table.ephemeralAllocatable,
    table.podsAllocatable,
    table.cpuRequested,
    table.memoryRequested,
    table.ephemeralRequested,
    table.cpuNonZero,
    table.memoryNonZero,
  ];
}

function grow(table: NodeTable): void {
  const capacity = table.capacity * 2;
  table.capacity = capacity;
  table.cpuAllocatable = longer(table.cpuAllocatable, capacity);
  table.memoryAllocatable = longer(table.memoryAllocatable, capacity);
  table.ephemeralAllocatable = longer(table.ephemeralAllocatable, capacity);
  table.podsAllocatable = longer(table.podsAllocatable, capacity);
  table.cpuRequested = longer(table.cpuRequested, capacity);
  table.memoryRequested = longer(table.memoryRequested, capacity);
  table.ephemeralRequested = longer(table.ephemeralRequested, capacity);
  table.cpuNonZero = longer(table.cpuNonZero, capacity);
  table.memoryNonZero = longer(table.memoryNonZero, capacity);
  table.podCount = longerInts(table.podCount, capacity);
  table.serials = longer(table.serials, capacity);
  const versions = new Uint32Array(capacity);
  versions.set(table.versions);
  table.versions = versions;
  const changedAt = new Uint32Array(capacity);
  changedAt.set(table.changedAt);
  table.changedAt = changedAt;
  const traits = new Uint8Array(capacity);
  traits.set(table.traits);
  table.traits = traits;
  for (const column of table.scalars.values()) {
    column.allocatable = longer(column.allocatable, capacity);
    column.requested = longer(column.requested, capacity);
  }
}

function longer(column: Float64Array, length: number): Float64Array {
  const longerColumn = new Float64Array(length);
  longerColumn.set(column);
  return longerColumn;
}

/** A longer copy of a column of whole numbers. */
export function longerInts(column: Int32Array, length: number): Int32Array {
  const longerColumn = new Int32Array(length);
  longerColumn.set(column);
  return longerColumn;
}
