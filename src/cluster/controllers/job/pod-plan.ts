import type { Job, Pod } from '../../../api/generated/types.ts';
import { compareForDeletion, deletionCandidate } from '../../../api/pod-deletion-order.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { pauseOf, remainingPause } from './back-off.ts';
import { policyAnswer } from './failure-policy.ts';
import {
  endedAtMillis,
  failuresBefore,
  isIndexed,
  podForIndex,
  podForJob,
  type JobPod,
} from './job-pods.ts';
import type { JobTally } from './tally.ts';

/** Upstream's MaxPodCreateDeletePerSync. */
const BURST_MAX = 500;

/** Pods to make or to take away; never both at once (upstream: manageJob). */
export interface PodPlan {
  readonly make: readonly Pod[];
  readonly remove: readonly JobPod[];
  /** A pod must wait for the pause after failures. */
  readonly after: Micros | undefined;
}

const NOTHING: PodPlan = Object.freeze({ make: [], remove: [], after: undefined });

export function podPlan(job: Job, tally: JobTally, cluster: ClusterView, now: Micros): PodPlan {
  const { spec } = job;
  const active = tally.active.length;
  if (spec.suspend === true) return { ...NOTHING, remove: tally.active.slice(0, BURST_MAX) };
  const wanted = wantedActive(job, tally);
  const remove = dispensable(job, tally, Math.max(0, active - wanted), cluster, now);
  if (remove.length > 0) return { ...NOTHING, remove: remove.slice(0, BURST_MAX) };
  const waitFor = spec.podReplacementPolicy === 'Failed' ? tally.terminating : 0;
  const missing = Math.min(wanted - waitFor - active, BURST_MAX);
  if (missing <= 0) return NOTHING;
  if (tally.failedIndexes !== undefined) return forIndexes(job, tally, missing, cluster, now);
  const pause = pauseOf(tally.pods, cluster, now);
  if (pause > 0) return { ...NOTHING, after: pause };
  if (!isIndexed(job)) {
    const pod = podForJob(job);
    return { ...NOTHING, make: Array.from({ length: missing }, () => pod) };
  }
  const indexes = pendingIndexes(job, tally, missing);
  return { ...NOTHING, make: indexes.map((index) => podForIndex(job, index, undefined)) };
}

function wantedActive({ spec }: Job, tally: JobTally): number {
  const { completions, parallelism = 1 } = spec;
  if (completions === undefined) return tally.succeeded > 0 ? tally.active.length : parallelism;
  const failed = tally.failedIndexes?.size ?? 0;
  return Math.max(0, Math.min(completions - tally.succeeded - failed, parallelism));
}

/** Pods beyond the wanted number, and of indexed jobs those whose index is done or has another pod. */
function dispensable(
  job: Job,
  tally: JobTally,
  surplus: number,
  cluster: ClusterView,
  now: Micros,
): readonly JobPod[] {
  const nowMillis = cluster.epochMillis + now / 1000;
  const ranked = (pods: readonly JobPod[]) =>
    pods
      .map((each) => ({ each, rank: deletionCandidate(each.pod, 0) }))
      .sort((a, b) => compareForDeletion(a.rank, b.rank, nowMillis))
      .map(({ each }) => each);
  if (!isIndexed(job)) return surplus === 0 ? [] : ranked(tally.active).slice(0, surplus);
  const { completions = 0 } = job.spec;
  const remove: JobPod[] = [];
  const byIndex = new Map<number, JobPod[]>();
  for (const each of tally.active) {
    const { index = -1 } = each;
    const isDone =
      index < 0 ||
      index >= completions ||
      tally.succeededIndexes.has(index) ||
      tally.failedIndexes?.has(index) === true;
    if (isDone) remove.push(each);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), each]);
  }
  const kept: JobPod[] = [];
  for (const pods of byIndex.values()) {
    const [last, ...others] = pods.length > 1 ? ranked(pods).toReversed() : pods;
    remove.push(...others);
    if (last !== undefined) kept.push(last);
  }
  // The highest indexes give way first.
  kept.sort((a, b) => (b.index ?? 0) - (a.index ?? 0));
  return [...remove, ...kept.slice(0, Math.max(0, surplus - remove.length))];
}

/** The lowest indexes that are neither done nor have a pod that counts. */
function pendingIndexes(job: Job, tally: JobTally, count: number): readonly number[] {
  const waits = job.spec.podReplacementPolicy === 'Failed';
  const taken = new Set<number>();
  for (const { active, leaving, index = -1 } of tally.pods) {
    if (active || (waits && leaving)) taken.add(index);
  }
  const found: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && found.length < count; index++) {
    const isDone =
      taken.has(index) ||
      tally.succeededIndexes.has(index) ||
      tally.failedIndexes?.has(index) === true;
    if (!isDone) found.push(index);
  }
  return found;
}

/** With a limit for each index, each has its own pause after failures. */
function forIndexes(
  job: Job,
  tally: JobTally,
  count: number,
  cluster: ClusterView,
  now: Micros,
): PodPlan {
  const make: Pod[] = [];
  let after: Micros | undefined;
  for (const index of pendingIndexes(job, tally, count)) {
    const last = tally.lastFailures.get(index);
    if (last === undefined) {
      make.push(podForIndex(job, index, { counted: 0, ignored: 0 }));
      continue;
    }
    const { counted, ignored } = failuresBefore(last.pod);
    const pause = remainingPause(counted + ignored + 1, endedAtMillis(last.pod), cluster, now);
    if (pause > 0) after = Math.min(after ?? pause, pause);
    else {
      const isIgnored = policyAnswer(job.spec.podFailurePolicy, last.pod).action === 'Ignore';
      const failures = isIgnored
        ? { counted, ignored: ignored + 1 }
        : { counted: counted + 1, ignored };
      make.push(podForIndex(job, index, failures));
    }
  }
  return { make, remove: [], after };
}
