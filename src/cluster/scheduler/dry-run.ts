import type { Pod } from '../../api/generated/types.ts';
import { type Attempt, attemptPod } from './algorithm/schedule-pod.ts';
import type { AttemptRecord } from './explanation/explanations.ts';
import { recordAttempt } from './explanation/record-attempt.ts';
import type { SchedulerConfig, SchedulerMemory } from './memory.ts';
import { profileFor } from './step.ts';
import { snapshotOf } from './snapshot-of.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/**
 * Where a Pod would go if it were to be placed now, with everything that decides it. Changes nothing: the Pod
 * may exist or be only written down. Undefined when the Pod is another scheduler's. Of equally good nodes
 * `best` has all; `chosen` is the first of them.
 */
export function dryRun(
  memory: SchedulerMemory,
  config: SchedulerConfig,
  pod: Pod,
): AttemptRecord | undefined {
  const attempt = tryPod(snapshotOf(memory), config, pod, memory.nextStart);
  return attempt === undefined ? undefined : recordAttempt(attempt, { at: 0, attempt: 0 });
}

/** One attempt on a snapshot, without any consequence. */
export function tryPod(
  snapshot: Snapshot,
  config: SchedulerConfig,
  pod: Pod,
  start = 0,
): Attempt | undefined {
  const profile = profileFor({ config }, pod);
  if (profile === undefined) return undefined;
  return attemptPod(podInfoOf(pod), {
    profile,
    snapshot,
    percentageOfNodesToScore: config.configuration?.percentageOfNodesToScore,
    start,
    drawBelow: () => 0,
  });
}
