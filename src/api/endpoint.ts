import type { Endpoint, Node, Pod, Service } from './generated/types.ts';
import { isPodReady } from './pod-readiness.ts';

export type EndpointAddressType = 'IPv4' | 'IPv6';

export const zoneLabel = 'topology.kubernetes.io/zone';

/**
 * A Pod as an entry of an EndpointSlice. A Pod that is being deleted still serves while its probe succeeds, but is
 * never ready, unless the Service publishes everything.
 */
export function podEndpoint(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: EndpointAddressType,
): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname } = pod.spec;
  const zone = node?.metadata.labels?.[zoneLabel];
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: podAddresses(pod, addressType),
    conditions: { ready, serving, terminating },
    targetRef: {
      kind: 'Pod',
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(uid === undefined ? {} : { uid }),
    },
    ...(nodeName === undefined || nodeName === '' ? {} : { nodeName }),
    ...(zone === undefined || zone === '' ? {} : { zone }),
    ...(hostname !== undefined && hasHostname(pod, service) ? { hostname } : {}),
  };
}

/** The Pod's addresses of one family. */
export function podAddresses(pod: Pick<Pod, 'status'>, addressType: EndpointAddressType): string[] {
  const addresses: string[] = [];
  for (const { ip } of pod.status?.podIPs ?? []) {
    if (ip.includes(':') === (addressType === 'IPv6')) addresses.push(ip);
  }
  return addresses;
}

/** Pods of a headless Service get names of their own: those whose subdomain is the Service. */
export function hasHostname({ metadata, spec }: Pod, service: Service): boolean {
  return (
    spec.hostname !== undefined &&
    spec.hostname !== '' &&
    spec.subdomain === service.metadata.name &&
    metadata.namespace === service.metadata.namespace
  );
}
