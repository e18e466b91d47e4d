import type { Pod } from '../../api/generated/types.ts';
import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import { machineUsage } from '../../cluster/containerd/usage.ts';
import { keyOf } from '../../cluster/client/kube-object.ts';
import type { QueuedEntry } from '../../cluster/scheduler/queue/queue.ts';
import { schedulerMemory } from '../scheduling/scheduler-of.ts';
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

/**
 * Where a Pod without a node waits in the scheduler, read from the scheduler's own memory. A Pod that
 * the scheduler does not know (it is down, or of another name) is `unseen`.
 */
export function waitingPod(world: World, pod: Pod): WaitingPod | undefined {
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') return undefined;
  const entry = schedulerMemory(world)?.queue.entries.get(keyOf(pod));
  if (entry === undefined) return { queue: 'unseen', message: '' };
  const message =
    pod.status?.conditions?.find((each) => each.type === 'PodScheduled')?.message ?? '';
  return { queue: laneOf(entry), message };
}

function laneOf(entry: QueuedEntry): WaitingPod['queue'] {
  switch (entry.place) {
    case 'active':
    case 'inCycle':
      return 'active';
    case 'backoff':
    case 'errorBackoff':
      return 'backoff';
    case 'setAside':
      return entry.gatedBy === '' ? 'unschedulable' : 'gated';
  }
}
