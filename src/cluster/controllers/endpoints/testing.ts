import type { Endpoint, EndpointSlice, Pod, Service } from '../../../api/generated/types.ts';
import { podEndpoint } from '../../../api/endpoint.ts';
import { MANAGED_BY_LABEL, MANAGER } from './members.ts';
import { SERVICE_NAME_LABEL } from '../resources.ts';

/** For tests: a Service of namespace `default` with one port. */
export function aService(
  name: string,
  more: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly port?: number;
    readonly targetPort?: number | string;
    readonly labels?: Readonly<Record<string, string>>;
  } = {},
): Service {
  const { port = 80, targetPort = 8080 } = more;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(more.labels === undefined ? {} : { labels: more.labels }),
    },
    spec: {
      clusterIP: '10.96.0.10',
      ports: [{ name: 'http', port, targetPort, protocol: 'TCP' }],
      ...(more.selector === undefined ? {} : { selector: more.selector }),
    },
  };
}

/** For tests: a slice of a Service. */
export function aSlice(
  name: string,
  service: string,
  more: {
    readonly endpoints: readonly Endpoint[];
    readonly port?: number;
    readonly manager?: string;
  },
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      labels: {
        [MANAGED_BY_LABEL]: more.manager ?? MANAGER,
        [SERVICE_NAME_LABEL]: service,
      },
    },
    addressType: 'IPv4',
    endpoints: more.endpoints,
    ports: [{ name: 'http', port: more.port ?? 8080, protocol: 'TCP' }],
  };
}

/** For tests: what a slice of a Service `web` says of a pod, on a node without a zone. */
export function endpointOf(pod: Pod): Endpoint {
  return podEndpoint(pod, undefined, aService('web'), 'IPv4');
}
