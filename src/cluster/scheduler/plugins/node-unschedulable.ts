import type { Node, Taint } from '../../../api/generated/types.ts';
import { isTaintTolerated } from '../../../api/taints-and-tolerations.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { definePlugin, SKIP } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { TRAIT_UNSCHEDULABLE } from '../snapshot/node-table.ts';

const NAME = 'NodeUnschedulable';
const CORDONED = unresolvable(NAME, 'node(s) were unschedulable');
const TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Keeps Pods off cordoned nodes (`spec.unschedulable`), unless they tolerate the taint that stands for it. */
export const nodeUnschedulable = definePlugin({
  name: NAME,
  repeats: true,
  seesOfPods: 'nothing',
  wakesOn: [
    {
      resource: 'Node',
      action: ACTION.add | ACTION.updateNodeTaint,
      helps: (_pod, { old, next }) => {
        // Events of Nodes carry Nodes.
        const before = old as Node | undefined;
        const after = next as Node;
        if (before === undefined) return after.spec.unschedulable !== true;
        return before.spec.unschedulable === true && after.spec.unschedulable !== true;
      },
    },
    {
      resource: 'TargetPod',
      action: ACTION.updatePodToleration,
      helps: ({ pod }) => isTaintTolerated(TAINT, pod.spec.tolerations),
    },
  ],
  preFilter({ snapshot, pod }) {
    // With no node cordoned, or the taint tolerated, no node need be asked.
    if (snapshot.table.traitCounts.unschedulable === 0) return SKIP;
    if (isTaintTolerated(TAINT, pod.pod.spec.tolerations)) return SKIP;
    return { kind: 'proceed', state: undefined };
  },
  filter({ snapshot }, node) {
    const traits = snapshot.table.traits[node] as number;
    return (traits & TRAIT_UNSCHEDULABLE) === 0 ? undefined : CORDONED;
  },
});
