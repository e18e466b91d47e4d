import { type Cycle, definePlugin, SKIP, type SchedulerPlugin } from '../framework/plugin.ts';
import type { PodAmounts } from '../snapshot/pod-requests.ts';
import { type ResourceScore, resourceScorer, type WeightedResource } from './resource-scoring.ts';

/** `NodeResourcesBalancedAllocationArgs`, with defaults filled in. */
export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly WeightedResource[];
}

/** Prefers nodes on which the Pod would leave the resources used in like proportions. */
export function nodeResourcesBalancedAllocation(
  args: NodeResourcesBalancedAllocationArgs,
): SchedulerPlugin {
  const resourceScoresOf = resourceScorer(args.resources, 'real');
  return definePlugin({
    name: 'NodeResourcesBalancedAllocation',
    repeats: true,
    preScore({ snapshot, asked }: Cycle) {
      // A Pod that asks for nothing shifts no balance, and would follow all its like to one node.
      if (!args.resources.some(({ name }) => amountOf(asked, name) > 0)) return SKIP;
      return { kind: 'proceed', state: resourceScoresOf(snapshot.table, asked) };
    },
    scoresHold: true,
    score: (_cycle, node, resources: readonly ResourceScore[]) => balance(resources, node),
    scoreAll(_cycle, nodes, scores, resources: readonly ResourceScore[]) {
      for (let at = 0; at < nodes.length; at++)
        scores[at] = balance(resources, nodes[at] as number);
    },
  });
}

function balance(resources: readonly ResourceScore[], node: number): number {
  const first = resources[0];
  const second = resources[1];
  const apart =
    first !== undefined && second !== undefined && resources.length === 2
      ? deviationOfTwo(first, second, node)
      : deviation(resources, node);
  return Math.trunc((1 - apart) * 100);
}

/** The deviation for cpu and memory, which it nearly always is. */
function deviationOfTwo(first: ResourceScore, second: ResourceScore, node: number): number {
  const firstMost = first.allocatable[node] as number;
  const secondMost = second.allocatable[node] as number;
  if (firstMost === 0 || secondMost === 0) return 0;
  const a = ((first.requested[node] as number) + first.asked) / firstMost;
  const b = ((second.requested[node] as number) + second.asked) / secondMost;
  return Math.abs(((a < 1 ? a : 1) - (b < 1 ? b : 1)) / 2);
}

function amountOf(asked: PodAmounts, name: string): number {
  if (name === 'cpu') return asked.cpuMilli;
  if (name === 'memory') return asked.memory;
  if (name === 'ephemeral-storage') return asked.ephemeralStorage;
  return asked.scalars.find((each) => each.name === name)?.amount ?? 0;
}

/** The standard deviation of the used fractions of the resources that the node offers. */
function deviation(resources: readonly ResourceScore[], node: number): number {
  let count = 0;
  let first = 0;
  let second = 0;
  let total = 0;
  for (let index = 0; index < resources.length; index++) {
    const fraction = fractionOf(resources[index]!, node); // In range by the loop's bound.
    if (fraction < 0) continue;
    if (count === 0) first = fraction;
    else if (count === 1) second = fraction;
    total += fraction;
    count += 1;
  }
  if (count < 2) return 0;
  if (count === 2) return Math.abs((first - second) / 2);
  const mean = total / count;
  let sum = 0;
  for (const resource of resources) {
    const fraction = fractionOf(resource, node);
    if (fraction >= 0) sum += (fraction - mean) * (fraction - mean);
  }
  return Math.sqrt(sum / count);
}

/** The fraction used with the Pod, at most 1; −1 where the node does not offer the resource. */
function fractionOf({ asked, allocatable, requested }: ResourceScore, node: number): number {
  const capacity = allocatable[node] as number;
  if (capacity === 0) return -1;
  return Math.min(1, ((requested[node] as number) + asked) / capacity);
}
