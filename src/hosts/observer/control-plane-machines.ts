import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';

/** Where parts of the control plane may be; asking for these by name costs nothing, whatever the number of processes. */
const CANDIDATES: readonly string[] = Array.from({ length: 9 }, (_, index) => `cp-${index + 1}`);

/** The machines of the control plane, in order of their names. */
export function controlPlaneMachines(world: World): readonly string[] {
  return CANDIDATES.filter((machine) => world.processes.has(processNames.apiServer(machine)));
}
