import type { Pod } from '../../api/generated/types.ts';
import { podRequestAmounts } from '../../api/pod-resources.ts';
import { bytesQuantityText, countQuantityText, value } from '../../api/quantity/numbers.ts';
import type { CriContainerUse } from '../messages.ts';
import type { Observation } from './eviction-signals.ts';

/** A Pod as the eviction manager ranks it. */
export interface RankedPod {
  readonly uid: string;
  readonly pod: Pod;
  readonly uses: readonly CriContainerUse[];
}

/** Pods with this priority or above are the system's, and never evicted for want of a resource. */
const SYSTEM_CRITICAL = 2_000_000_000;

/** Whether a Pod is one of the system's own. */
export function isCritical(pod: Pod): boolean {
  return (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL;
}

/**
 * In which order Pods are evicted: those that use more than they asked for first, then by priority, then by how much
 * more they use; for process ids by priority and number. Pure.
 */
export function rankForEviction(
  pods: readonly RankedPod[],
  resource: Observation['resource'],
): readonly RankedPod[] {
  return pods.toSorted(
    (a, b) =>
      Number(exceeds(b, resource)) - Number(exceeds(a, resource)) ||
      (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) ||
      excess(b, resource) - excess(a, resource) ||
      (nameOf(a) < nameOf(b) ? -1 : 1),
  );
}

function nameOf({ pod }: RankedPod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
}

function exceeds(pod: RankedPod, resource: Observation['resource']): boolean {
  return resource === 'memory' && excess(pod, resource) > 0;
}

function excess({ pod, uses }: RankedPod, resource: Observation['resource']): number {
  if (resource === 'pids') return uses.length;
  // What a container writes to its own layer is not followed: Pods differ by their priority alone.
  if (resource === 'ephemeral-storage') return 0;
  const used = uses.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  return used - (podRequestAmounts(pod).get('memory') ?? 0);
}

/** The message of an eviction, as upstream words it. */
export function evictionMessage(
  { pod, uses }: RankedPod,
  { resource, available, threshold }: Observation,
): string {
  const text = resource === 'pids' ? countQuantityText : bytesQuantityText;
  let message = `The node was low on resource: ${resource}. Threshold quantity: ${text(threshold)}, available: ${text(available)}. `;
  if (resource !== 'memory') return message;
  for (const { container, memoryBytes } of uses) {
    const spec = pod.spec.containers.find((each) => each.name === container);
    const request = spec?.resources?.requests?.['memory'];
    if (memoryBytes <= value(request)) continue;
    message += `Container ${container} was using ${kibibytes(memoryBytes)}, request is ${request ?? '0'}, has larger consumption of memory. `;
  }
  return message;
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)}Ki`;
}
