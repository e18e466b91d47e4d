import {
  CONTROL_PLANE_MACHINE,
  processNames,
  type ClusterSetUp,
  type NodeSetUp,
} from '../set-up.ts';
import type { KubeletConfig } from './state.ts';

/** The configuration of a worker's kubelet; `index` is the node's place in the set-up, from 0. */
export function kubeletConfig(setUp: ClusterSetUp, node: NodeSetUp, index: number): KubeletConfig {
  return Object.freeze({
    node: Object.freeze({ ...node, labels: Object.freeze({ ...node.labels }) }),
    nodeIp: machineAddress(index + 1),
    epochMillis: setUp.epochMillis,
    apiServer: processNames.apiServer(CONTROL_PLANE_MACHINE),
    containerd: processNames.containerd(node.name),
    kubernetesServiceIp: firstAddress(setUp.flags.serviceCidr),
  });
}

/** Machines have addresses of their own, 192.168.64.11 for the first worker. */
export function machineAddress(number: number): string {
  const host = number + 10;
  return `192.168.${64 + Math.floor(host / 256)}.${host % 256}`;
}

/** The first address of the range of Services is that of the API server's own Service. */
function firstAddress(serviceCidr: string): string {
  const [base = '10.96.0.0'] = serviceCidr.split('/');
  const bytes = base.split('.').map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join('.');
}
