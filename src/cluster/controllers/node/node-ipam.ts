import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { Node } from '../../../api/generated/types.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest } from '../plan.ts';
import { event, patch } from '../writes.ts';
import { freePodCidr } from './pod-cidrs.ts';

/** Gives each node a range of the cluster's pod addresses, of which no other node has a part. */
export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  account: 'node-controller',
  component: 'cidrAllocator',
  workers: 1,
  // Two nodes may not be given the same range: the next is chosen when the cache shows the last.
  waitsForCache: true,
  wokenBy: [{ resource: 'nodes', keys: nodesWithoutRange }],

  reconcile(key, cluster) {
    const node = cluster.get('nodes', key);
    if (node === undefined) return rest('it is gone');
    if (node.spec?.podCIDR !== undefined) return rest(`it has ${node.spec.podCIDR}`);
    const { clusterCidr, podCidrMaskSize } = cluster.flags;
    const cidr = freePodCidr(cluster.derived.podCidrs, clusterCidr, podCidrMaskSize);
    if (cidr === undefined) {
      const message = `Node ${key} status is now: CIDRNotAvailable`;
      return inOrder(
        `all ranges of ${clusterCidr} are taken`,
        [event(referenceTo(node), 'Normal', 'CIDRNotAvailable', message)],
        { retry: true },
      );
    }
    return inOrder(`node ${key} has no pod addresses: gives it ${cidr}`, [
      patch('nodes', key, { spec: { podCIDR: cidr, podCIDRs: [cidr] } }),
    ]);
  },
};

function nodesWithoutRange({ key, next }: InformerChange): readonly string[] {
  return next !== undefined && (next as Node).spec?.podCIDR === undefined ? [key] : NO_KEYS;
}
