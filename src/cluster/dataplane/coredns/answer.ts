import type { Endpoint, EndpointSlice, Namespace, Service } from '../../../api/generated/types.ts';
import { indexed, type Informer } from '../../client/informer.ts';
import type { DnsRecord, DnsReply, DnsType } from '../../network/packets.ts';
import { addressOfReverse, askOutside, CLUSTER_DOMAIN } from '../../network/names.ts';

/** The copies that answers are made from. */
export interface Zone {
  readonly services: Informer;
  /** Indexed by `service` (`namespace/name`) and `ip`. */
  readonly endpointslices: Informer;
  readonly namespaces: Informer;
}

/** The time to live of the kubernetes plugin's records. */
const TTL = 30;
const EMPTY: readonly DnsRecord[] = Object.freeze([]);
const NO_NAME: DnsReply = Object.freeze({ code: 'NXDOMAIN', records: EMPTY });
const NO_DATA: DnsReply = Object.freeze({ code: 'NOERROR', records: EMPTY });
const FAILURE: DnsReply = Object.freeze({ code: 'SERVFAIL', records: EMPTY });

/**
 * Answers a question as CoreDNS with the Corefile of kubeadm does: the kubernetes plugin for `cluster.local` and reverse
 * names (its specification: github.com/kubernetes/dns), everything else is forwarded to the machines' own resolver.
 */
export function answer(zone: Zone, question: string, recordType: DnsType): DnsReply {
  const name = question.toLowerCase().replace(/\.$/, '');
  const ip = addressOfReverse(name);
  if (ip !== undefined) return recordType === 'PTR' ? reverse(zone, name, ip) : NO_DATA;
  if (name === CLUSTER_DOMAIN) return NO_DATA;
  if (!name.endsWith(`.${CLUSTER_DOMAIN}`)) return askOutside(name, recordType);
  // Before its first lists the plugin cannot say that something is not there.
  if (!zone.services.synced || !zone.endpointslices.synced || !zone.namespaces.synced)
    return FAILURE;
  const labels = name.slice(0, -CLUSTER_DOMAIN.length - 1).split('.');
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (kind === 'svc' && namespace !== undefined) {
    if (!isThere(zone, namespace)) return NO_NAME;
    return labels.length === 2
      ? NO_DATA
      : forService(zone, name, namespace, labels.slice(0, -2), recordType);
  }
  if (kind === 'pod' && namespace !== undefined) {
    if (!isThere(zone, namespace)) return NO_NAME;
    const [address, ...more] = labels.slice(0, -2);
    if (address === undefined) return NO_DATA;
    const podIp = address.replaceAll('-', '.');
    if (more.length > 0 || !/^\d+(\.\d+){3}$/.test(podIp)) return NO_NAME;
    return reply(name, recordType, [podIp]);
  }
  return (kind === 'svc' || kind === 'pod') && labels.length === 1 ? NO_DATA : NO_NAME;
}

function isThere({ namespaces }: Zone, namespace: string): boolean {
  return (namespaces.items.get(namespace) as Namespace | undefined) !== undefined;
}

function addresses(name: string, ips: readonly string[]): readonly DnsRecord[] {
  return ips.map((data) => ({ name, type: 'A', ttl: TTL, data }));
}

function reply(name: string, recordType: DnsType, ips: readonly string[]): DnsReply {
  return recordType === 'A' ? { code: 'NOERROR', records: addresses(name, ips) } : NO_DATA;
}

/** `service`, `hostname.service` or `_port._protocol.service` within a namespace. */
function forService(
  zone: Zone,
  name: string,
  namespace: string,
  labels: readonly string[],
  recordType: DnsType,
): DnsReply {
  const serviceName = labels.at(-1) ?? '';
  const before = labels.slice(0, -1);
  const service = zone.services.items.get(`${namespace}/${serviceName}`) as Service | undefined;
  if (service === undefined) return NO_NAME;
  const { spec } = service;
  if (spec.type === 'ExternalName') return external(name, spec.externalName ?? '', recordType);
  const isHeadless = spec.clusterIP === 'None';
  const ends = isHeadless ? endpointsOf(zone, `${namespace}/${serviceName}`) : [];
  if (before.length === 2 && before.every((label) => label.startsWith('_'))) {
    return forPort(
      service,
      ends,
      name,
      before.map((label) => label.slice(1)),
      recordType,
    );
  }
  if (before.length === 1 && isHeadless) {
    const own = ends.filter((each) => each.host === before[0]);
    return own.length === 0
      ? NO_NAME
      : reply(
          name,
          recordType,
          own.map(({ ip }) => ip),
        );
  }
  if (before.length > 0) return NO_NAME;
  if (isHeadless && ends.length === 0) return NO_NAME;
  if (recordType === 'SRV') return forPort(service, ends, name, [], recordType);
  const ips = isHeadless ? [...new Set(ends.map(({ ip }) => ip))] : [spec.clusterIP ?? ''];
  return reply(name, recordType, ips);
}

function external(name: string, target: string, recordType: DnsType): DnsReply {
  const alias: DnsRecord = { name, type: 'CNAME', ttl: TTL, data: target };
  if (recordType === 'CNAME') return { code: 'NOERROR', records: [alias] };
  return { code: 'NOERROR', records: [alias, ...askOutside(target, recordType).records] };
}

interface NamedEndpoint {
  readonly host: string;
  readonly ip: string;
  readonly ports: EndpointSlice['ports'];
}

/** The endpoints that a headless Service tells of, with the names that they have within it. */
function endpointsOf(zone: Zone, service: string): readonly NamedEndpoint[] {
  const found: NamedEndpoint[] = [];
  for (const object of indexed(zone.endpointslices, 'service', service).values()) {
    const { endpoints = [], ports } = object as EndpointSlice;
    for (const endpoint of endpoints) {
      // `publishNotReadyAddresses` shows in the condition itself.
      if (endpoint.conditions?.ready === false) continue;
      for (const ip of endpoint.addresses) found.push({ host: hostOf(endpoint, ip), ip, ports });
    }
  }
  return found;
}

function hostOf({ hostname }: Endpoint, ip: string): string {
  return hostname ?? ip.replaceAll('.', '-');
}

/** SRV records: of the port that the name tells, or of all named ports. */
function forPort(
  service: Service,
  ends: readonly NamedEndpoint[],
  name: string,
  [port, protocol]: readonly string[],
  recordType: DnsType,
): DnsReply {
  if (recordType !== 'SRV') return NO_DATA;
  const { metadata, spec } = service;
  const base = `${metadata.name ?? ''}.${metadata.namespace ?? ''}.svc.${CLUSTER_DOMAIN}`;
  const fits = (each: { readonly name?: string; readonly protocol?: string }) =>
    port === undefined
      ? true
      : each.name === port && (each.protocol ?? 'TCP').toLowerCase() === protocol;
  const targets: { readonly host: string; readonly port: number; readonly ip: string }[] = [];
  if (spec.clusterIP === 'None') {
    for (const { host, ip, ports = [] } of ends) {
      for (const each of ports)
        if (fits(each)) targets.push({ host: `${host}.${base}`, port: each.port ?? 0, ip });
    }
  } else {
    for (const each of spec.ports ?? [])
      if (fits(each)) targets.push({ host: base, port: each.port, ip: spec.clusterIP ?? '' });
  }
  if (targets.length === 0) return NO_NAME;
  const weight = Math.floor(100 / targets.length);
  const records = targets.map(
    (target): DnsRecord => ({
      name,
      type: 'SRV',
      ttl: TTL,
      data: `0 ${weight} ${target.port} ${target.host}.`,
    }),
  );
  return { code: 'NOERROR', records };
}

/** The name of an address: of a Service, or of an endpoint within its headless Service. */
function reverse(zone: Zone, name: string, ip: string): DnsReply {
  const records: DnsRecord[] = [];
  const add = (data: string) => records.push({ name, type: 'PTR', ttl: TTL, data: `${data}.` });
  for (const object of zone.services.items.values()) {
    const { metadata, spec } = object as Service;
    if (spec.clusterIPs?.includes(ip) !== true) continue;
    add(`${metadata.name ?? ''}.${metadata.namespace ?? ''}.svc.${CLUSTER_DOMAIN}`);
    return { code: 'NOERROR', records };
  }
  for (const object of indexed(zone.endpointslices, 'ip', ip).values()) {
    const { metadata, endpoints = [] } = object as EndpointSlice;
    const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
    for (const endpoint of endpoints) {
      if (!endpoint.addresses.includes(ip)) continue;
      add(`${hostOf(endpoint, ip)}.${service}.${metadata.namespace ?? ''}.svc.${CLUSTER_DOMAIN}`);
    }
  }
  return records.length > 0 ? { code: 'NOERROR', records } : NO_NAME;
}
