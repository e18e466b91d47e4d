import type { Job } from '../../../api/generated/types.ts';
import { isPodReady } from '../../../api/pod-readiness.ts';
import { policyAnswer } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { failuresBefore, isIndexed, type JobPod } from './job-pods.ts';

/** A job's pods, counted: what its status said before, and what has ended since. */
export interface JobTally {
  readonly pods: readonly JobPod[];
  readonly active: readonly JobPod[];
  readonly ready: number;
  readonly terminating: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of indexed jobs. */
  readonly succeededIndexes: ReadonlySet<number>;
  /** Of jobs with a limit for each index; undefined otherwise. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  /** The pod whose failure is the last of its index: kept until it has been replaced. */
  readonly lastFailures: ReadonlyMap<number, JobPod>;
  /** Uids in the status that wait for their pods to be let go. */
  readonly uncounted: ReadonlySet<string>;
}

export function tallyJob(job: Job, pods: readonly JobPod[]): JobTally {
  const { status, spec } = job;
  const uncounted = new Set([
    ...(status?.uncountedTerminatedPods?.succeeded ?? []),
    ...(status?.uncountedTerminatedPods?.failed ?? []),
  ]);
  const fresh = pods.filter((each) => each.tracked && !uncounted.has(each.uid));
  const failed = fresh.filter(
    ({ failed: has, pod }) => has && policyAnswer(spec.podFailurePolicy, pod).action !== 'Ignore',
  );
  const completions = spec.completions ?? 0;
  const succeededIndexes = parseIndexes(status?.completedIndexes, completions);
  if (isIndexed(job)) {
    for (const { succeeded, tracked, index = -1 } of pods) {
      if (succeeded && tracked && index >= 0 && index < completions) succeededIndexes.add(index);
    }
  }
  const perIndex = isIndexed(job) && spec.backoffLimitPerIndex !== undefined;
  const failedIndexes = perIndex
    ? failedIndexesOf(job, pods, succeededIndexes, completions)
    : undefined;
  const active = pods.filter((each) => each.active);
  return {
    pods,
    active,
    ready: active.filter(({ pod }) => isPodReady(pod)).length,
    terminating: pods.filter((each) => each.leaving).length,
    succeeded: isIndexed(job)
      ? succeededIndexes.size
      : (status?.succeeded ?? 0) +
        (status?.uncountedTerminatedPods?.succeeded?.length ?? 0) +
        fresh.filter((each) => each.succeeded).length,
    failed:
      (status?.failed ?? 0) +
      (status?.uncountedTerminatedPods?.failed?.length ?? 0) +
      failed.length,
    succeededIndexes,
    failedIndexes,
    lastFailures:
      failedIndexes === undefined ? NONE : lastFailuresOf(pods, succeededIndexes, failedIndexes),
    uncounted,
  };
}

const NONE: ReadonlyMap<number, JobPod> = new Map();

function failedIndexesOf(
  job: Job,
  pods: readonly JobPod[],
  succeeded: ReadonlySet<number>,
  completions: number,
): ReadonlySet<number> {
  const { backoffLimitPerIndex = 0, podFailurePolicy } = job.spec;
  const indexes = parseIndexes(job.status?.failedIndexes, completions);
  for (const { pod, failed, tracked, index = -1 } of pods) {
    if (!failed || !tracked || index < 0 || index >= completions || succeeded.has(index)) continue;
    const { action } = policyAnswer(podFailurePolicy, pod);
    const isOver =
      action === 'FailIndex' ||
      (action !== 'Ignore' && failuresBefore(pod).counted >= backoffLimitPerIndex);
    if (isOver) indexes.add(index);
  }
  return indexes;
}

function lastFailuresOf(
  pods: readonly JobPod[],
  succeeded: ReadonlySet<number>,
  failedIndexes: ReadonlySet<number>,
): ReadonlyMap<number, JobPod> {
  const last = new Map<number, JobPod>();
  const newest = new Map<number, number>();
  const failuresOf = ({ pod }: JobPod) => {
    const { counted, ignored } = failuresBefore(pod);
    return counted + ignored;
  };
  for (const each of pods) {
    const { index = -1 } = each;
    newest.set(index, Math.max(newest.get(index) ?? 0, failuresOf(each)));
  }
  for (const each of pods) {
    const { index = -1, failed } = each;
    if (!failed || index < 0 || succeeded.has(index) || failedIndexes.has(index)) continue;
    // A younger pod knows of this failure already.
    if (failuresOf(each) === newest.get(index)) last.set(index, each);
  }
  return last;
}
