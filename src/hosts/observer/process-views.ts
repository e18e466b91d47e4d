import type { Pod } from '../../api/generated/types.ts';
import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import { machineUsage } from '../../cluster/containerd/usage.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';
import type { WaitingPod } from './pod-card.ts';

/** What the containers of a machine use now; nothing while its power is off. */
export function usageOf(
  world: World,
  machine: string,
): { readonly cpuMilli: number; readonly memoryBytes: number } {
  const runtime = world.processes.get(processNames.containerd(machine));
  if (runtime === undefined || world.machines.get(machine)?.power !== 'on') return NO_USAGE;
  // Processes of this name are of kind containerd.
  return machineUsage(runtime.disk as ContainerdDisk, world.now);
}

const NO_USAGE = { cpuMilli: 0, memoryBytes: 0 } as const;

/** Where a Pod without a node waits in the scheduler. */
export function waitingPod(_world: World, _pod: Pod): WaitingPod | undefined {
  return undefined;
}
