import { type EndpointAddressType, podEndpoint } from '../../../../api/endpoint.ts';
import type { Node, Pod, PodSpec, PodStatus, Service } from '../../../../api/generated/types.ts';
import { type ConformanceArea, expectEqual } from '../area.ts';

interface EndpointCase {
  readonly pod: {
    readonly name: string;
    readonly namespace: string;
    readonly deleting: boolean;
    readonly spec: PodSpec;
    readonly status: PodStatus;
  };
  readonly node?: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly serviceName: string;
  readonly publishNotReadyAddresses: boolean;
  readonly addressType: EndpointAddressType;
  readonly endpoint: unknown;
}

export const endpointsliceConditions: ConformanceArea = {
  name: 'endpointslice-conditions',
  run: (testCase) => {
    const { pod, node, endpoint, ...rest } = testCase as unknown as EndpointCase;
    const { name, namespace, deleting, spec, status } = pod;
    const deletion = deleting ? { deletionTimestamp: '2026-01-15T12:00:00Z' } : {};
    const podObject: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, ...deletion },
      spec,
      status,
    };
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: rest.serviceName, namespace },
      spec: { publishNotReadyAddresses: rest.publishNotReadyAddresses },
    };
    const nodeObject: Node | undefined = node && {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: node,
      spec: {},
    };
    return expectEqual(endpoint, podEndpoint(podObject, nodeObject, service, rest.addressType));
  },
};
