import { findCondition } from './conditions.ts';
import type { Pod } from './generated/types.ts';

type PodWithStatus = Pick<Pod, 'status'>;

/** Whether the Pod's condition Ready is true. */
export function isPodReady({ status }: PodWithStatus): boolean {
  return findCondition(status?.conditions, 'Ready')?.status === 'True';
}

/** When the Pod became ready, in milliseconds since 1970; undefined while it is not, or when no time is given. */
export function podReadySinceMillis({ status }: PodWithStatus): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready?.status !== 'True' || ready.lastTransitionTime === undefined) return undefined;
  return Date.parse(ready.lastTransitionTime);
}

/** Ready for at least `minReadySeconds`; readiness of unknown age counts only where no age is asked for. */
export function isPodAvailable(
  pod: PodWithStatus,
  minReadySeconds: number,
  nowMillis: number,
): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = podReadySinceMillis(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= nowMillis;
}

/** Has ended for good: succeeded or failed. */
export function isPodFinished({ status }: PodWithStatus): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Neither ended nor being deleted: what ReplicaSets count. */
export function isPodActive(pod: Pick<Pod, 'metadata' | 'status'>): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}
