import type { Pod } from '../../api/generated/types.ts';
import { CLUSTER_DOMAIN, OUTSIDE_RESOLVER, type ResolverConfig } from '../network/names.ts';

/** The machine's own `/etc/resolv.conf`. */
const OF_THE_MACHINE: ResolverConfig = Object.freeze({
  nameservers: Object.freeze([OUTSIDE_RESOLVER]),
  searches: Object.freeze([]),
  ndots: 1,
});

// Resolvers by namespace, of one cluster. A memo only.
const ofNamespaces = new Map<string, ResolverConfig>();
const NAMESPACES_MAX = 10_000;
let serviceIpOfThem = '';

/** The resolver of Pods that ask the cluster's DNS, which all Pods of a namespace share. */
function ofTheCluster(namespace: string, kubernetesServiceIp: string): ResolverConfig {
  if (serviceIpOfThem !== kubernetesServiceIp || ofNamespaces.size >= NAMESPACES_MAX) {
    ofNamespaces.clear();
    serviceIpOfThem = kubernetesServiceIp;
  }
  let config = ofNamespaces.get(namespace);
  if (config === undefined) {
    const searches = [
      `${namespace}.svc.${CLUSTER_DOMAIN}`,
      `svc.${CLUSTER_DOMAIN}`,
      CLUSTER_DOMAIN,
    ];
    config = Object.freeze({
      nameservers: Object.freeze([clusterDnsOf(kubernetesServiceIp)]),
      searches: Object.freeze(searches),
      ndots: 5,
    });
    ofNamespaces.set(namespace, config);
  }
  return config;
}

/** `clusterDNS` of the kubelet's configuration as kubeadm sets it: the tenth address of the Services' range. */
export function clusterDnsOf(kubernetesServiceIp: string): string {
  const parts = kubernetesServiceIp.split('.');
  return [...parts.slice(0, 3), Number(parts[3] ?? 1) + 9].join('.');
}

/** What a Pod's `/etc/resolv.conf` says, from its `dnsPolicy` and `dnsConfig` (upstream: pkg/kubelet/network/dns). */
export function resolverOf(pod: Pod, kubernetesServiceIp: string): ResolverConfig {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec;
  const asksCluster =
    dnsPolicy === 'ClusterFirstWithHostNet' ||
    (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
  const base =
    dnsPolicy === 'None'
      ? undefined
      : asksCluster
        ? ofTheCluster(pod.metadata.namespace ?? '', kubernetesServiceIp)
        : OF_THE_MACHINE;
  if (base !== undefined && dnsConfig === undefined) return base;
  const ndots = dnsConfig?.options?.find(({ name }) => name === 'ndots')?.value;
  return Object.freeze({
    nameservers: Object.freeze(unique(base?.nameservers, dnsConfig?.nameservers)),
    searches: Object.freeze(unique(base?.searches, dnsConfig?.searches)),
    ndots: ndots === undefined ? (base?.ndots ?? 1) : Number(ndots),
  });
}

function unique(...lists: readonly (readonly string[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
}
