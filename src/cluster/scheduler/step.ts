import type { Pod } from '../../api/generated/types.ts';
import type { Env } from '../../kernel/process.ts';
import type { Profile } from './framework/profile.ts';
import type { SchedulerConfig, SchedulerMemory, SchedulerMessage } from './memory.ts';
import { profilesOf } from './profiles.ts';
import type { RequeueContext } from './queue/requeue.ts';
import { snapshotOf } from './snapshot-of.ts';

/** What every part of a step works with. */
export interface Step {
  readonly memory: SchedulerMemory;
  readonly config: SchedulerConfig;
  readonly env: Env<SchedulerMessage>;
}

/** The profile that places a Pod; undefined: it is for another scheduler. */
export function profileFor(step: Pick<Step, 'config'>, pod: Pod): Profile | undefined {
  return profilesOf(step.config).get(pod.spec.schedulerName ?? 'default-scheduler');
}

/** What moving Pods in the queue needs to know. */
export function requeueContext(step: Step): RequeueContext {
  const { memory, config, env } = step;
  return {
    queue: memory.queue,
    now: env.now,
    cause: env.cause,
    profiles: profilesOf(config),
    snapshot: () => snapshotOf(memory),
    preempting: memory.preempting,
  };
}
