import type { PodSpec } from '../../../api/generated/types.ts';
import type { Cycle, FilterRun } from '../framework/plugin.ts';

/**
 * The identity of everything that filtering a node depends on beside the node, where only the node's own
 * columns count; undefined where other Pods elsewhere do, or where the Pod itself has a nomination that
 * it must not be held against.
 */
export function kindOfPod({ snapshot, pod, asked }: Cycle, filters: FilterRun): string | undefined {
  if (filters.plugins.some((plugin) => plugin.seesOfPods === undefined)) return undefined;
  if (snapshot.nominatedNodeOf.has(pod.uid)) return undefined;
  const { spec } = pod.pod;
  let text = texts.get(spec);
  if (text === undefined) {
    const { nodeSelector, affinity, tolerations, nodeName, schedulerName } = spec;
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    text = JSON.stringify([
      schedulerName,
      asked,
      pod.hostPorts,
      pod.priority,
      nodeSelector,
      required,
      tolerations,
      nodeName,
    ]);
    texts.set(spec, text);
  }
  // Which filters take part may differ from one cycle to the next: those that nothing speaks for are left out.
  return filters.plugins.reduce((key, plugin) => `${key}|${plugin.name}`, text);
}

const texts = new WeakMap<PodSpec, string>();
