import type { Container, LimitRange, Pod } from '../../../../api/generated/types.ts';
import { sortedStrings } from '../../../../base/compare.ts';

type Amounts = Readonly<Record<string, string>>;

/** Where the Pod says which of its amounts are not its writer's. */
const ANNOTATION = 'kubernetes.io/limit-ranger';

/** The Pod with a LimitRange's default amounts in containers that give none. */
export function withDefaultAmounts(pod: Pod, range: LimitRange): Pod {
  const items = range.spec.limits.filter((each) => each.type === 'Container');
  const limits: Amounts = Object.assign({}, ...items.map((each) => each.default ?? {}));
  const requests: Amounts = Object.assign({}, ...items.map((each) => each.defaultRequest ?? {}));
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return pod;
  const said: string[] = [];
  const fillAll = (containers: readonly Container[], noun: string) =>
    containers.map((container) => filled(container, noun, limits, requests, said));
  const containers = fillAll(pod.spec.containers, 'container');
  const init = pod.spec.initContainers;
  const initContainers = init === undefined ? undefined : fillAll(init, 'init container');
  if (said.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}`,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: {
      ...pod.spec,
      containers,
      ...(initContainers === undefined ? undefined : { initContainers }),
    },
  };
}

function filled(
  container: Container,
  noun: string,
  limits: Amounts,
  requests: Amounts,
  said: string[],
): Container {
  const { resources = {} } = container;
  const missing = (given: Amounts | undefined, defaults: Amounts) =>
    sortedStrings(Object.keys(defaults).filter((name) => !Object.hasOwn(given ?? {}, name)));
  const requested = missing(resources.requests, requests);
  const limited = missing(resources.limits, limits);
  if (requested.length > 0)
    said.push(`${requested.join(', ')} request for ${noun} ${container.name}`);
  if (limited.length > 0) said.push(`${limited.join(', ')} limit for ${noun} ${container.name}`);
  if (requested.length + limited.length === 0) return container;
  return {
    ...container,
    resources: {
      ...resources,
      ...(limited.length > 0 ? { limits: { ...limits, ...resources.limits } } : undefined),
      ...(requested.length > 0 ? { requests: { ...requests, ...resources.requests } } : undefined),
    },
  };
}
