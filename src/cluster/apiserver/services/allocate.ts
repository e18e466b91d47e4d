import { invalid, type FieldError, type FieldErrors } from '../../../api/field-errors.ts';
import type {
  KubernetesObject,
  Service,
  ServicePort,
  ServiceSpec,
} from '../../../api/generated/types.ts';
import { needsHealthCheckPort, needsNodePorts } from '../../../api/service-traits.ts';
import { invalidError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { settleClaims } from './claim.ts';
import { ipv4Number, ipv4Range, ipv4Text } from './cidr.ts';
import { draw, isFree, promise, release, take, type Pool } from './pool.ts';

/** The addresses and node ports that Services are given (upstream: the Service REST storage and its allocators). */

/** `--service-node-port-range`, and the part of it that is left to those who choose. */
const NODE_PORTS = { first: 30_000, size: 2768, lowerPart: 86 };

/** What the server remembers of what is given out. */
export interface ServiceNumbers {
  readonly addresses: Pool;
  readonly nodePorts: Pool;
  /** When the addresses are looked at next; 0 for no time. */
  repairAt: number;
}

/** A Service with all that it needs to be stored; other kinds pass as they are. */
export function allocate(
  call: VerbCall,
  change: { readonly next: KubernetesObject; readonly old: KubernetesObject | undefined },
  key: string,
): Result<KubernetesObject, StatusError> {
  if (call.target.kind.storage !== 'services/specs' || call.target.subresource !== '') {
    return success(change.next);
  }
  settleClaims(call, key);
  const next = change.next as Service;
  const old = change.old as Service | undefined;
  const errors: FieldError[] = [];
  const familied = withFamilies(next, errors);
  const addressed = withAddress(call.server, familied, { old, key, errors });
  const opened = withNodePorts(call.server, addressed, { old, key, errors });
  const service = withHealthCheckPort(call.server, opened, { old, key, errors });
  return errors.length === 0 ? success(service) : refusal(refusalOf(service, errors));
}

function refusalOf({ metadata }: Service, errors: FieldErrors): StatusError {
  return invalidError({ group: '', kind: 'Service' }, metadata.name ?? '', errors);
}

function isExternalName({ spec }: Service): boolean {
  return spec?.type === 'ExternalName';
}

/** This cluster has IPv4 alone, so whoever must have both families is refused, and who would like both gets one. */
function withFamilies(service: Service, errors: FieldError[]): Service {
  const { spec } = service;
  if (spec === undefined || isExternalName(service)) return service;
  const { ipFamilyPolicy, ipFamilies = [] } = spec;
  if (ipFamilyPolicy === 'RequireDualStack') {
    errors.push(
      invalid(
        'spec.ipFamilyPolicy',
        ipFamilyPolicy,
        'this cluster is not configured for dual-stack services',
      ),
    );
  }
  for (const [index, family] of ipFamilies.entries()) {
    if (family === 'IPv6') {
      errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
  }
  if (ipFamilyPolicy !== undefined && ipFamilies.length > 0) return service;
  return withSpec(service, {
    ipFamilyPolicy: ipFamilyPolicy ?? 'SingleStack',
    ipFamilies: ipFamilies.length > 0 ? ipFamilies : ['IPv4'],
  });
}

function withAddress(server: Server, service: Service, { old, key, errors }: Allocation): Service {
  const { spec } = service;
  if (spec === undefined || isExternalName(service)) return service;
  const asked = spec.clusterIP || (spec.clusterIPs?.[0] ?? '');
  if (asked === 'None') {
    return spec.clusterIP === 'None' && spec.clusterIPs?.[0] === 'None'
      ? service
      : withSpec(service, { clusterIP: 'None', clusterIPs: ['None'] });
  }
  const range = ipv4Range(server.config.serviceCidr);
  const pool = server.memory.services.addresses;
  const now = server.env.now;
  if (asked === '') {
    const first = range.base + 1;
    const size = range.size - 2;
    const lowerPart = Math.min(Math.max(16, Math.floor(size / 16)), 256);
    const stream = server.env.random('service-addresses');
    const number = draw(pool, { first, size, lowerPart }, { key, now, stream });
    if (number === undefined) {
      errors.push(invalid('spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full'));
      return service;
    }
    return withAddressText(service, ipv4Text(number));
  }
  if (old?.spec?.clusterIP === asked) return withAddressText(service, asked);
  const number = ipv4Number(asked);
  const isInside =
    number !== undefined && number > range.base && number < range.base + range.size - 1;
  if (!isInside) {
    const why = `failed to allocate IP ${asked}: the provided network does not match the current range`;
    const detail = number === undefined ? why : notInRange(asked, range.text);
    errors.push(invalid('spec.clusterIPs', [asked], detail));
  } else if (!isFree(pool, number, { key, now })) {
    errors.push(
      invalid(
        'spec.clusterIPs',
        [asked],
        `failed to allocate IP ${asked}: provided IP is already allocated`,
      ),
    );
  } else promise(pool, number, { key, now });
  return withAddressText(service, asked);
}

function notInRange(asked: string, range: string): string {
  return `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range}`;
}

interface Allocation {
  readonly old: Service | undefined;
  readonly key: string;
  readonly errors: FieldError[];
}

function withAddressText(service: Service, address: string): Service {
  const { clusterIP, clusterIPs } = service.spec ?? {};
  return clusterIP === address && clusterIPs?.[0] === address
    ? service
    : withSpec(service, { clusterIP: address, clusterIPs: [address] });
}

function withNodePorts(server: Server, service: Service, { key, errors }: Allocation): Service {
  const { spec } = service;
  if (spec === undefined || !needsNodePorts(spec)) return service;
  const pool = server.memory.services.nodePorts;
  const now = server.env.now;
  const own = new Set<number>();
  let changed = false;
  const ports = (spec.ports ?? []).map((port, index): ServicePort => {
    const asked = port.nodePort ?? 0;
    if (asked > 0) {
      const problem = nodePortProblem(pool, asked, { key, now });
      if (problem === undefined || own.has(asked)) {
        own.add(asked);
        promise(pool, asked, { key, now });
      } else errors.push(invalid(`spec.ports[${index}].nodePort`, asked, problem));
      return port;
    }
    const stream = server.env.random('node-ports');
    const number = draw(pool, NODE_PORTS, { key, now, stream, except: own });
    if (number === undefined) {
      const detail = 'failed to allocate a nodePort: range is full';
      errors.push(invalid(`spec.ports[${index}].nodePort`, 0, detail));
      return port;
    }
    changed = true;
    own.add(number);
    return { ...port, nodePort: number };
  });
  return changed ? withSpec(service, { ports }) : service;
}

/** A load balancer that keeps traffic on the node asks there whether it has endpoints. */
function withHealthCheckPort(
  server: Server,
  service: Service,
  { old, key, errors }: Allocation,
): Service {
  const { spec } = service;
  if (spec === undefined || !needsHealthCheckPort(spec)) return service;
  const pool = server.memory.services.nodePorts;
  const now = server.env.now;
  const asked = spec.healthCheckNodePort ?? 0;
  if (asked > 0) {
    if (asked === old?.spec?.healthCheckNodePort) return service;
    const problem = nodePortProblem(pool, asked, { key, now });
    if (problem === undefined) promise(pool, asked, { key, now });
    else errors.push(invalid('spec.healthCheckNodePort', asked, problem));
    return service;
  }
  const stream = server.env.random('node-ports');
  const number = draw(pool, NODE_PORTS, { key, now, stream });
  if (number !== undefined) return withSpec(service, { healthCheckNodePort: number });
  const detail = 'failed to allocate a nodePort: range is full';
  errors.push(invalid('spec.healthCheckNodePort', 0, detail));
  return service;
}

function nodePortProblem(
  pool: Pool,
  asked: number,
  { key, now }: { key: string; now: number },
): string | undefined {
  const { first, size } = NODE_PORTS;
  if (asked < first || asked >= first + size) {
    return `provided port is not in the valid range. The range of valid ports is ${first}-${first + size - 1}`;
  }
  return isFree(pool, asked, { key, now }) ? undefined : 'provided port is already allocated';
}

function withSpec(service: Service, spec: Partial<ServiceSpec>): Service {
  return { ...service, spec: { ...service.spec, ...spec } };
}

/** Keeps the tables true: a Service in the store has changed from one state to another. */
export function noteService(
  numbers: ServiceNumbers,
  key: string,
  {
    previous,
    next,
  }: { previous: KubernetesObject | undefined; next: KubernetesObject | undefined },
): void {
  for (const address of addressesOf(previous)) release(numbers.addresses, address, key);
  for (const port of portsOf(previous)) release(numbers.nodePorts, port, key);
  for (const address of addressesOf(next)) take(numbers.addresses, address, key);
  for (const port of portsOf(next)) take(numbers.nodePorts, port, key);
}

function addressesOf(object: KubernetesObject | undefined): readonly number[] {
  const address = ipv4Number((object as Service | undefined)?.spec?.clusterIP ?? '');
  return address === undefined ? [] : [address];
}

function portsOf(object: KubernetesObject | undefined): readonly number[] {
  const ports: number[] = [];
  const { healthCheckNodePort = 0 } = (object as Service | undefined)?.spec ?? {};
  if (healthCheckNodePort > 0) ports.push(healthCheckNodePort);
  for (const { nodePort } of (object as Service | undefined)?.spec?.ports ?? []) {
    if (nodePort !== undefined && nodePort > 0) ports.push(nodePort);
  }
  return ports;
}

/** Forgets what Services hold, before they are listed anew. */
export function forgetServices({ addresses, nodePorts }: ServiceNumbers): void {
  addresses.taken.clear();
  nodePorts.taken.clear();
}
