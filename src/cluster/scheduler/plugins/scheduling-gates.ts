import { ACTION } from '../framework/cluster-event.ts';
import { definePlugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

const NAME = 'SchedulingGates';

/** Keeps Pods out of the queue while `spec.schedulingGates` names anything. */
export const schedulingGates = definePlugin({
  name: NAME,
  wakesOn: [{ resource: 'TargetPod', action: ACTION.updatePodSchedulingGatesEliminated }],
  preEnqueue({ spec }) {
    const gates = spec.schedulingGates;
    if (gates === undefined || gates.length === 0) return undefined;
    const names = gates.map((gate) => gate.name).join(' ');
    return unresolvable(NAME, `waiting for scheduling gates: [${names}]`);
  },
});
