import type { Job, JobCondition } from '../../../api/generated/types.ts';
import { findCondition, isConditionTrue } from '../../../api/conditions.ts';
import { parseTime } from '../../../api/time.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { policyAnswer } from './failure-policy.ts';
import type { JobTally } from './tally.ts';
import { metSuccessRule } from './success-policy.ts';

/** What is to become of a job; it is so once its last pods are gone. */
export interface Verdict {
  readonly outcome: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export function isFinished({ status }: Job): boolean {
  const { conditions } = status ?? {};
  return isConditionTrue(conditions, 'Complete') || isConditionTrue(conditions, 'Failed');
}

/** The condition that announces a verdict, and the one that makes it final. */
export const interimType = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

/** The verdict over a job, if there is one; what was announced once is not taken back. */
export function verdictOn(
  job: Job,
  tally: JobTally,
  cluster: ClusterView,
  now: Micros,
): Verdict | undefined {
  return announced(job) ?? failure(job, tally, cluster, now) ?? success(job, tally);
}

function announced({ status }: Job): Verdict | undefined {
  for (const outcome of ['Complete', 'Failed'] as const) {
    const condition = findCondition(status?.conditions, interimType[outcome]);
    if (condition?.status !== 'True') continue;
    return { outcome, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function failure(
  job: Job,
  tally: JobTally,
  cluster: ClusterView,
  now: Micros,
): Verdict | undefined {
  const { backoffLimit = 6, podFailurePolicy, maxFailedIndexes, completions = 0 } = job.spec;
  for (const { pod, failed } of podFailurePolicy === undefined ? [] : tally.pods) {
    const { message } = failed ? policyAnswer(podFailurePolicy, pod) : { message: undefined };
    if (message !== undefined) return fails('PodFailurePolicy', message);
  }
  if (tally.failed > backoffLimit || restartedTooOften(job, tally, backoffLimit)) {
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const left = deadlineAfter(job, cluster, now);
  if (left !== undefined && left <= 0) {
    return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  const failedCount = tally.failedIndexes?.size ?? 0;
  if (maxFailedIndexes !== undefined && failedCount > maxFailedIndexes) {
    return fails(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  }
  return failedCount > 0 && failedCount + tally.succeededIndexes.size >= completions
    ? fails('FailedIndexes', 'Job has failed indexes')
    : undefined;
}

function fails(reason: string, message: string): Verdict {
  return { outcome: 'Failed', reason, message };
}

function success(job: Job, tally: JobTally): Verdict | undefined {
  const { completions, successPolicy } = job.spec;
  const rule = metSuccessRule(successPolicy, completions ?? 0, tally.succeededIndexes);
  if (rule !== undefined) return { outcome: 'Complete', reason: 'SuccessPolicy', message: rule };
  const isComplete =
    completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= completions;
  return isComplete
    ? {
        outcome: 'Complete',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : undefined;
}

/** Containers that are restarted in place count against the limit as well. */
function restartedTooOften({ spec }: Job, { pods }: JobTally, limit: number): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { pod } of pods) {
    const phase = pod.status?.phase;
    if (phase !== 'Running' && phase !== 'Pending') continue;
    const all = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
    ];
    for (const each of all) restarts += each.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** How much of activeDeadlineSeconds is left; undefined without one. */
export function deadlineAfter(job: Job, cluster: ClusterView, now: Micros): Micros | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  const since = parseTime(job.status?.startTime ?? '');
  if (activeDeadlineSeconds === undefined || since === undefined || suspend === true) {
    return undefined;
  }
  return (since + activeDeadlineSeconds * 1000 - cluster.epochMillis) * 1000 - now;
}

/** A condition that is true from now on. */
export function jobCondition(
  type: string,
  { reason, message }: Pick<Verdict, 'reason' | 'message'>,
  timestamp: string,
  status = 'True',
): JobCondition {
  return { type, status, lastProbeTime: timestamp, lastTransitionTime: timestamp, reason, message };
}
