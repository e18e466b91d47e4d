import type { Pod } from '../../api/generated/types.ts';
import {
  controlPlaneMachines,
  processState,
  shownObject,
  storedAt,
} from '../../cluster/observe.ts';
import type { SchedulerConfig, SchedulerMemory } from '../../cluster/scheduler/memory.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';

/** The processes of all its replicas. */
export function schedulerNames(world: World): readonly string[] {
  return controlPlaneMachines(world).map((machine) => processNames.scheduler(machine));
}

/** The replica that decides: it holds the lease. Where none does, the first that runs, or simply the first. */
function schedulerName(world: World): string {
  const names = schedulerNames(world);
  return (
    names.find((name) => memoryOf(world, name)?.election.leading === true) ??
    names.find((name) => memoryOf(world, name) !== undefined) ??
    names[0] ??
    ''
  );
}

function memoryOf(world: World, name: string): SchedulerMemory | undefined {
  // Processes of these names run the scheduler.
  return world.processes.get(name)?.memory as SchedulerMemory | undefined;
}

/** The scheduler's memory, looked at from outside; undefined while it is down. */
export function schedulerMemory(world: World): SchedulerMemory | undefined {
  return memoryOf(world, schedulerName(world));
}

/** What the scheduler was started with. */
export function schedulerConfig(world: World): SchedulerConfig | undefined {
  // The process of this name runs the scheduler.
  return world.processes.get(schedulerName(world))?.config as SchedulerConfig | undefined;
}

export function schedulerState(world: World): 'up' | 'stopped' | 'off' {
  return processState(world, schedulerName(world));
}

/** Whether any API server runs. */
export function apiIsUp(world: World): boolean {
  return controlPlaneMachines(world).some(
    (machine) => processState(world, processNames.apiServer(machine)) === 'up',
  );
}

/** A stored Pod by `namespace/name`, as the API would show it. */
export function storedPod(world: World, key: string): Pod | undefined {
  const stored = storedAt(world, `/registry/pods/${key}`);
  // Only Pods are stored below this prefix.
  return stored === undefined ? undefined : (shownObject(stored) as Pod);
}
