import type {
  Container,
  DiscoveryV1EndpointPort,
  Pod,
  Service,
  ServicePort,
} from '../../../api/generated/types.ts';

/** The ports under which a Service reaches one pod. Pods of a Service may differ in named ports. */
export interface PodPorts {
  readonly ports: readonly DiscoveryV1EndpointPort[];
  /** Equal ports have equal text. */
  readonly key: string;
}

/** Where the Service leads to in this pod. A named port that the pod does not have is left out. */
export function podPorts(service: Service, pod: Pod): PodPorts {
  const { ports = [] } = service.spec;
  if (!ports.some(isNamed)) return portsOfAllPods(service);
  const found: DiscoveryV1EndpointPort[] = [];
  for (const each of ports) {
    const number = isNamed(each) ? namedPort(pod, each) : numberedPort(each);
    if (number !== undefined) found.push(endpointPort(each, number));
  }
  return { ports: Object.freeze(found), key: portsKey(found) };
}

/** Equal ports have equal text, whatever their order. Lists are immutable, so each is read once. */
export function portsKey(ports: readonly DiscoveryV1EndpointPort[] | undefined): string {
  if (ports === undefined || ports.length === 0) return '';
  let key = keys.get(ports);
  if (key === undefined) {
    key = ports
      .map(
        ({ name = '', port, protocol = 'TCP', appProtocol = '' }) =>
          `${name}:${port ?? ''}/${protocol}/${appProtocol}`,
      )
      .sort()
      .join(',');
    keys.set(ports, key);
  }
  return key;
}

const keys = new WeakMap<readonly DiscoveryV1EndpointPort[], string>();

/** A Service without named ports leads to the same ports in every pod. A memo only. */
const common = new WeakMap<object, PodPorts>();

function portsOfAllPods(service: Service): PodPorts {
  let known = common.get(service.spec);
  if (known === undefined) {
    const ports = (service.spec.ports ?? []).map((each) => endpointPort(each, numberedPort(each)));
    known = Object.freeze({ ports: Object.freeze(ports), key: portsKey(ports) });
    common.set(service.spec, known);
  }
  return known;
}

function isNamed({ targetPort }: ServicePort): boolean {
  return typeof targetPort === 'string' && targetPort !== '';
}

function numberedPort({ targetPort, port }: ServicePort): number {
  return typeof targetPort === 'number' && targetPort !== 0 ? targetPort : port;
}

function namedPort(pod: Pod, { targetPort, protocol = 'TCP' }: ServicePort): number | undefined {
  const sidecars = (pod.spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  const containers: readonly Container[] = [...pod.spec.containers, ...sidecars];
  for (const { ports } of containers) {
    const match = ports?.find(
      (each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol,
    );
    if (match !== undefined) return match.containerPort;
  }
  return undefined;
}

function endpointPort(
  { name = '', protocol = 'TCP', appProtocol }: ServicePort,
  port: number,
): DiscoveryV1EndpointPort {
  return Object.freeze({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? undefined : { appProtocol }),
  });
}
