import type { Pod } from '../../api/generated/types.ts';
import { processState, shownObject, storedAt } from '../../cluster/observe.ts';
import type { SchedulerConfig, SchedulerMemory } from '../../cluster/scheduler/memory.ts';
import { CONTROL_PLANE_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';

export const SCHEDULER = processNames.scheduler(CONTROL_PLANE_MACHINE);
export const API_SERVER = processNames.apiServer(CONTROL_PLANE_MACHINE);

/** The scheduler's memory, looked at from outside; undefined while it is down. */
export function schedulerMemory(world: World): SchedulerMemory | undefined {
  // The process of this name runs the scheduler.
  return world.processes.get(SCHEDULER)?.memory as SchedulerMemory | undefined;
}

/** What the scheduler was started with. */
export function schedulerConfig(world: World): SchedulerConfig | undefined {
  // The process of this name runs the scheduler.
  return world.processes.get(SCHEDULER)?.config as SchedulerConfig | undefined;
}

export function schedulerState(world: World): 'up' | 'stopped' | 'off' {
  return processState(world, SCHEDULER);
}

/** A stored Pod by `namespace/name`, as the API would show it. */
export function storedPod(world: World, key: string): Pod | undefined {
  const stored = storedAt(world, `/registry/pods/${key}`);
  // Only Pods are stored below this prefix.
  return stored === undefined ? undefined : (shownObject(stored) as Pod);
}
