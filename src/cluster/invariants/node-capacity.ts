import type { Node, Pod } from '../../api/generated/types.ts';
import { grantedRequestAmounts } from '../../api/granted-resources.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import { objectsOf } from './objects.ts';
import type { Invariant } from './invariant.ts';

/** What a node has promised: no scheduler and no race between binds may give it away twice. */
export const nodeCapacity: Invariant = {
  name: 'no node has promised more than it has',
  kind: 'safety',
  check(world) {
    const promised = new Map<string, { cpu: number; memory: number; pods: number }>();
    for (const pod of objectsOf<Pod>(world, 'Pod')) {
      const node = pod.spec?.nodeName;
      const phase = pod.status?.phase;
      if (node === undefined || phase === 'Succeeded' || phase === 'Failed') continue;
      if (isUntold(pod)) continue;
      const sum = promised.get(node) ?? { cpu: 0, memory: 0, pods: 0 };
      const requests = grantedRequestAmounts(pod);
      sum.cpu += requests.get('cpu') ?? 0;
      sum.memory += requests.get('memory') ?? 0;
      sum.pods += 1;
      promised.set(node, sum);
    }
    for (const node of objectsOf<Node>(world, 'Node')) {
      const sum = promised.get(node.metadata.name ?? '');
      const allocatable = node.status?.allocatable ?? {};
      if (sum === undefined) continue;
      if (sum.cpu > milliValue(allocatable['cpu']))
        return `${node.metadata.name}: ${sum.cpu}m of CPU`;
      if (sum.memory > value(allocatable['memory']))
        return `${node.metadata.name}: ${sum.memory} bytes`;
      if (sum.pods > value(allocatable['pods'])) return `${node.metadata.name}: ${sum.pods} Pods`;
    }
    return undefined;
  },
};

/**
 * Whether the API does not know what a Pod has been granted: somebody has asked for other amounts before the kubelet has
 * said anything of its containers. What it asks for now, nobody may have promised.
 */
function isUntold({ metadata, spec, status }: Pod): boolean {
  if ((metadata.generation ?? 1) <= 1) return false;
  return spec.containers.some(
    ({ name }) =>
      status?.containerStatuses?.find((each) => each.name === name)?.allocatedResources ===
      undefined,
  );
}
