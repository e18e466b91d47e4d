import { below, type RandomStream } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import { inRange } from './addresses.ts';
import type { Protocol, RuleEndpoint, ServiceRule } from './service-rules.ts';

/** A packet that opens a connection. */
export interface Packet {
  readonly protocol: Protocol;
  readonly sourceIp: string;
  readonly ip: string;
  readonly port: number;
}

/** The node on which a packet is looked at. */
export interface NodeView {
  readonly name: string;
  readonly zone: string;
  readonly ip: string;
  /** Sources in this range are Pods (`--cluster-cidr`). */
  readonly clusterCidr: string;
}

/** What becomes of a packet at the rules of its node. */
export type Translation =
  /** No rule is about it. */
  | { readonly kind: 'untouched' }
  /** Nobody is behind it: refused at once. */
  | { readonly kind: 'rejected'; readonly rule: ServiceRule }
  /** Traffic that must stay on the node, which has no endpoint. */
  | { readonly kind: 'dropped'; readonly rule: ServiceRule }
  | {
      readonly kind: 'endpoint';
      readonly rule: ServiceRule;
      readonly endpoint: RuleEndpoint;
      /** The node takes the source's place, so that answers come back through it. */
      readonly masqueraded: boolean;
    };

const UNTOUCHED: Translation = Object.freeze({ kind: 'untouched' });

/** Which client was sent where, by rule and source (iptables' `recent` lists). Entries are frozen. */
export type AffinityTable = Map<string, { readonly endpoint: string; readonly at: Micros }>;

/** How a packet came to a rule. */
type Door = 'cluster' | 'external';

/** Finds the rule that a packet meets and where it leads (upstream: the chains KUBE-SERVICES and KUBE-NODEPORTS). */
export function translate(
  rules: Iterable<readonly ServiceRule[]>,
  packet: Packet,
  node: NodeView,
  { affinity, now, stream }: { affinity: AffinityTable; now: Micros; stream: RandomStream },
): Translation {
  for (const ports of rules) {
    for (const rule of ports) {
      const door = doorOf(rule, packet, node);
      if (door !== undefined) return through(rule, door, packet, node, { affinity, now, stream });
    }
  }
  return UNTOUCHED;
}

function doorOf(rule: ServiceRule, packet: Packet, node: NodeView): Door | undefined {
  if (rule.protocol !== packet.protocol) return undefined;
  const { ip, port } = packet;
  if (port === rule.port) {
    if (ip === rule.clusterIp) return 'cluster';
    if (rule.externalIps.includes(ip) || rule.loadBalancerIps.includes(ip)) return 'external';
  }
  return port === rule.nodePort && rule.nodePort !== 0 && ip === node.ip ? 'external' : undefined;
}

/** Where a rule may lead on this node, for traffic that comes to the cluster's own address or from outside. */
export function candidates(
  rule: ServiceRule,
  door: Door,
  node: Pick<NodeView, 'name' | 'zone'>,
  comesFromInside: boolean,
): readonly RuleEndpoint[] {
  const isLocal = door === 'cluster' ? rule.internalLocal : rule.externalLocal && !comesFromInside;
  const usable = isLocal
    ? rule.endpoints.filter((each) => each.node === node.name)
    : hinted(rule.endpoints, node);
  const ready = usable.filter((each) => each.ready);
  // When all are going, those that still serve are better than nothing.
  return ready.length > 0
    ? ready
    : (isLocal ? usable : rule.endpoints).filter((each) => each.serving && each.terminating);
}

/**
 * Topology: the endpoints meant for this node or its zone, unless some ready endpoint has no hint or none is meant for
 * here; then all (upstream: topology.go).
 */
function hinted(
  endpoints: readonly RuleEndpoint[],
  node: Pick<NodeView, 'name' | 'zone'>,
): readonly RuleEndpoint[] {
  const ready = endpoints.filter((each) => each.ready);
  const meantFor = (names: (each: RuleEndpoint) => readonly string[], name: string) => {
    if (name === '' || ready.length === 0 || ready.some((each) => names(each).length === 0))
      return [];
    return ready.filter((each) => names(each).includes(name));
  };
  const forNode = meantFor((each) => each.nodes, node.name);
  if (forNode.length > 0) return forNode;
  const forZone = meantFor((each) => each.zones, node.zone);
  return forZone.length > 0 ? forZone : endpoints;
}

function through(
  rule: ServiceRule,
  door: Door,
  packet: Packet,
  node: NodeView,
  { affinity, now, stream }: { affinity: AffinityTable; now: Micros; stream: RandomStream },
): Translation {
  if (!isAllowed(rule, packet)) return { kind: 'dropped', rule };
  const isFromPod = inRange(packet.sourceIp, node.clusterCidr);
  const isFromNode = packet.sourceIp === node.ip;
  const choices = candidates(rule, door, node, isFromPod || isFromNode);
  if (choices.length === 0) {
    return { kind: rule.endpoints.length === 0 ? 'rejected' : 'dropped', rule };
  }
  const endpoint = pickEndpoint(rule, choices, packet.sourceIp, { affinity, now, stream });
  const masqueraded =
    endpoint.ip === packet.sourceIp ||
    (door === 'cluster' ? !isFromPod : !rule.externalLocal || isFromNode);
  return { kind: 'endpoint', rule, endpoint, masqueraded };
}

/** `loadBalancerSourceRanges` is about the load balancer's addresses alone. */
function isAllowed(rule: ServiceRule, { ip, sourceIp }: Packet): boolean {
  return (
    rule.sourceRanges.length === 0 ||
    !rule.loadBalancerIps.includes(ip) ||
    rule.sourceRanges.some((range) => inRange(sourceIp, range))
  );
}

function pickEndpoint(
  rule: ServiceRule,
  choices: readonly RuleEndpoint[],
  sourceIp: string,
  { affinity, now, stream }: { affinity: AffinityTable; now: Micros; stream: RandomStream },
): RuleEndpoint {
  const drawn = () => choices[below(stream, choices.length)] as RuleEndpoint; // There are some.
  if (rule.affinitySeconds === undefined) return drawn();
  const key = `${rule.name} ${rule.protocol} ${sourceIp}`;
  const last = affinity.get(key);
  const stays =
    last !== undefined && now - last.at <= rule.affinitySeconds * 1_000_000
      ? choices.find((each) => `${each.ip}:${each.port}` === last.endpoint)
      : undefined;
  const endpoint = stays ?? drawn();
  affinity.set(key, Object.freeze({ endpoint: `${endpoint.ip}:${endpoint.port}`, at: now }));
  return endpoint;
}
