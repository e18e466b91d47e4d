import type { Cycle } from '../framework/plugin.ts';
import { type DomainCounts, domainCounts, type PodCounter } from '../snapshot/pod-counter.ts';
import { topologyOf } from '../snapshot/snapshot.ts';
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

const NOTHING_IGNORED: ReadonlySet<number> = new Set();

/** Looks up counts and weights; undefined when the Pod has no soft constraints or nothing can be scored. */
export function prepareSpreadScores(
  { snapshot, pod }: Cycle,
  nodes: Int32Array,
  args: PodTopologySpreadArgs,
): SpreadScores | undefined {
  const constraints = constraintsOf(snapshot, pod, 'ScheduleAnyway', args);
  if (constraints.length === 0 || nodes.length === 0) return undefined;
  const needsAll = requiresAllTopologies(pod, args);
  const topologies = constraints.map((each) => topologyOf(snapshot, each.topologyKey));
  const ignored = needsAll ? nodesLacking(nodes, topologies) : NOTHING_IGNORED;
  const keys = needsAll ? [...new Set(constraints.map((each) => each.topologyKey))].sort() : [];
  return {
    ignored,
    constraints: constraints.map((constraint, index) => {
      const counter = counterOf(snapshot, pod.namespace, constraint);
      const topology = topologies[index] as TopologyColumn; // As many as there are constraints.
      const isHost = constraint.topologyKey === HOSTNAME;
      const size = isHost ? nodes.length - ignored.size : domainsAmong(nodes, topology, ignored);
      return {
        constraint,
        topology,
        counter,
        counts: isHost
          ? undefined
          : domainCounts(
              counter,
              snapshot.table,
              topology,
              inclusionMask(snapshot, pod.pod, constraint, keys),
            ),
        weight: naturalLog(size + 2),
      };
    }),
  };
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
  for (const node of nodes) {
    if (ignored.size > 0 && ignored.has(node)) continue;
    const at = (topology.domainOf[node] as number) + 1;
    if (seen[at] === 1) continue;
    seen[at] = 1;
    count += 1;
  }
  return count;
}
