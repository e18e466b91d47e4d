import type { Container, ContainerStatus } from '../../api/generated/types.ts';

type Amounts = Readonly<Record<string, string>>;

function words(amounts: Amounts | undefined): string {
  return Object.entries(amounts ?? {})
    .map(([name, amount]) => `${name} ${amount}`)
    .join(', ');
}

/**
 * What a container has, and behind an arrow what it is to have where a resize in place is not done yet:
 * `cpu 100m, memory 64Mi → cpu 1, memory 64Mi`. Empty where neither says anything.
 */
export function amountsWords(
  which: 'requests' | 'limits',
  { resources }: Pick<Container, 'resources'>,
  status: Pick<ContainerStatus, 'resources'> | undefined,
): string {
  const wanted = words(resources?.[which]);
  const has = status?.resources === undefined ? wanted : words(status.resources[which]);
  return has === wanted ? has : `${has === '' ? 'none' : has} → ${wanted === '' ? 'none' : wanted}`;
}
