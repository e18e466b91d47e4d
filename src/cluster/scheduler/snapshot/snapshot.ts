import { assert } from '../../../base/assert.ts';
import type { Node, Pod } from '../../../api/generated/types.ts';
import type { Labels } from '../../../api/selectors/label-requirement.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { createImageStates, fileImages, type ImageStates } from './image-states.ts';
import {
  createNodeMasks,
  forgetAnswers,
  growMasks,
  type NodeMask,
  nodeMask,
  type NodeMasks,
} from './node-mask.ts';
import { createNodeMemos, type NodeMemos } from './node-memo.ts';
import { interleavedNames, type NodeOrder } from './node-order.ts';
import {
  countPod,
  createNodeTable,
  type NodeTable,
  releaseSlot,
  takeSlot,
  touchNode,
  touchPods,
  TRAIT_NOMINATED,
  writeNode,
} from './node-table.ts';
import {
  countInCounters,
  createPodCounters,
  forgetCounters,
  growCounters,
  markDomainsStale,
  type PodCounters,
} from './pod-counter.ts';
import {
  countsAlike,
  nextPodInfo,
  type PodInfo,
  podInfoOf,
  podUid,
  takeState,
} from './pod-info.ts';
import { isSameImages, isSamePlace } from './same-node.ts';
import { countTerms, createTermGroups, forgetConcerns, type TermGroups } from './term-groups.ts';
import {
  fileNodeEverywhere,
  growTopology,
  type TopologyColumn,
  topologyColumn,
  type TopologyColumns,
} from './topology.ts';

/**
 * What the scheduler believes of the cluster, laid out for placing Pods: columns, indexes and counts, all
 * kept up to date by single changes. It is derived from nodes, Pods and their order alone, so it is
 * no part of the scheduler's state and can be built anew at any time (`buildSnapshot`).
 */
export interface Snapshot {
  readonly table: NodeTable;
  readonly order: NodeOrder;
  /** The other objects that plugins look up. */
  readonly objects: ClusterObjects;
  readonly topologies: TopologyColumns;
  readonly masks: NodeMasks;
  readonly counters: PodCounters;
  readonly terms: TermGroups;
  readonly images: ImageStates;
  /** Where each Pod that is placed stands. */
  readonly placements: Map<string, Placement>;
  /** Pods on nodes that are not there (yet, or any more): by node, then uid. */
  readonly strays: Map<string, Map<string, PodInfo>>;
  /** Waiting Pods by the node that preemption has made room on for them: node name, then uid. */
  readonly nominated: Map<string, Map<string, PodInfo>>;
  /** The node each of them is nominated for. */
  readonly nominatedNodeOf: Map<string, string>;
  /** How many placed Pods name a claim in a volume, by `namespace/name`. */
  readonly claimUse: Map<string, number>;
  /** What filters and trials of preemption said of nodes, for Pods like those to come. */
  readonly verdictMemos: NodeMemos<object>;
  readonly trialMemos: NodeMemos<object>;
  /** Room to work in, so that an attempt need not allocate for every node. */
  scratch: Int32Array;
  verdictScratch: Uint16Array;
  /** Grows whenever a service changes: what was found out about services is asked anew. */
  servicesVersion: number;
  /** Grows when nodes, terms of placed Pods or controllers change in what plugins look up beforehand; see `circumstancesOf`. */
  upheavals: number;
  /** Slots in the order in which nodes are looked at; undefined: to be made anew. */
  slots: Int32Array | undefined;
  /** Where each slot stands in that order; made with `slots`. */
  positions: Int32Array;
  /** The names in that order; frozen, shared by the records of attempts. */
  names: readonly string[] | undefined;
}

export interface Placement {
  /** In its last state; the snapshot's own, brought up to date by `takeState`. */
  pod: PodInfo;
  readonly nodeName: string;
}

export function createSnapshot(order: NodeOrder, objects: ClusterObjects): Snapshot {
  return {
    table: createNodeTable(),
    order,
    objects,
    topologies: new Map(),
    masks: createNodeMasks(),
    counters: createPodCounters(),
    terms: createTermGroups(),
    images: createImageStates(),
    placements: new Map(),
    strays: new Map(),
    nominated: new Map(),
    nominatedNodeOf: new Map(),
    claimUse: new Map(),
    verdictMemos: createNodeMemos(),
    trialMemos: createNodeMemos(),
    scratch: new Int32Array(0),
    verdictScratch: new Uint16Array(0),
    servicesVersion: 0,
    upheavals: 0,
    slots: undefined,
    positions: new Int32Array(0),
    names: undefined,
  };
}

/** A snapshot from scratch: nodes that stand in `order`, and the Pods placed on them. */
export function buildSnapshot(
  order: NodeOrder,
  objects: ClusterObjects,
  nodes: Iterable<Node>,
  placements: Iterable<Placement>,
): Snapshot {
  const snapshot = createSnapshot(order, objects);
  for (const node of nodes) setNode(snapshot, node);
  for (const { pod, nodeName } of placements) addPod(snapshot, pod, nodeName);
  return snapshot;
}

/** How many nodes there are. */
export function nodeCount(snapshot: Snapshot): number {
  return snapshot.table.slotOf.size;
}

/**
 * A number that stays while nothing has changed of all that plugins find out about a Pod before they are asked about nodes:
 * everything but the Pods on nodes, as long as these have no affinity. Every part of it only grows.
 */
export function circumstancesOf(snapshot: Snapshot): number {
  const { upheavals, servicesVersion, images, counters, masks } = snapshot;
  return upheavals + servicesVersion + images.version + counters.version + masks.version;
}

/** A controller has come or gone, or selects other Pods. */
export function selectorsChanged(snapshot: Snapshot): void {
  snapshot.upheavals += 1;
}

/** Slots of the nodes in the order in which they are looked at. */
export function slotsInOrder(snapshot: Snapshot): Int32Array {
  if (snapshot.slots === undefined) {
    const names = namesInOrder(snapshot);
    const slots = new Int32Array(names.length);
    const positions = new Int32Array(snapshot.table.capacity);
    for (let index = 0; index < names.length; index++) {
      const slot = snapshot.table.slotOf.get(names[index] as string);
      assert(slot !== undefined, 'the order of nodes names only nodes that are there');
      slots[index] = slot;
      positions[slot] = index;
    }
    snapshot.slots = slots;
    snapshot.positions = positions;
  }
  return snapshot.slots;
}

/** A list of slots or positions, as long as there are nodes, to be used until the next one is asked for. */
export function scratchOf(snapshot: Snapshot): Int32Array {
  const { capacity } = snapshot.table;
  if (snapshot.scratch.length < capacity) snapshot.scratch = new Int32Array(capacity);
  return snapshot.scratch;
}

/** An empty list of verdicts, one for each node, to be used until the next one is asked for. */
export function verdictScratchOf(snapshot: Snapshot): Uint16Array {
  const count = nodeCount(snapshot);
  if (snapshot.verdictScratch.length === count) snapshot.verdictScratch.fill(0);
  else snapshot.verdictScratch = new Uint16Array(count);
  return snapshot.verdictScratch;
}

/** Where the node in a slot stands in that order. */
export function positionOf(snapshot: Snapshot, slot: number): number {
  slotsInOrder(snapshot);
  return snapshot.positions[slot] as number;
}

/** Names of the nodes in that order. */
export function namesInOrder(snapshot: Snapshot): readonly string[] {
  snapshot.names ??= Object.freeze(interleavedNames(snapshot.order));
  return snapshot.names;
}

/** The order has changed (the caller has moved a node in it). */
export function orderChanged(snapshot: Snapshot): void {
  snapshot.upheavals += 1;
  snapshot.slots = undefined;
  snapshot.names = undefined;
}

/** Adds a node or takes over its changes. The caller keeps `order`. */
export function setNode(snapshot: Snapshot, node: Node): void {
  const { table } = snapshot;
  const name = node.metadata.name ?? '';
  let slot = table.slotOf.get(name);
  if (slot === undefined) {
    const taken = takeSlot(table, name);
    slot = taken.slot;
    if (taken.grown) growColumns(snapshot);
    enterNode(snapshot, slot, node);
    adoptStrays(snapshot, name);
    markNominated(snapshot, name);
    orderChanged(snapshot);
    return;
  }
  const before = table.nodes[slot] as Node;
  if (before === node) return;
  if (!isSameImages(before, node)) {
    fileImages(snapshot.images, slot, before, -1, table.serials);
    fileImages(snapshot.images, slot, node, 1, table.serials);
  }
  if (isSamePlace(before, node)) {
    writeNode(table, slot, node);
    return;
  }
  snapshot.upheavals += 1;
  // Terms are counted by the domains of the node: they are taken out under the old labels and
  // entered under the new.
  for (const pod of podsAt(table, slot)) countTermsOf(snapshot, slot, pod, -1);
  writeNode(table, slot, node);
  fileNodeEverywhere(snapshot.topologies, slot, node);
  forgetAnswers(snapshot.masks, slot);
  markDomainsStale(snapshot.counters);
  for (const pod of podsAt(table, slot)) countTermsOf(snapshot, slot, pod, 1);
}

/** Takes a node out. Pods still on it become strays, as they are upstream until they are deleted. */
export function removeNode(snapshot: Snapshot, name: string): void {
  const { table } = snapshot;
  const slot = table.slotOf.get(name);
  if (slot === undefined) return;
  const pods = [...podsAt(table, slot)];
  for (const pod of pods) countOnNode(snapshot, slot, pod, -1);
  fileImages(snapshot.images, slot, table.nodes[slot], -1, table.serials);
  releaseSlot(table, slot);
  fileNodeEverywhere(snapshot.topologies, slot, undefined);
  forgetAnswers(snapshot.masks, slot);
  markDomainsStale(snapshot.counters);
  orderChanged(snapshot);
  for (const pod of pods) addStray(snapshot, name, pod);
}

/** Places a Pod on a node: bound, or assumed while its binding is under way. */
export function addPod(snapshot: Snapshot, pod: PodInfo, nodeName: string): void {
  place(snapshot, snapshot.placements.get(pod.uid), { ...pod }, nodeName);
}

/** Takes over a state of a placed Pod, from which its view follows from that of the state before. */
export function updatePod(snapshot: Snapshot, pod: Pod, nodeName: string): void {
  const known = snapshot.placements.get(podUid(pod));
  if (known === undefined) addPod(snapshot, podInfoOf(pod), nodeName);
  else if (known.nodeName === nodeName && takeState(known.pod, pod)) {
    const slot = snapshot.table.slotOf.get(nodeName);
    if (slot !== undefined) touchPods(snapshot.table, slot);
  } else place(snapshot, known, nextPodInfo(known.pod, pod), nodeName);
}

/** `pod` is to be the snapshot's own. */
function place(
  snapshot: Snapshot,
  known: Placement | undefined,
  pod: PodInfo,
  nodeName: string,
): void {
  const { uid } = pod;
  if (known !== undefined) {
    if (known.nodeName === nodeName && countsAlike(known.pod, pod)) {
      known.pod = pod;
      replacePod(snapshot, pod, nodeName);
      return;
    }
    removePod(snapshot, uid);
  }
  snapshot.placements.set(uid, { pod, nodeName });
  const slot = snapshot.table.slotOf.get(nodeName);
  if (slot === undefined) addStray(snapshot, nodeName, pod);
  else countOnNode(snapshot, slot, pod, 1);
}

/** The next state of a Pod that is placed, where nothing that is counted has changed. */
function replacePod(snapshot: Snapshot, pod: PodInfo, nodeName: string): void {
  const { table } = snapshot;
  const slot = table.slotOf.get(nodeName);
  if (slot === undefined) {
    addStray(snapshot, nodeName, pod);
    return;
  }
  (table.pods[slot] as Map<string, PodInfo>).set(pod.uid, pod); // Every slot in use has its Map.
  touchPods(table, slot);
}

/** Takes a Pod off its node. */
export function removePod(snapshot: Snapshot, uid: string): void {
  const placement = snapshot.placements.get(uid);
  if (placement === undefined) return;
  snapshot.placements.delete(uid);
  const { pod, nodeName } = placement;
  const slot = snapshot.table.slotOf.get(nodeName);
  if (slot !== undefined) {
    countOnNode(snapshot, slot, pod, -1);
    return;
  }
  const strays = snapshot.strays.get(nodeName);
  if (strays === undefined) return;
  strays.delete(uid);
  if (strays.size === 0) snapshot.strays.delete(nodeName);
}

/** Enters a waiting Pod's nomination for a node, or takes it back (undefined). */
export function setNomination(
  snapshot: Snapshot,
  pod: PodInfo,
  nodeName: string | undefined,
): void {
  const before = snapshot.nominatedNodeOf.get(pod.uid);
  if (before !== undefined) {
    snapshot.nominatedNodeOf.delete(pod.uid);
    const pods = snapshot.nominated.get(before);
    pods?.delete(pod.uid);
    if (pods?.size === 0) snapshot.nominated.delete(before);
    markNominated(snapshot, before);
  }
  if (nodeName === undefined) return;
  snapshot.nominatedNodeOf.set(pod.uid, nodeName);
  let pods = snapshot.nominated.get(nodeName);
  if (pods === undefined) {
    pods = new Map();
    snapshot.nominated.set(nodeName, pods);
  }
  pods.set(pod.uid, pod);
  markNominated(snapshot, nodeName);
}

/** The node a Pod is nominated for, as the scheduler itself last decided or as the Pod's status says. */
export function nominatedNodeOf(snapshot: Snapshot, pod: PodInfo): string | undefined {
  const name = snapshot.nominatedNodeOf.get(pod.uid) ?? pod.pod.status?.nominatedNodeName;
  return name === '' ? undefined : name;
}

/**
 * Enters a Pod at a slot (`sign` 1) or takes it out (−1), in every column and count, but not in
 * `placements`: the trial moves of preemption and of nominated Pods, which are undone again.
 */
export function countOnNode(snapshot: Snapshot, slot: number, pod: PodInfo, sign: 1 | -1): void {
  const { table } = snapshot;
  const pods = table.pods[slot] as Map<string, PodInfo>; // Every slot in use has its Map.
  if (sign > 0) pods.set(pod.uid, pod);
  else pods.delete(pod.uid);
  touchNode(table, slot);
  countPod(table, slot, pod, sign);
  countTermsOf(snapshot, slot, pod, sign);
  countInCounters(snapshot.counters, table, slot, pod, sign, snapshot.objects.namespaceLabels);
  const { claims } = pod;
  for (let index = 0; index < claims.length; index++) {
    const { claimName, isEphemeral } = claims[index]!; // In range by the loop's bound.
    if (isEphemeral) continue;
    const key = `${pod.namespace}/${claimName}`;
    const uses = (snapshot.claimUse.get(key) ?? 0) + sign;
    if (uses === 0) snapshot.claimUse.delete(key);
    else snapshot.claimUse.set(key, uses);
  }
}

/** Labels of some namespace have changed: whatever was selected by them is asked anew. */
export function namespacesChanged(snapshot: Snapshot): void {
  snapshot.upheavals += 1;
  forgetConcerns(snapshot.terms);
  forgetCounters(snapshot.counters);
}

/** The column of a topology key. */
export function topologyOf(snapshot: Snapshot, key: string): TopologyColumn {
  const { table } = snapshot;
  return topologyColumn(snapshot.topologies, key, table.nodes, table.capacity);
}

/** The mask for a question about nodes; see `nodeMask`. */
export function maskOf(snapshot: Snapshot, key: string, test: (node: Node) => boolean): NodeMask {
  return nodeMask(snapshot.masks, key, snapshot.table.capacity, test);
}

/** Labels of a namespace; one without an object has none. */
export function namespaceLabelsOf(snapshot: Snapshot, namespace: string): Labels | undefined {
  return snapshot.objects.namespaceLabels(namespace);
}

function markNominated(snapshot: Snapshot, nodeName: string): void {
  const { table } = snapshot;
  const slot = table.slotOf.get(nodeName);
  if (slot === undefined) return;
  touchNode(table, slot);
  const others = (table.traits[slot] as number) & ~TRAIT_NOMINATED;
  table.traits[slot] = snapshot.nominated.has(nodeName) ? others | TRAIT_NOMINATED : others;
}

function enterNode(snapshot: Snapshot, slot: number, node: Node): void {
  writeNode(snapshot.table, slot, node);
  fileImages(snapshot.images, slot, node, 1, snapshot.table.serials);
  fileNodeEverywhere(snapshot.topologies, slot, node);
  forgetAnswers(snapshot.masks, slot);
  markDomainsStale(snapshot.counters);
}

function adoptStrays(snapshot: Snapshot, name: string): void {
  const strays = snapshot.strays.get(name);
  const slot = snapshot.table.slotOf.get(name);
  if (strays === undefined || slot === undefined) return;
  snapshot.strays.delete(name);
  for (const pod of strays.values()) countOnNode(snapshot, slot, pod, 1);
}

function addStray(snapshot: Snapshot, nodeName: string, pod: PodInfo): void {
  let strays = snapshot.strays.get(nodeName);
  if (strays === undefined) {
    strays = new Map();
    snapshot.strays.set(nodeName, strays);
  }
  strays.set(pod.uid, pod);
}

function countTermsOf(snapshot: Snapshot, slot: number, pod: PodInfo, sign: 1 | -1): void {
  if (pod.affinity === undefined) return;
  snapshot.upheavals += 1;
  countTerms(snapshot.terms, slot, pod, sign, (key) => topologyOf(snapshot, key));
}

function podsAt(table: NodeTable, slot: number): IterableIterator<PodInfo> {
  return (table.pods[slot] as Map<string, PodInfo>).values(); // Every slot in use has its Map.
}

function growColumns(snapshot: Snapshot): void {
  const { capacity } = snapshot.table;
  growTopology(snapshot.topologies, capacity);
  growMasks(snapshot.masks, capacity);
  growCounters(snapshot.counters, capacity);
}
