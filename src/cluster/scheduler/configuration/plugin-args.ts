import type { InterPodAffinityArgs } from '../plugins/affinity-counts.ts';
import type { NodeAffinityArgs } from '../plugins/node-affinity.ts';
import type { NodeResourcesBalancedAllocationArgs } from '../plugins/node-resources-balanced-allocation.ts';
import type { NodeResourcesFitArgs } from '../plugins/node-resources-fit.ts';
import type { WeightedResource } from '../plugins/resource-scoring.ts';
import type { PodTopologySpreadArgs } from '../plugins/spread-constraints.ts';

/** `DefaultPreemptionArgs`: how many nodes preemption tries at least, in percent and in number. */
export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

/** `VolumeBindingArgs`. */
export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
}

/** The args each plugin takes, by the plugin's name. */
export interface ArgsByPlugin {
  readonly DefaultPreemption: DefaultPreemptionArgs;
  readonly InterPodAffinity: InterPodAffinityArgs;
  readonly NodeAffinity: NodeAffinityArgs;
  readonly NodeResourcesBalancedAllocation: NodeResourcesBalancedAllocationArgs;
  readonly NodeResourcesFit: NodeResourcesFitArgs;
  readonly PodTopologySpread: PodTopologySpreadArgs;
  readonly VolumeBinding: VolumeBindingArgs;
}

type Args = Readonly<Record<string, unknown>>;

const CPU_AND_MEMORY: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** Fills in upstream's defaults. What is given stays as it is, `apiVersion` and `kind` included. */
export function defaultedArgs(plugin: string, args: Args): Args {
  switch (plugin) {
    case 'DefaultPreemption':
      return { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100, ...args };
    case 'InterPodAffinity':
      return { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false, ...args };
    case 'NodeResourcesBalancedAllocation':
      return { ...args, resources: weighted(args['resources']) };
    case 'NodeResourcesFit':
      return { ...args, scoringStrategy: defaultedStrategy(args['scoringStrategy']) };
    case 'PodTopologySpread':
      return { ...args, defaultingType: args['defaultingType'] ?? 'System' };
    case 'VolumeBinding':
      return { bindTimeoutSeconds: 600, ...args };
    default:
      return args;
  }
}

/** A plugin's args, defaulted; the configuration has been validated when it was taken in. */
export function argsOf<Name extends keyof ArgsByPlugin>(
  plugin: Name,
  args: Args | undefined,
): ArgsByPlugin[Name] {
  // Configuration enters here as plain data of the documented shape.
  return defaultedArgs(plugin, args ?? {}) as unknown as ArgsByPlugin[Name];
}

function defaultedStrategy(strategy: unknown): unknown {
  const given = (strategy ?? {}) as Args; // A structure of the configuration's.
  const defaulted: Record<string, unknown> = {
    ...given,
    type: given['type'] ?? 'LeastAllocated',
    resources: weighted(given['resources']),
  };
  return defaulted;
}

/** Resources with their weights; cpu and memory alike where none are named. */
function weighted(resources: unknown): readonly WeightedResource[] {
  if (!Array.isArray(resources) || resources.length === 0) return CPU_AND_MEMORY;
  // A list of the configuration's.
  return (resources as readonly { name: string; weight?: number }[]).map(({ name, weight }) => ({
    name,
    weight: weight === undefined || weight === 0 ? 1 : weight,
  }));
}
