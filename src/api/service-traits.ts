import type { ServiceSpec } from './generated/types.ts';

/** Questions about services that API server, controllers and proxies ask alike (upstream: api/service/util). */

/** No address of its own: names lead straight to the pods. Stored services have the list always. */
export function isHeadless({ clusterIPs = [] }: ServiceSpec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === 'None';
}

/** Reachable from outside the cluster by a node's port, a load balancer or an external address. */
export function isExternallyAccessible({ type, externalIPs = [] }: ServiceSpec): boolean {
  return (
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && externalIPs.length > 0)
  );
}

/** Whether load balancers must ask each node if it has endpoints. */
export function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** Whether the service gets an address in the cluster, be it `None`. */
export function needsClusterIp({ type }: ServiceSpec): boolean {
  return type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer';
}

/** Whether its ports get ports on the nodes. */
export function needsNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return (
    type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
  );
}
