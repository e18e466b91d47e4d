import type { Container, ContainerStatus, Pod } from './generated/types.ts';
import { podRequestAmounts, podRequestAmountsWith, type ResourceAmounts } from './pod-resources.ts';

/**
 * What a Pod has been granted of its node, as numbers: what it asks for, but where a resize in place is put off what its
 * kubelet still allows it (`status.containerStatuses[].allocatedResources`).
 */
export function grantedRequestAmounts(pod: Pod): ResourceAmounts {
  // A resize is a change of the spec.
  if ((pod.metadata.generation ?? 1) <= 1) return podRequestAmounts(pod);
  const { spec, status } = pod;
  const containers = granted(spec.containers, status?.containerStatuses);
  const inits = spec.initContainers;
  const initContainers =
    inits === undefined ? undefined : granted(inits, status?.initContainerStatuses);
  if (containers === spec.containers && initContainers === inits) return podRequestAmounts(pod);
  return podRequestAmountsWith(
    {
      ...pod,
      spec: { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
    },
    {},
  );
}

function granted(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] | undefined,
): readonly Container[] {
  let changed: Container[] | undefined;
  for (const [index, container] of containers.entries()) {
    const has = statuses?.find(({ name }) => name === container.name)?.allocatedResources;
    if (has === undefined) continue;
    const wants = container.resources?.requests ?? {};
    if (Object.keys(has).every((name) => has[name] === wants[name])) continue;
    changed ??= [...containers];
    changed[index] = { ...container, resources: { ...container.resources, requests: has } };
  }
  return changed ?? containers;
}
