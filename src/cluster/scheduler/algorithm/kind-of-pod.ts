import type { PodSpec } from '../../../api/generated/types.ts';
import type { Cycle, FilterRun } from '../framework/plugin.ts';
import type { HostPort } from '../snapshot/pod-info.ts';
import type { PodAmounts } from '../snapshot/pod-requests.ts';

/**
 * The identity of everything that filtering a node depends on beside the node, where only the node's own
 * columns count; undefined where other Pods elsewhere do, or where the Pod itself has a nomination that
 * it must not be held against.
 */
export function kindOfPod(cycle: Cycle, filters: FilterRun): string | undefined {
  const { snapshot, pod } = cycle;
  if (snapshot.nominatedNodeOf.size > 0 && snapshot.nominatedNodeOf.has(pod.uid)) return undefined;
  const { plugins } = filters;
  // The same run of filters is gone through by Pods that are alike, and by no others.
  if (last?.filters === filters) return last.kind;
  if (last?.filters.plugins === plugins && isLast(last, cycle)) last.filters = filters;
  else last = lastOf(cycle, filters);
  return last.kind;
}

/** The last kind with the very parts it was made of, which the Pods of one template share. A memo only. */
interface LastKind {
  filters: FilterRun;
  readonly asked: PodAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly schedulerName: PodSpec['schedulerName'];
  readonly priority: number;
  readonly nodeSelector: PodSpec['nodeSelector'];
  readonly affinity: PodSpec['affinity'];
  readonly tolerations: PodSpec['tolerations'];
  readonly nodeName: PodSpec['nodeName'];
  readonly kind: string | undefined;
}

let last: LastKind | undefined;

function isLast(known: LastKind, { pod, asked }: Cycle): boolean {
  const { spec } = pod.pod;
  return (
    known.asked === asked &&
    known.hostPorts === pod.hostPorts &&
    known.schedulerName === spec.schedulerName &&
    known.priority === pod.priority &&
    known.nodeSelector === spec.nodeSelector &&
    known.affinity === spec.affinity &&
    known.tolerations === spec.tolerations &&
    known.nodeName === spec.nodeName
  );
}

function lastOf({ pod, asked }: Cycle, filters: FilterRun): LastKind {
  const { plugins } = filters;
  const { hostPorts, priority } = pod;
  const { nodeSelector, affinity, tolerations, nodeName, schedulerName } = pod.pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const text = [
    schedulerName,
    asked,
    hostPorts,
    priority,
    nodeSelector,
    required,
    tolerations,
    nodeName,
  ];
  const isKnowable = plugins.every((plugin) => plugin.seesOfPods !== undefined);
  return {
    filters,
    asked,
    hostPorts,
    schedulerName,
    priority,
    nodeSelector,
    affinity,
    tolerations,
    nodeName,
    // Which filters take part may differ from one cycle to the next: those that nothing speaks for are left out.
    kind: isKnowable
      ? plugins.reduce((key, plugin) => `${key}|${plugin.name}`, JSON.stringify(text))
      : undefined,
  };
}
