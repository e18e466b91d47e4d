import { milliValue, value } from '../../api/quantity/numbers.ts';
import { parseQuantity } from '../../api/quantity/parse.ts';
import { refusal, success, type Result } from '../../base/result.ts';
import {
  defaultSetUp,
  type ClusterSetUp,
  type ComponentFlags,
  type NodeSetUp,
} from '../../cluster/set-up.ts';
import type { Scenario, ScenarioNode } from '../../scenarios/format/scenario.ts';

/** The cluster that a scenario asks for; `seed` goes before the file's own. A sentence about what does not exist. */
export function setUpOf(
  { cluster }: Scenario,
  seed: number | undefined,
): Result<ClusterSetUp, string> {
  const count = cluster.nodes.length;
  const base = defaultSetUp({
    nodes: count,
    controlPlanes: cluster.controlPlanes,
    ...seedOption(seed ?? cluster.seed),
  });
  const nodes: NodeSetUp[] = [];
  for (const [index, node] of cluster.nodes.entries()) {
    const equal = base.nodes[index];
    const shaped = equal === undefined ? undefined : shapedNode(equal, node);
    if (shaped === undefined) return refusal(`node ${node.name}: its cpu or memory is no quantity`);
    nodes.push(shaped);
  }
  const flags: Record<string, number | string> = { ...base.flags };
  for (const [flag, wanted] of Object.entries(cluster.flags)) {
    if (!Object.hasOwn(flags, flag)) {
      return refusal(`there is no flag "${flag}"; known are ${Object.keys(flags).join(', ')}`);
    }
    if (typeof flags[flag] !== typeof wanted) {
      return refusal(`the flag ${flag} is a ${typeof flags[flag]}`);
    }
    flags[flag] = wanted;
  }
  // Every flag has been checked against the ones that there are.
  return success({ ...base, nodes, flags: flags as unknown as ComponentFlags });
}

function seedOption(seed: number | undefined): { readonly seed?: number } {
  return seed === undefined ? {} : { seed };
}

function shapedNode(equal: NodeSetUp, node: ScenarioNode): NodeSetUp | undefined {
  const { cpu, memory, pods, name, labels } = node;
  if (cpu !== undefined && !parseQuantity(cpu).ok) return undefined;
  if (memory !== undefined && !parseQuantity(memory).ok) return undefined;
  return {
    name,
    cpuMilli: cpu === undefined ? equal.cpuMilli : milliValue(cpu),
    memoryBytes: memory === undefined ? equal.memoryBytes : value(memory),
    podsMax: pods ?? equal.podsMax,
    labels,
  };
}
