import type { HealthSample } from '../../bridge/cards.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';
import { healthFiguresOf } from './health-figures.ts';
import { observedProcesses } from './health.ts';

/** Nodes whose own processes are measured for charts; the others' heartbeats are on their cards. */
const NODES_MAX = 12;
/** A loop's own figures are left out while they are zero: there are three for each of two dozen. */
const OF_LOOPS = /(Depth|Retries|OldestSeconds)$/;

/** What the charts of a page are drawn from, bounded whatever the size of the cluster. */
export function healthSampleOf(world: World): HealthSample {
  const figures: Record<string, Readonly<Record<string, number>>> = {};
  for (const { name } of observedProcesses(world)) add(world, figures, name);
  for (const machine of measuredNodes(world)) {
    add(world, figures, processNames.kubelet(machine));
    add(world, figures, processNames.kubeProxy(machine));
  }
  return { at: world.now, figures };
}

function add(
  world: World,
  figures: Record<string, Readonly<Record<string, number>>>,
  process: string,
): void {
  const measured = healthFiguresOf(world, process);
  if (measured.size === 0) return;
  const record: Record<string, number> = {};
  for (const [name, value] of measured) {
    if (value === 0 && OF_LOOPS.test(name)) continue;
    // Four digits are more than a chart can show.
    record[name] = Number.isInteger(value) ? value : Number(value.toPrecision(4));
  }
  figures[process] = record;
}

/** Machines that something is broken on come first, then the others in their order. */
function measuredNodes(world: World): readonly string[] {
  const chosen = new Set<string>();
  for (const { params } of world.faults) {
    const machine = params['machine'];
    if (typeof machine === 'string' && isNode(world, machine)) chosen.add(machine);
  }
  for (const name of world.machines.keys()) {
    if (chosen.size >= NODES_MAX) break;
    if (isNode(world, name)) chosen.add(name);
  }
  return [...chosen].slice(0, NODES_MAX);
}

function isNode(world: World, machine: string): boolean {
  return world.processes.has(processNames.kubelet(machine));
}
