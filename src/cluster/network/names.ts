import type { DnsReply, DnsType } from './packets.ts';
import { ipv4 } from './addresses.ts';

/** What a container's `/etc/resolv.conf` says. Frozen. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly ndots: number;
}

export const CLUSTER_DOMAIN = 'cluster.local';

/** The resolver that the machines' own network offers: it knows the world outside. */
export const OUTSIDE_RESOLVER = '192.168.0.1';

/**
 * The names a resolver asks for, in order: one with fewer dots than `ndots` first behind each search domain, one with
 * enough of them first as it is (resolv.conf(5)). A dot at the end says that it is complete.
 */
export function namesToAsk(name: string, config: ResolverConfig): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = config.searches.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= config.ndots ? [name, ...searched] : [...searched, name];
}

/** `/etc/resolv.conf` as the kubelet writes it. */
export function resolvConf({ nameservers, searches, ndots }: ResolverConfig): string {
  const lines = searches.length > 0 ? [`search ${searches.join(' ')}`] : [];
  for (const server of nameservers) lines.push(`nameserver ${server}`);
  if (ndots !== 1) lines.push(`options ndots:${ndots}`);
  return `${lines.join('\n')}\n`;
}

/** The name that is asked for an address: `3.1.244.10.in-addr.arpa`. */
export function reverseName(ip: string): string {
  return `${ip.split('.').toReversed().join('.')}.in-addr.arpa`;
}

/** The address that such a name means; undefined: it is none. */
export function addressOfReverse(name: string): string | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (match === null) return undefined;
  const ip = match.slice(1).toReversed().join('.');
  return ipv4(ip) === undefined ? undefined : ip;
}

const NO_NAME: DnsReply = Object.freeze({ code: 'NXDOMAIN', records: Object.freeze([]) });

/**
 * What the world outside answers: a public name has an address (made from the name), unless it says that it does not
 * exist or its top-level domain is one that nobody can register.
 */
export function askOutside(name: string, recordType: DnsType): DnsReply {
  const labels = name.split('.');
  const top = labels.at(-1) ?? '';
  const isPublic =
    labels.length >= 2 &&
    (PUBLIC_DOMAINS.has(top) || /^[a-z]{2}$/.test(top)) &&
    !/(^|[.-])(non-?existent|does-?not-?exist|no-?such|invalid|unknown)/i.test(name);
  if (!isPublic) return NO_NAME;
  if (recordType !== 'A') return { code: 'NOERROR', records: [] };
  return { code: 'NOERROR', records: [{ name, type: 'A', ttl: 30, data: outsideAddress(name) }] };
}

/** Top-level domains that names in documentation use, beside those of two letters. */
const PUBLIC_DOMAINS = new Set(
  'com org net edu gov mil int info biz io dev app cloud tech online site store xyz name pro arpa'.split(
    ' ',
  ),
);

/** An address of the ranges for documentation (RFC 5737), so that nobody's real one is shown. */
function outsideAddress(name: string): string {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  const base = ['192.0.2', '198.51.100', '203.0.113'][hash % 3] ?? '203.0.113';
  return `${base}.${1 + (Math.floor(hash / 3) % 254)}`;
}
