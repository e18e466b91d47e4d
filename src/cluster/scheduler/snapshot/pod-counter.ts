import type { Labels } from '../../../api/selectors/label-requirement.ts';
import type { LabelSet } from './label-set.ts';
import { maskAdmits, type NodeMask } from './node-mask.ts';
import { longerInts, type NodeTable } from './node-table.ts';
import type { PodInfo } from './pod-info.ts';
import type { TopologyColumn } from './topology.ts';

/**
 * How many Pods that match something stand on each node and in each domain, kept up to date as Pods come
 * and go instead of being counted anew for every Pod to place. Made when first asked for; the workloads
 * of a cluster ask the same few questions again and again.
 */
export interface PodCounter {
  readonly key: string;
  readonly matches: PodMatch;
  /** Topology spread does not count Pods that are on their way out; affinity does. */
  readonly skipsTerminating: boolean;
  byNode: Int32Array;
  readonly domains: Map<string, DomainCounts>;
  lastUsed: number;
}

/** What a counter counts; `key` is its identity. */
export type PodQuestion = Pick<PodCounter, 'key' | 'matches' | 'skipsTerminating'>;

/** Whether a Pod with these labels, in a namespace with those, counts. */
export type PodMatch = (set: LabelSet, namespaceLabels: Labels | undefined) => boolean;

/** A counter's Pods by the domain of a topology, over those nodes that a mask admits. */
export interface DomainCounts {
  readonly topology: TopologyColumn;
  /** Undefined: all nodes. */
  readonly mask: NodeMask | undefined;
  /** Matching Pods by domain. */
  byDomain: Int32Array;
  /** Admitted nodes by domain: a domain without any takes no part. */
  nodesIn: Int32Array;
  /** Domains with admitted nodes. */
  domainCount: number;
  /** Sum of `byDomain`. */
  total: number;
  /** Grows with every change of a count. */
  version: number;
  /** Nodes have changed since the counts were made. */
  isStale: boolean;
}

export interface PodCounters {
  readonly byKey: Map<string, PodCounter>;
  /** The counters that a label set's Pods count in; made anew when counters come or go. */
  readonly bySet: Map<LabelSet, readonly PodCounter[]>;
  clock: number;
  /** Grows when a counter is dropped: it is not kept up to date any more. */
  version: number;
}

const COUNTERS_MAX = 256;

export function createPodCounters(): PodCounters {
  return { byKey: new Map(), bySet: new Map(), clock: 0, version: 0 };
}

/** The counter for a question by its identity; counts every Pod there is when it is new. */
export function podCounter(
  counters: PodCounters,
  table: NodeTable,
  namespaceLabels: (namespace: string) => Labels | undefined,
  question: PodQuestion,
): PodCounter {
  counters.clock += 1;
  let counter = counters.byKey.get(question.key);
  if (counter === undefined) {
    if (counters.byKey.size >= COUNTERS_MAX) dropIdle(counters);
    counter = {
      ...question,
      byNode: new Int32Array(table.capacity),
      domains: new Map(),
      lastUsed: 0,
    };
    countAll(counter, table, namespaceLabels);
    counters.byKey.set(question.key, counter);
    counters.bySet.clear();
  }
  counter.lastUsed = counters.clock;
  return counter;
}

/** The counts by domain, brought up to date when nodes have changed. */
export function domainCounts(
  counter: PodCounter,
  table: NodeTable,
  topology: TopologyColumn,
  mask: NodeMask | undefined,
): DomainCounts {
  const key = mask === undefined ? topology.key : `${topology.key}|${mask.key}`;
  let counts = counter.domains.get(key);
  // A mask that was dropped for want of use and made again is another object, filled in anew.
  if (counts === undefined || counts.mask !== mask) {
    counts = {
      topology,
      mask,
      byDomain: new Int32Array(0),
      nodesIn: new Int32Array(0),
      domainCount: 0,
      total: 0,
      version: 0,
      isStale: true,
    };
    counter.domains.set(key, counts);
  }
  if (counts.isStale) recount(counts, counter, table);
  return counts;
}

/** Enters a Pod on a node (`sign` 1) or takes it out (−1) wherever it counts. */
export function countInCounters(
  counters: PodCounters,
  table: NodeTable,
  slot: number,
  pod: PodInfo,
  sign: 1 | -1,
  namespaceLabels: (namespace: string) => Labels | undefined,
): void {
  if (counters.byKey.size === 0) return;
  for (const counter of countersOf(counters, pod.labelSet, namespaceLabels)) {
    if (pod.isTerminating && counter.skipsTerminating) continue;
    bump(counter, table, slot, sign);
  }
}

/** Adds to a counter at a node and in the domains the node lies in. */
export function bump(counter: PodCounter, table: NodeTable, slot: number, by: number): void {
  counter.byNode[slot]! += by; // The slot lies within every column.
  const node = table.nodes[slot];
  if (node === undefined) return;
  for (const counts of counter.domains.values()) {
    if (counts.isStale) continue;
    const domain = counts.topology.domainOf[slot] as number;
    if (domain < 0) continue;
    if (counts.mask !== undefined && !maskAdmits(counts.mask, slot, node)) continue;
    counts.byDomain[domain]! += by; // Counts are remade when a new domain appears.
    counts.total += by;
    counts.version += 1;
  }
}

/** Nodes have come, gone or changed labels or taints: counts by domain are made anew when next asked for. */
export function markDomainsStale(counters: PodCounters): void {
  for (const counter of counters.byKey.values()) {
    for (const counts of counter.domains.values()) counts.isStale = true;
  }
}

export function growCounters(counters: PodCounters, capacity: number): void {
  for (const counter of counters.byKey.values()) {
    counter.byNode = longerInts(counter.byNode, capacity);
  }
}

/** Labels of namespaces have changed: what was matched by them may match otherwise. */
export function forgetCounters(counters: PodCounters): void {
  counters.version += 1;
  counters.byKey.clear();
  counters.bySet.clear();
}

/** The least count of any domain with admitted nodes; undefined when there is none. */
export function leastOfDomains(counts: DomainCounts): number | undefined {
  const { byDomain, nodesIn } = counts;
  let least = Number.MAX_SAFE_INTEGER;
  for (let domain = 0; domain < byDomain.length; domain++) {
    if (nodesIn[domain] === 0) continue;
    const count = byDomain[domain] as number;
    if (count < least) least = count;
  }
  return least === Number.MAX_SAFE_INTEGER ? undefined : least;
}

function countersOf(
  counters: PodCounters,
  set: LabelSet,
  namespaceLabels: (namespace: string) => Labels | undefined,
): readonly PodCounter[] {
  let list = counters.bySet.get(set);
  if (list === undefined) {
    if (counters.bySet.size > 50_000) counters.bySet.clear();
    const labels = namespaceLabels(set.namespace);
    list = [...counters.byKey.values()].filter((each) => each.matches(set, labels));
    counters.bySet.set(set, list);
  }
  return list;
}

function countAll(
  counter: PodCounter,
  table: NodeTable,
  namespaceLabels: (namespace: string) => Labels | undefined,
): void {
  const answers = new Map<LabelSet, boolean>();
  for (let slot = 0; slot < table.pods.length; slot++) {
    const pods = table.pods[slot];
    if (pods === undefined || pods.size === 0) continue;
    let count = 0;
    for (const pod of pods.values()) {
      if (pod.isTerminating && counter.skipsTerminating) continue;
      let answer = answers.get(pod.labelSet);
      if (answer === undefined) {
        answer = counter.matches(pod.labelSet, namespaceLabels(pod.namespace));
        answers.set(pod.labelSet, answer);
      }
      if (answer) count += 1;
    }
    counter.byNode[slot] = count;
  }
}

function recount(counts: DomainCounts, counter: PodCounter, table: NodeTable): void {
  const length = counts.topology.values.length;
  counts.byDomain = new Int32Array(length);
  counts.nodesIn = new Int32Array(length);
  counts.domainCount = 0;
  counts.total = 0;
  const { mask } = counts;
  const { domainOf } = counts.topology;
  for (let slot = 0; slot < table.nodes.length; slot++) {
    const domain = domainOf[slot] as number;
    const node = table.nodes[slot];
    if (domain < 0 || node === undefined) continue;
    if (mask !== undefined && !maskAdmits(mask, slot, node)) continue;
    const count = counter.byNode[slot] as number;
    if (counts.nodesIn[domain] === 0) counts.domainCount += 1;
    // The arrays have an entry for every domain of the topology.
    counts.nodesIn[domain]! += 1;
    counts.byDomain[domain]! += count;
    counts.total += count;
  }
  counts.version += 1;
  counts.isStale = false;
}

function dropIdle(counters: PodCounters): void {
  let idlest: PodCounter | undefined;
  for (const counter of counters.byKey.values()) {
    if (idlest === undefined || counter.lastUsed < idlest.lastUsed) idlest = counter;
  }
  if (idlest === undefined) return;
  counters.version += 1;
  counters.byKey.delete(idlest.key);
  counters.bySet.clear();
}
