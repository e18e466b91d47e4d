import type { Pod, StatefulSet } from '../../../api/generated/types.ts';
import { isPodAvailable, isPodFinished, isPodReady } from '../../../api/pod-readiness.ts';

/** What the order of a StatefulSet waits for. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

export function isRunningAndAvailable(pod: Pod, { spec }: StatefulSet, nowMillis: number): boolean {
  return isRunningAndReady(pod) && isPodAvailable(pod, spec.minReadySeconds ?? 0, nowMillis);
}

/** Serves, and is not about to go. */
export function isHealthy(pod: Pod, set: StatefulSet, nowMillis: number): boolean {
  return !isTerminating(pod) && isRunningAndAvailable(pod, set, nowMillis);
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Ended, in whatever way: a pod of a set runs for ever. */
export function hasEnded(pod: Pod): boolean {
  return isPodFinished(pod);
}
