import { assertNever } from '../../../base/exhaustive.ts';
import { createRecent } from '../../../base/recent.ts';
import { type NodeTable, scalarColumn } from '../snapshot/node-table.ts';
import { isScalarResource, type PodAmounts } from '../snapshot/pod-requests.ts';

/** A resource to be weighed, as it stands in the plugins' args. */
export interface WeightedResource {
  readonly name: string;
  readonly weight: number;
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly WeightedResource[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] };
}

/** A point of a utilisation curve: utilisation 0..100, score 0..10. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** A resource to be weighed for one Pod: the columns it is read from and what the Pod would add. */
export interface ResourceScore {
  readonly weight: number;
  readonly asked: number;
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
}

/** Scores a node by one resource: what would be requested, of what there is (above 0). */
export type ResourceScorer = {
  readonly score: (requested: number, allocatable: number) => number;
  /** The curve scorer leaves out resources that score nothing, and rounds where the others cut off. */
  readonly isCurve: boolean;
};

/** `resourceScores` for the resources of a plugin: Pods that ask the same of the same columns get the very same list. */
export function resourceScorer(
  resources: readonly WeightedResource[],
  counting: 'nonZero' | 'real',
): (table: NodeTable, asked: PodAmounts) => readonly ResourceScore[] {
  const recent = createRecent<PodAmounts, NodeTable, Float64Array, readonly ResourceScore[]>();
  return (table, asked) => {
    // All columns grow at once: one of them stands for the others.
    const columns = table.cpuRequested;
    return (
      recent.find(asked, table, columns) ??
      recent.keep(asked, table, columns, resourceScores(table, asked, resources, counting))
    );
  };
}

/**
 * Which columns count for a Pod. A container without requests counts as a small one where `nonZero`, so
 * that such Pods spread; an extended resource that the Pod does not ask for is left out.
 */
function resourceScores(
  table: NodeTable,
  asked: PodAmounts,
  resources: readonly WeightedResource[],
  counting: 'nonZero' | 'real',
): readonly ResourceScore[] {
  const isNonZero = counting === 'nonZero';
  const scores: ResourceScore[] = [];
  for (const { name, weight } of resources) {
    if (name === 'cpu') {
      scores.push({
        weight,
        asked: isNonZero ? asked.nonZeroCpuMilli : asked.cpuMilli,
        allocatable: table.cpuAllocatable,
        requested: isNonZero ? table.cpuNonZero : table.cpuRequested,
      });
    } else if (name === 'memory') {
      scores.push({
        weight,
        asked: isNonZero ? asked.nonZeroMemory : asked.memory,
        allocatable: table.memoryAllocatable,
        requested: isNonZero ? table.memoryNonZero : table.memoryRequested,
      });
    } else if (name === 'ephemeral-storage') {
      scores.push({
        weight,
        asked: asked.ephemeralStorage,
        allocatable: table.ephemeralAllocatable,
        requested: table.ephemeralRequested,
      });
    } else if (isScalarResource(name)) {
      const amount = asked.scalars.find((each) => each.name === name)?.amount ?? 0;
      if (amount === 0) continue;
      const column = scalarColumn(table, name);
      scores.push({
        weight,
        asked: amount,
        allocatable: column.allocatable,
        requested: column.requested,
      });
    }
  }
  return scores;
}

/** The weighted mean over the resources that the node offers, cut off to a whole number. */
export function scoreOfNode(
  resources: readonly ResourceScore[],
  node: number,
  scorer: ResourceScorer,
): number {
  let sum = 0;
  let weights = 0;
  for (let index = 0; index < resources.length; index++) {
    const { weight, asked, allocatable, requested } = resources[index]!; // In range by the loop's bound.
    const capacity = allocatable[node] as number;
    if (capacity === 0) continue;
    const score = scorer.score((requested[node] as number) + asked, capacity);
    if (scorer.isCurve && score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return scorer.isCurve ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

/** `scoreOfNode` for all candidates, into `scores`: resource by resource, so that nothing is looked up for each node. */
export function scoreOfNodes(
  resources: readonly ResourceScore[],
  nodes: Int32Array,
  scorer: ResourceScorer,
  scores: Float64Array,
): void {
  const { length } = nodes;
  if (scorer.score !== leastAllocated) {
    for (let at = 0; at < length; at++)
      scores[at] = scoreOfNode(resources, nodes[at] as number, scorer);
    return;
  }
  // Nearly always: the default strategy, whose formula is written out here.
  if (weightRoom.length < length) weightRoom = new Float64Array(length);
  const weights = weightRoom.fill(0);
  for (const { weight, asked, allocatable, requested } of resources) {
    for (let at = 0; at < length; at++) {
      const node = nodes[at] as number;
      const capacity = allocatable[node] as number;
      if (capacity === 0) continue;
      const left = capacity - ((requested[node] as number) + asked);
      if (left > 0) (scores[at] as number) += Math.trunc((left * 100) / capacity) * weight;
      (weights[at] as number) += weight;
    }
  }
  for (let at = 0; at < length; at++) {
    const sum = scores[at] as number;
    if (sum !== 0) scores[at] = Math.trunc(sum / (weights[at] as number));
  }
}

/** Room to work in. */
let weightRoom = new Float64Array(0);

/** The scorer of a strategy. */
export function strategyScorer(strategy: ScoringStrategy): ResourceScorer {
  switch (strategy.type) {
    case 'LeastAllocated':
      return { score: leastAllocated, isCurve: false };
    case 'MostAllocated':
      return { score: mostAllocated, isCurve: false };
    case 'RequestedToCapacityRatio':
      return {
        score: curve(strategy.requestedToCapacityRatio?.shape ?? []),
        isCurve: true,
      };
    default:
      return assertNever(strategy.type);
  }
}

function leastAllocated(requested: number, allocatable: number): number {
  if (requested > allocatable) return 0;
  return Math.trunc(((allocatable - requested) * 100) / allocatable);
}

function mostAllocated(requested: number, allocatable: number): number {
  return Math.trunc((Math.min(requested, allocatable) * 100) / allocatable);
}

/** A broken line through the shape's points; everything in whole numbers, cut off. */
function curve(shape: readonly ShapePoint[]): (requested: number, allocatable: number) => number {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * 10 }));
  const at = (utilization: number): number => {
    let before: { utilization: number; score: number } | undefined;
    for (const point of points) {
      if (utilization <= point.utilization) {
        if (before === undefined) return point.score;
        return (
          before.score +
          Math.trunc(
            ((point.score - before.score) * (utilization - before.utilization)) /
              (point.utilization - before.utilization),
          )
        );
      }
      before = point;
    }
    return before?.score ?? 0;
  };
  return (requested, allocatable) =>
    at(requested > allocatable ? 100 : Math.trunc((requested * 100) / allocatable));
}
