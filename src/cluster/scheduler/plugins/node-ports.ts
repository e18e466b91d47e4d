import type { Node, Pod } from '../../../api/generated/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { type Cycle, definePlugin, podsOf, SKIP } from '../framework/plugin.ts';
import { unschedulable } from '../framework/status.ts';
import { type HostPort, podInfoOf } from '../snapshot/pod-info.ts';

const NAME = 'NodePorts';
const PORT_TAKEN = unschedulable(
  NAME,
  "node(s) didn't have free ports for the requested pod ports",
);

/** Keeps Pods off nodes where a host port they ask for is taken. */
export const nodePorts = definePlugin({
  name: NAME,
  repeats: true,
  seesOfPods: 'columns',
  wakesOn: [
    {
      resource: 'AssignedPod',
      action: ACTION.delete,
      helps: (waiting, change) => {
        const { old } = podsOf(change);
        if (old === undefined || old.spec.nodeName === undefined) return false;
        // Only ports set free that the Pod waits for can help.
        return hostPortsOf(old).some((freed) =>
          waiting.hostPorts.some((wanted) => portsConflict(freed, wanted)),
        );
      },
    },
    {
      resource: 'Node',
      action: ACTION.add,
      helps: (_waiting, { next }) => (next as Node | undefined) !== undefined,
    },
  ],
  preFilter({ pod }: Cycle) {
    return pod.hostPorts.length === 0 ? SKIP : { kind: 'proceed', state: pod.hostPorts };
  },
  filter({ snapshot }, node, wanted: readonly HostPort[]) {
    const used = snapshot.table.ports[node];
    if (used === undefined || used.length === 0) return undefined;
    for (const port of wanted) {
      for (const taken of used) if (portsConflict(taken, port)) return PORT_TAKEN;
    }
    return undefined;
  },
});

/** Two host ports exclude each other on a node: same port and protocol, and one address covers the other. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.hostIP === b.hostIP || a.hostIP === '0.0.0.0' || b.hostIP === '0.0.0.0')
  );
}

function hostPortsOf(pod: Pod): readonly HostPort[] {
  return podInfoOf(pod).hostPorts;
}
