import type { Service, ServicePort } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, labelsText, nameColumn, textColumn, wideColumn } from './columns.ts';

export const serviceTable: KindTable<Service> = {
  columns: [
    nameColumn,
    textColumn('Type', 'How the service can be reached.'),
    textColumn('Cluster-IP', 'Its address inside the cluster.'),
    textColumn('External-IP', 'Its addresses outside the cluster.'),
    textColumn('Port(s)', 'Its ports, with those on the nodes.'),
    ageColumn,
    wideColumn('Selector', 'The labels of the pods behind it.'),
  ],
  cells: (service, now, isWide = true) => [
    service.metadata.name ?? '',
    service.spec?.type ?? '',
    service.spec?.clusterIPs?.[0] ?? '<none>',
    externalAddresses(service, isWide),
    portsText(service.spec?.ports ?? []),
    ageOf(service, now),
    labelsText(service.spec?.selector),
  ],
};

function externalAddresses({ spec, status }: Service, isWide: boolean): string {
  const externalIPs = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.join(',') || '<none>';
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const balancers = balancerAddresses(status?.loadBalancer?.ingress ?? [], isWide);
      if (externalIPs.length === 0) return balancers || '<pending>';
      return [...(balancers === '' ? [] : [balancers]), ...externalIPs].join(',');
    }
    default:
      return '<unknown>';
  }
}

const narrowWidth = 16;

/** The addresses of load balancers in order of their text; shortened where the place is narrow. */
export function balancerAddresses(
  ingress: readonly { readonly ip?: string; readonly hostname?: string }[],
  isWide: boolean,
): string {
  const addresses = new Set<string>();
  for (const { ip, hostname } of ingress) {
    const address = ip || hostname;
    if (address !== undefined && address !== '') addresses.add(address);
  }
  const text = [...addresses].sort().join(',');
  return isWide || text.length <= narrowWidth ? text : `${text.slice(0, narrowWidth - 3)}...`;
}

function portsText(ports: readonly ServicePort[]): string {
  const texts = ports.map(({ port, nodePort = 0, protocol = '' }) =>
    nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(',') || '<none>';
}
