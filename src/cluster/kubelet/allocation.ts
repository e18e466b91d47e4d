import type { Container, Pod } from '../../api/generated/types.ts';
import type { PodWorker } from './state.ts';
import { specOf } from './worker.ts';

/**
 * A Pod as it has been granted its amounts (upstream: UpdatePodFromAllocation): its spec, but for a resize that waits.
 * Pods that are not resized are what they are.
 */
export function allocatedPod(worker: PodWorker): Pod {
  const { pod, allocated } = worker;
  if (allocated === undefined) return pod;
  const granted = (containers: readonly Container[]): readonly Container[] =>
    containers.map((container) => {
      const resources = allocated.get(container.name);
      return resources === undefined ? container : { ...container, resources };
    });
  const { initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: granted(pod.spec.containers),
      ...(initContainers === undefined ? undefined : { initContainers: granted(initContainers) }),
    },
  };
}

/** The spec's entry for a container, with the amounts that it has been granted. */
export function allocatedContainer(worker: PodWorker, name: string): Container | undefined {
  const container = specOf(worker.pod, name);
  const resources = worker.allocated?.get(name);
  return container === undefined || resources === undefined
    ? container
    : { ...container, resources };
}
