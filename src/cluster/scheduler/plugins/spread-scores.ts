import type { Cycle } from '../framework/plugin.ts';
import { type DomainCounts, domainCounts, type PodCounter } from '../snapshot/pod-counter.ts';
import { type Snapshot, topologyOf } from '../snapshot/snapshot.ts';
import type { TopologyColumn } from '../snapshot/topology.ts';
import { naturalLog } from './natural-log.ts';
import {
  constraintsOf,
  counterOf,
  inclusionMask,
  type PodTopologySpreadArgs,
  requiresAllTopologies,
  type SpreadConstraint,
} from './spread-constraints.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** What a Pod's soft constraints are scored by. */
export interface SpreadScores {
  readonly constraints: readonly ScoredConstraint[];
  /** Candidates without one of the topology keys: they score 0. */
  readonly ignored: ReadonlySet<number>;
}

export interface ScoredConstraint {
  readonly constraint: SpreadConstraint;
  readonly topology: TopologyColumn;
  /** Hosts are counted by node, all other domains over their nodes. */
  readonly counter: PodCounter;
  readonly counts: DomainCounts | undefined;
  /** Grows with the number of domains, so that few domains weigh no more than many. */
  readonly weight: number;
}

/** What of it the candidates and their labels alone decide. */
interface Layout {
  readonly snapshot: Snapshot;
  readonly constraints: readonly SpreadConstraint[];
  readonly nodes: Int32Array;
  readonly needsAll: boolean;
  readonly topologies: readonly TopologyColumn[];
  /** The versions of the topologies that it was made of. */
  readonly versions: readonly number[];
  readonly keys: readonly string[];
  readonly ignored: ReadonlySet<number>;
  readonly weights: readonly number[];
}

const NOTHING_IGNORED: ReadonlySet<number> = new Set();
const NO_KEYS: readonly string[] = Object.freeze([]);

/**
 * Looks up counts and weights; undefined when the Pod has no soft constraints or nothing can be scored. While nothing but
 * the counts has changed since the last Pod, it answers the same object.
 */
export function prepareSpreadScores(
  { snapshot, pod }: Cycle,
  nodes: Int32Array,
  args: PodTopologySpreadArgs,
): SpreadScores | undefined {
  const constraints = constraintsOf(snapshot, pod, 'ScheduleAnyway', args);
  if (constraints.length === 0 || nodes.length === 0) return undefined;
  const layout = layoutOf(snapshot, constraints, nodes, requiresAllTopologies(pod, args));
  const isOfLast = lastScores !== undefined && lastScores.layout === layout;
  const before = isOfLast ? lastScores?.scores.constraints : undefined;
  const scored: ScoredConstraint[] = [];
  let isSame = before !== undefined;
  for (let index = 0; index < constraints.length; index++) {
    const constraint = constraints[index]!; // In range by the loop's bound.
    const counter = counterOf(snapshot, pod.namespace, constraint);
    const topology = layout.topologies[index]!; // As many as there are constraints.
    const counts =
      constraint.topologyKey === HOSTNAME
        ? undefined
        : domainCounts(
            counter,
            snapshot.table,
            topology,
            inclusionMask(snapshot, pod.pod, constraint, layout.keys),
          );
    const known = before?.[index];
    if (known !== undefined && known.counter === counter && known.counts === counts) {
      scored.push(known);
      continue;
    }
    isSame = false;
    const weight = layout.weights[index]!; // As many as there are constraints.
    scored.push({ constraint, topology, counter, counts, weight });
  }
  if (isSame && lastScores !== undefined) return lastScores.scores;
  const scores = { ignored: layout.ignored, constraints: scored };
  lastScores = { layout, scores };
  return scores;
}

/** What the last Pod was scored by. A memo only. */
let lastScores: { readonly layout: Layout; readonly scores: SpreadScores } | undefined;

function layoutOf(
  snapshot: Snapshot,
  constraints: readonly SpreadConstraint[],
  nodes: Int32Array,
  needsAll: boolean,
): Layout {
  const last = lastScores?.layout;
  if (
    last !== undefined &&
    last.nodes === nodes &&
    last.constraints === constraints &&
    last.snapshot === snapshot &&
    last.needsAll === needsAll &&
    isOfNow(last)
  ) {
    return last;
  }
  const topologies = constraints.map((each) => topologyOf(snapshot, each.topologyKey));
  const ignored = needsAll ? nodesLacking(nodes, topologies) : NOTHING_IGNORED;
  const keys = constraints.map((each) => each.topologyKey);
  return {
    snapshot,
    constraints,
    nodes,
    needsAll,
    topologies,
    versions: topologies.map(({ version }) => version),
    keys: needsAll ? [...new Set(keys)].sort() : NO_KEYS,
    ignored,
    weights: topologies.map((topology) =>
      naturalLog(
        2 +
          (topology.key === HOSTNAME
            ? nodes.length - ignored.size
            : domainsAmong(nodes, topology, ignored)),
      ),
    ),
  };
}

/** Whether the nodes still lie in the domains in which they lay. */
function isOfNow({ topologies, versions }: Layout): boolean {
  for (let index = 0; index < topologies.length; index++)
    if (topologies[index]?.version !== versions[index]) return false;
  return true;
}

/**
 * Grows with every change of the count of a domain: it is a change for all of the nodes there. Candidates that are left out
 * stand beside the scale by which single scores are brought up to date; then all are worked out (NaN).
 */
export function spreadVersion({ constraints, ignored }: SpreadScores): number {
  if (ignored.size > 0) return Number.NaN;
  let version = 0;
  for (let index = 0; index < constraints.length; index++) {
    version += constraints[index]?.counts?.version ?? 0;
  }
  return version;
}

/** The crowd around a node, weighed over the constraints; more is worse. */
export function spreadScore({ constraints, ignored }: SpreadScores, node: number): number {
  if (ignored.size > 0 && ignored.has(node)) return 0;
  let score = 0;
  for (const { constraint, topology, counter, counts, weight } of constraints) {
    const domain = topology.domainOf[node] as number;
    if (domain < 0) continue;
    const count =
      counts === undefined ? (counter.byNode[node] as number) : (counts.byDomain[domain] ?? 0);
    score += count * weight + (constraint.maxSkew - 1);
  }
  return roundHalfAwayFromZero(score);
}

/** `spreadScore` for all candidates, into `values`: constraint by constraint, each sum in the same order. */
export function spreadScores(
  { constraints, ignored }: SpreadScores,
  nodes: Int32Array,
  values: Float64Array,
): void {
  const { length } = nodes;
  for (const { constraint, topology, counter, counts, weight } of constraints) {
    const { domainOf } = topology;
    const surplus = constraint.maxSkew - 1;
    for (let at = 0; at < length; at++) {
      const node = nodes[at] as number;
      const domain = domainOf[node] as number;
      if (domain < 0) continue;
      const count =
        counts === undefined ? (counter.byNode[node] as number) : (counts.byDomain[domain] ?? 0);
      (values[at] as number) += count * weight + surplus;
    }
  }
  for (let at = 0; at < length; at++) {
    const value = values[at] as number;
    if (ignored.size > 0 && ignored.has(nodes[at] as number)) values[at] = 0;
    else values[at] = value < 0 ? roundHalfAwayFromZero(value) : Math.round(value);
  }
}

function roundHalfAwayFromZero(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

function nodesLacking(
  nodes: Int32Array,
  topologies: readonly TopologyColumn[],
): ReadonlySet<number> {
  let lacking: Set<number> | undefined;
  for (const node of nodes) {
    for (const { domainOf } of topologies) {
      if ((domainOf[node] as number) >= 0) continue;
      lacking ??= new Set();
      lacking.add(node);
      break;
    }
  }
  return lacking ?? NOTHING_IGNORED;
}

/** In how many domains the candidates lie. Those without the label count as one more. */
function domainsAmong(
  nodes: Int32Array,
  topology: TopologyColumn,
  ignored: ReadonlySet<number>,
): number {
  const seen = new Uint8Array(topology.values.length + 1);
  let count = 0;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!; // In range by the loop's bound.
    if (ignored.size > 0 && ignored.has(node)) continue;
    const at = topology.domainOf[node]! + 1; // Every slot has its entry.
    if (seen[at] === 1) continue;
    seen[at] = 1;
    count += 1;
  }
  return count;
}
