import type { Ingress, IngressClass, NetworkPolicy } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { formatLabelSelector } from '../selectors/label-selector.ts';
import { ageColumn, ageOf, firstFew, nameColumn, textColumn } from './columns.ts';
import { balancerAddresses } from './service.ts';

export const ingressTable: KindTable<Ingress> = {
  columns: [
    nameColumn,
    textColumn('Class', 'The class of controllers it is for.'),
    textColumn('Hosts', 'The host names it answers to.'),
    textColumn('Address', 'Where it can be reached.'),
    textColumn('Ports', 'The ports it listens on.'),
    ageColumn,
  ],
  cells: (ingress, now, isWide = true) => {
    const { metadata, spec, status } = ingress;
    const hosts = (spec?.rules ?? []).map((rule) => rule.host ?? '').filter((host) => host !== '');
    const annotated = metadata.annotations?.['kubernetes.io/ingress.class'];
    return [
      metadata.name ?? '',
      spec?.ingressClassName || annotated || '<none>',
      firstFew(hosts, 3) || '*',
      balancerAddresses(status?.loadBalancer?.ingress ?? [], isWide),
      (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
      ageOf(ingress, now),
    ];
  },
};

export const ingressClassTable: KindTable<IngressClass> = {
  columns: [
    nameColumn,
    textColumn('Controller', 'The controller that serves this class.'),
    textColumn('Parameters', 'The object with further settings.'),
    ageColumn,
  ],
  cells: (ingressClass, now) => {
    const parameters = ingressClass.spec?.parameters;
    const group = parameters?.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return [
      ingressClass.metadata.name ?? '',
      ingressClass.spec?.controller ?? '',
      parameters === undefined ? '<none>' : `${parameters.kind}${group}/${parameters.name}`,
      ageOf(ingressClass, now),
    ];
  },
};

export const networkPolicyTable: KindTable<NetworkPolicy> = {
  columns: [nameColumn, textColumn('Pod-Selector', 'The pods it is about.'), ageColumn],
  cells: (policy, now) => [
    policy.metadata.name ?? '',
    formatLabelSelector(policy.spec?.podSelector),
    ageOf(policy, now),
  ],
};
