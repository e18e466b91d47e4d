import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../api/generated/types.ts';
import { compareStrings } from '../../base/compare.ts';

/**
 * What a service proxy writes on a node, as data: for each port of a Service where it is reached and where it leads.
 * The same on every node (what differs by node is decided when a packet comes, see `translate.ts`), so that all nodes
 * share one frozen rule.
 */
export interface ServiceRule {
  /** `namespace/name:port`, or `namespace/name` for a port without a name. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly clusterIp: string;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  readonly loadBalancerIps: readonly string[];
  readonly sourceRanges: readonly string[];
  /** For how long a client stays with its endpoint; undefined: not at all. */
  readonly affinitySeconds: number | undefined;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** 0: none. */
  readonly healthCheckNodePort: number;
  /** Ready ones and those that end but still serve. */
  readonly endpoints: readonly RuleEndpoint[];
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** Where a rule may lead. Frozen. */
export interface RuleEndpoint {
  readonly ip: string;
  readonly port: number;
  /** The node it is on; undefined where the slice does not say. */
  readonly node: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Hints of the slice: the zones and nodes whose traffic it is meant for. */
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

const NO_RULES: readonly ServiceRule[] = Object.freeze([]);
const NO_TEXTS: readonly string[] = Object.freeze([]);
const AFFINITY_SECONDS = 10_800;

interface Known {
  readonly slices: readonly EndpointSlice[];
  readonly rules: readonly ServiceRule[];
}

/** Objects are immutable and the proxies of all nodes see the same ones: worked out once for all. A memo only. */
const knownRules = new WeakMap<Service, Known>();

/**
 * The rules of a Service, one for each of its ports in order of the spec (upstream: pkg/proxy, ServicePortMap and
 * EndpointsMap). None for a headless Service and one that is only a name.
 */
export function serviceRules(
  service: Service,
  slices: readonly EndpointSlice[],
): readonly ServiceRule[] {
  const { spec } = service;
  if (spec.type === 'ExternalName' || !isAddress(spec.clusterIP)) return NO_RULES;
  const known = knownRules.get(service);
  if (known !== undefined && sameItems(known.slices, slices)) return known.rules;
  const rules = Object.freeze((spec.ports ?? []).map((port) => ruleOf(service, port, slices)));
  knownRules.set(service, { slices: [...slices], rules });
  return rules;
}

function isAddress(clusterIP: string | undefined): boolean {
  return clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';
}

function sameItems<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function ruleOf(
  { metadata, spec, status }: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
): ServiceRule {
  const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  const hasNodePort = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const ingress = spec.type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []) : [];
  return Object.freeze({
    name: port.name === undefined || port.name === '' ? name : `${name}:${port.name}`,
    protocol: (port.protocol ?? 'TCP') as Protocol, // Validated by the API server.
    clusterIp: spec.clusterIP ?? '',
    port: port.port,
    nodePort: hasNodePort ? (port.nodePort ?? 0) : 0,
    externalIps: Object.freeze([...(spec.externalIPs ?? NO_TEXTS)]),
    loadBalancerIps: Object.freeze(
      ingress.flatMap(({ ip, ipMode }) => (ip === undefined || ipMode === 'Proxy' ? [] : [ip])),
    ),
    sourceRanges: Object.freeze([...(spec.loadBalancerSourceRanges ?? NO_TEXTS)]),
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS)
        : undefined,
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: spec.externalTrafficPolicy === 'Local',
    healthCheckNodePort: spec.healthCheckNodePort ?? 0,
    endpoints: Object.freeze(endpointsOf(slices, port.name ?? '')),
  });
}

/** Endpoints of all slices by address, as upstream sorts them; an address that two slices tell of counts once. */
function endpointsOf(slices: readonly EndpointSlice[], portName: string): RuleEndpoint[] {
  const found = new Map<string, RuleEndpoint>();
  for (const { addressType, ports = [], endpoints = [] } of slices) {
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (addressType !== 'IPv4' || port === undefined) continue;
    for (const endpoint of endpoints) {
      const taken = ruleEndpoint(endpoint, port);
      const key = `${taken.ip}:${taken.port}`;
      // While a Pod moves between slices the news that it serves wins.
      if (!found.has(key) || taken.ready) found.set(key, taken);
    }
  }
  const keys = [...found.keys()].toSorted(compareStrings);
  return keys.flatMap((key) => {
    const endpoint = found.get(key);
    return endpoint !== undefined && (endpoint.ready || endpoint.serving) ? [endpoint] : [];
  });
}

function ruleEndpoint({ addresses, conditions, nodeName, hints }: Endpoint, port: number) {
  return Object.freeze({
    ip: addresses[0] ?? '',
    port,
    node: nodeName,
    ready: conditions?.ready !== false,
    serving: conditions?.serving ?? conditions?.ready !== false,
    terminating: conditions?.terminating === true,
    zones: namesOf(hints?.forZones),
    nodes: namesOf(hints?.forNodes),
  });
}

function namesOf(hints: readonly { readonly name: string }[] | undefined): readonly string[] {
  return hints === undefined ? NO_TEXTS : Object.freeze(hints.map(({ name }) => name));
}
