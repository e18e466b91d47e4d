import { chainName, endpointChain } from './chain-names.ts';
import type { RuleEndpoint, ServiceRule } from './service-rules.ts';
import { candidates, type NodeView } from './translate.ts';

/**
 * A node's rules as `iptables-save` prints those of kube-proxy: the tables nat and filter with the chains that its
 * iptables mode makes. The model keeps the rules as data; this is how they look to somebody on the node.
 */
export function iptablesSave(rules: Iterable<readonly ServiceRule[]>, node: NodeView): string {
  const all = [...rules].flat();
  const hasRun = all.length > 0;
  const nat = hasRun ? natTable(all, node) : [];
  const filter = hasRun ? filterTable(all, node) : [];
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ...(hasRun ? FILTER_CHAINS.map((chain) => `:${chain} - [0:0]`) : []),
    ...filter,
    'COMMIT',
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ...(hasRun ? chainsOf(nat).map((chain) => `:${chain} - [0:0]`) : []),
    ...nat,
    'COMMIT',
    '',
  ].join('\n');
}

const FILTER_CHAINS = [
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-FIREWALL',
  'KUBE-FORWARD',
  'KUBE-NODEPORTS',
  'KUBE-PROXY-FIREWALL',
  'KUBE-SERVICES',
];

function chainsOf(lines: readonly string[]): readonly string[] {
  const chains = new Set<string>();
  for (const line of lines) {
    const chain = /^-A (KUBE-\S+)/.exec(line)?.[1];
    if (chain !== undefined) chains.add(chain);
  }
  return [...chains].toSorted((left, right) => (left < right ? -1 : 1));
}

function comment(text: string): string {
  return `-m comment --comment "${text}"`;
}

/** The names and texts that the lines of one rule are made of. */
interface Parts {
  readonly rule: ServiceRule;
  readonly proto: string;
  readonly services: string;
  readonly local: string;
  readonly external: string;
}

function partsOf(rule: ServiceRule): Parts {
  return {
    rule,
    proto: rule.protocol.toLowerCase(),
    services: chainName('SVC', rule.name, rule.protocol),
    local: chainName('SVL', rule.name, rule.protocol),
    external: chainName('EXT', rule.name, rule.protocol),
  };
}

function isReachedFromOutside({ nodePort, externalIps, loadBalancerIps }: ServiceRule): boolean {
  return nodePort !== 0 || externalIps.length > 0 || loadBalancerIps.length > 0;
}

function natTable(rules: readonly ServiceRule[], node: NodeView): readonly string[] {
  const portals: string[] = [];
  const nodePorts: string[] = [];
  const chains: string[] = [];
  for (const rule of rules) {
    const parts = partsOf(rule);
    const inside = candidates(rule, 'cluster', node, true);
    const outside = candidates(rule, 'external', node, false);
    if (inside.length === 0 && outside.length === 0) continue;
    portals.push(...portalLines(parts, inside, outside));
    if (rule.nodePort !== 0 && outside.length > 0) nodePorts.push(nodePortLine(parts));
    chains.push(...chainLines(parts, inside, outside, node));
  }
  return [
    `-A PREROUTING ${comment('kubernetes service portals')} -j KUBE-SERVICES`,
    `-A OUTPUT ${comment('kubernetes service portals')} -j KUBE-SERVICES`,
    `-A POSTROUTING ${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    ...nodePorts,
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    `-A KUBE-POSTROUTING ${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
    ...chains,
    ...portals,
    `-A KUBE-SERVICES ${comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
  ];
}

function portalLines(
  { rule, proto, services, external }: Parts,
  inside: readonly RuleEndpoint[],
  outside: readonly RuleEndpoint[],
): readonly string[] {
  const line = (ip: string, what: string, target: string) =>
    `-A KUBE-SERVICES -d ${ip}/32 -p ${proto} ${comment(`${rule.name} ${what}`)} -m ${proto} --dport ${rule.port} -j ${target}`;
  const firewall = chainName('FW', rule.name, rule.protocol);
  const lines = inside.length > 0 ? [line(rule.clusterIp, 'cluster IP', services)] : [];
  if (outside.length === 0) return lines;
  for (const ip of rule.externalIps) lines.push(line(ip, 'external IP', external));
  for (const ip of rule.loadBalancerIps) {
    lines.push(line(ip, 'loadbalancer IP', rule.sourceRanges.length > 0 ? firewall : external));
  }
  return lines;
}

function nodePortLine({ rule, proto, external }: Parts): string {
  return `-A KUBE-NODEPORTS -p ${proto} ${comment(rule.name)} -m ${proto} --dport ${rule.nodePort} -j ${external}`;
}

function chainLines(
  parts: Parts,
  inside: readonly RuleEndpoint[],
  outside: readonly RuleEndpoint[],
  node: NodeView,
): readonly string[] {
  const { rule, proto, services, local, external } = parts;
  const lines: string[] = [];
  if (isReachedFromOutside(rule) && outside.length > 0) lines.push(...externalLines(parts, node));
  if (rule.sourceRanges.length > 0 && rule.loadBalancerIps.length > 0) {
    const firewall = chainName('FW', rule.name, rule.protocol);
    for (const range of rule.sourceRanges) {
      lines.push(
        `-A ${firewall} -s ${range} ${comment(`${rule.name} loadbalancer IP`)} -j ${external}`,
      );
    }
  }
  const ends = new Map([...inside, ...outside].map((each) => [`${each.ip}:${each.port}`, each]));
  for (const [address, endpoint] of ends) lines.push(...endpointLines(parts, address, endpoint));
  if (inside.length > 0) {
    lines.push(
      `-A ${services} ! -s ${node.clusterCidr} -d ${rule.clusterIp}/32 -p ${proto} ${comment(`${rule.name} cluster IP`)} -m ${proto} --dport ${rule.port} -j KUBE-MARK-MASQ`,
      ...balancing(services, rule, inside),
    );
  } else if (isReachedFromOutside(rule)) lines.push(...balancing(services, rule, outside));
  if (rule.externalLocal && isReachedFromOutside(rule)) {
    lines.push(...balancing(local, rule, outside));
  }
  return lines;
}

function externalLines(
  { rule, services, local, external }: Parts,
  node: NodeView,
): readonly string[] {
  const about = `${rule.name} external destinations`;
  if (!rule.externalLocal) {
    return [
      `-A ${external} ${comment(`masquerade traffic for ${about}`)} -j KUBE-MARK-MASQ`,
      `-A ${external} -j ${services}`,
    ];
  }
  return [
    `-A ${external} -s ${node.clusterCidr} ${comment(`pod traffic for ${about}`)} -j ${services}`,
    `-A ${external} ${comment(`masquerade LOCAL traffic for ${about}`)} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
    `-A ${external} ${comment(`route LOCAL traffic for ${about}`)} -m addrtype --src-type LOCAL -j ${services}`,
    `-A ${external} -j ${local}`,
  ];
}

function endpointLines(
  { rule, proto }: Parts,
  address: string,
  endpoint: RuleEndpoint,
): readonly string[] {
  const chain = endpointChain(rule.name, rule.protocol, address);
  const recent =
    rule.affinitySeconds === undefined
      ? ''
      : ` -m recent --set --name ${chain} --mask 255.255.255.255 --rsource`;
  return [
    `-A ${chain} -s ${endpoint.ip}/32 ${comment(rule.name)} -j KUBE-MARK-MASQ`,
    `-A ${chain} -p ${proto} ${comment(rule.name)}${recent} -m ${proto} -j DNAT --to-destination ${address}`,
  ];
}

/** First those clients that have been here before, then one endpoint in so many at random. */
function balancing(
  chain: string,
  rule: ServiceRule,
  endpoints: readonly RuleEndpoint[],
): readonly string[] {
  const lines: string[] = [];
  const target = ({ ip, port }: RuleEndpoint) =>
    endpointChain(rule.name, rule.protocol, `${ip}:${port}`);
  const about = ({ ip, port }: RuleEndpoint) => comment(`${rule.name} -> ${ip}:${port}`);
  if (rule.affinitySeconds !== undefined) {
    for (const each of endpoints) {
      lines.push(
        `-A ${chain} ${about(each)} -m recent --rcheck --seconds ${rule.affinitySeconds} --reap --name ${target(each)} --mask 255.255.255.255 --rsource -j ${target(each)}`,
      );
    }
  }
  for (const [index, each] of endpoints.entries()) {
    const left = endpoints.length - index;
    const chance =
      left > 1 ? ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}` : '';
    lines.push(`-A ${chain} ${about(each)}${chance} -j ${target(each)}`);
  }
  return lines;
}

function filterTable(rules: readonly ServiceRule[], node: NodeView): readonly string[] {
  const lines = [
    `-A INPUT -m conntrack --ctstate NEW ${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`,
    `-A INPUT ${comment('kubernetes health check service ports')} -j KUBE-NODEPORTS`,
    `-A INPUT -m conntrack --ctstate NEW ${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`,
    '-A INPUT -j KUBE-FIREWALL',
    `-A FORWARD -m conntrack --ctstate NEW ${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`,
    `-A FORWARD ${comment('kubernetes forwarding rules')} -j KUBE-FORWARD`,
    `-A FORWARD -m conntrack --ctstate NEW ${comment('kubernetes service portals')} -j KUBE-SERVICES`,
    `-A FORWARD -m conntrack --ctstate NEW ${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`,
    `-A OUTPUT -m conntrack --ctstate NEW ${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`,
    `-A OUTPUT -m conntrack --ctstate NEW ${comment('kubernetes service portals')} -j KUBE-SERVICES`,
    '-A OUTPUT -j KUBE-FIREWALL',
  ];
  for (const rule of rules) lines.push(...refusalLines(rule, node));
  lines.push(
    `-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP`,
    `-A KUBE-FORWARD ${comment('kubernetes forwarding rules')} -m mark --mark 0x4000/0x4000 -j ACCEPT`,
    `-A KUBE-FORWARD ${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  );
  for (const { name, healthCheckNodePort } of rules) {
    if (healthCheckNodePort === 0) continue;
    lines.push(
      `-A KUBE-NODEPORTS -p tcp ${comment(`${name} health check node port`)} -m tcp --dport ${healthCheckNodePort} -j ACCEPT`,
    );
  }
  return lines;
}

function refusalLines(rule: ServiceRule, node: NodeView): readonly string[] {
  const proto = rule.protocol.toLowerCase();
  const lines: string[] = [];
  const hasNone = rule.endpoints.length === 0;
  const about = comment(`${rule.name} has no ${hasNone ? '' : 'local '}endpoints`);
  const verdict = hasNone ? 'REJECT --reject-with icmp-port-unreachable' : 'DROP';
  const refuse = (chain: string, where: string, port: number) =>
    lines.push(
      `-A ${chain} ${where}-p ${proto} ${about} -m ${proto} --dport ${port} -j ${verdict}`,
    );
  if (candidates(rule, 'cluster', node, true).length === 0) {
    refuse('KUBE-SERVICES', `-d ${rule.clusterIp}/32 `, rule.port);
  }
  if (candidates(rule, 'external', node, false).length === 0) {
    for (const ip of [...rule.externalIps, ...rule.loadBalancerIps]) {
      refuse('KUBE-EXTERNAL-SERVICES', `-d ${ip}/32 `, rule.port);
    }
    if (rule.nodePort !== 0) {
      lines.push(
        `-A KUBE-EXTERNAL-SERVICES -p ${proto} ${about} -m addrtype --dst-type LOCAL -m ${proto} --dport ${rule.nodePort} -j ${verdict}`,
      );
    }
  }
  return lines;
}
