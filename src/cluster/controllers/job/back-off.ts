import { MINUTE, SECOND, type Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { endedAtMillis, type JobPod } from './job-pods.ts';

/** Upstream's figures. The documentation speaks of six minutes; the code waits up to ten. */
const FIRST: Micros = 10 * SECOND;
const MAX: Micros = 10 * MINUTE;

/** How long a new pod must wait after so many failures in a row, the last of which ended then. */
export function remainingPause(
  failures: number,
  lastEndMillis: number,
  cluster: ClusterView,
  now: Micros,
): Micros {
  if (failures === 0) return 0;
  const pause = Math.min(FIRST * 2 ** Math.min(failures - 1, 30), MAX);
  const due = (lastEndMillis - cluster.epochMillis) * 1000 + pause;
  return Math.max(0, due - now);
}

/**
 * The pause before a job's next pod. It is read from the pods that are there, so that it survives a
 * restart of the controller, which upstream's does not.
 */
export function pauseOf(pods: readonly JobPod[], cluster: ClusterView, now: Micros): Micros {
  let lastSuccess = Number.NEGATIVE_INFINITY;
  for (const { pod, succeeded } of pods) {
    if (succeeded) lastSuccess = Math.max(lastSuccess, endedAtMillis(pod));
  }
  let failures = 0;
  let lastFailure = 0;
  for (const { pod, failed } of pods) {
    if (!failed) continue;
    const at = endedAtMillis(pod);
    if (at <= lastSuccess) continue;
    failures += 1;
    lastFailure = Math.max(lastFailure, at);
  }
  return remainingPause(failures, lastFailure, cluster, now);
}
