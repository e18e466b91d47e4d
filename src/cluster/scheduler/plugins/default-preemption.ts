import type { DefaultPreemptionArgs } from '../configuration/plugin-args.ts';
import { definePlugin, type SchedulerPlugin } from '../framework/plugin.ts';
import { preempt } from '../preemption/preempt.ts';

/** Makes room for a Pod that fits nowhere, by evicting Pods of lower priority. */
export function defaultPreemption(args: DefaultPreemptionArgs): SchedulerPlugin {
  return definePlugin({
    name: 'DefaultPreemption',
    postFilter: (attempt) => preempt(attempt, args),
  });
}
