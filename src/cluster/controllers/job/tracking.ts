import type { Job, JobStatus } from '../../../api/generated/types.ts';
import type { Write } from '../plan.ts';
import { patch } from '../writes.ts';
import { policyAnswer } from './failure-policy.ts';
import { formatIndexes } from './indexes.ts';
import { isIndexed, TRACKING, type JobPod } from './job-pods.ts';
import type { JobTally } from './tally.ts';

/** Upstream's bound for the lists in a status. */
const UNCOUNTED_MAX = 500;

/** What the counting of ended pods comes to: a status, and pods that may be let go. */
export interface Tracking {
  readonly status: Pick<
    JobStatus,
    'succeeded' | 'failed' | 'completedIndexes' | 'failedIndexes' | 'uncountedTerminatedPods'
  >;
  readonly release: readonly JobPod[];
  /** No end of a pod is left to be counted. */
  readonly isSettled: boolean;
}

/**
 * Counts each pod's end exactly once, whatever crashes in between: its uid is written into the status,
 * then its finalizer is taken away, then the number takes the uid's place (KEP 2307). Each of the three
 * happens only when the one before it is stored.
 */
export function track(job: Job, tally: JobTally, isOver: boolean): Tracking {
  const stored = job.status?.uncountedTerminatedPods;
  const tracked = new Set(tally.pods.filter((each) => each.tracked).map((each) => each.uid));
  const isHeld = (uid: string) => tracked.has(uid);
  const succeededUids = (stored?.succeeded ?? []).filter(isHeld);
  const failedUids = (stored?.failed ?? []).filter(isHeld);
  let succeeded = (job.status?.succeeded ?? 0) + gone(stored?.succeeded, succeededUids);
  const failed = (job.status?.failed ?? 0) + gone(stored?.failed, failedUids);
  const indexed = isIndexed(job);
  const completions = job.spec.completions ?? 0;
  const storedIndexes = job.status?.completedIndexes ?? '';
  const completedIndexes = indexed ? formatIndexes(tally.succeededIndexes) : undefined;
  const release: JobPod[] = [];
  let isSettled = true;
  for (const each of tally.pods) {
    if (!each.tracked) continue;
    const counts = each.succeeded ? 'succeeded' : failureCounts(job, each, tally, isOver);
    if (counts === undefined) continue;
    isSettled = false;
    const hasIndex = each.index !== undefined && each.index >= 0 && each.index < completions;
    if (counts === 'nothing') release.push(each);
    else if (counts === 'succeeded' && indexed) {
      // The index is enough to know it again.
      if (!hasIndex || storedIndexes === completedIndexes) release.push(each);
    } else if (tally.uncounted.has(each.uid)) release.push(each);
    else if (succeededUids.length + failedUids.length < UNCOUNTED_MAX) {
      if (indexed && !hasIndex) release.push(each);
      else (counts === 'succeeded' ? succeededUids : failedUids).push(each.uid);
    }
  }
  if (indexed) succeeded = tally.succeededIndexes.size;
  return {
    status: {
      ...(succeeded > 0 ? { succeeded } : undefined),
      ...(failed > 0 ? { failed } : undefined),
      ...(completedIndexes === undefined || completedIndexes === ''
        ? undefined
        : { completedIndexes }),
      ...(tally.failedIndexes === undefined
        ? undefined
        : { failedIndexes: formatIndexes(tally.failedIndexes) }),
      uncountedTerminatedPods: {
        ...(succeededUids.length > 0 ? { succeeded: succeededUids } : undefined),
        ...(failedUids.length > 0 ? { failed: failedUids } : undefined),
      },
    },
    release,
    isSettled: isSettled && succeededUids.length + failedUids.length === 0,
  };
}

function gone(before: readonly string[] | undefined, after: readonly string[]): number {
  return (before?.length ?? 0) - after.length;
}

/** As what a pod that has not succeeded is counted; undefined while it is not to be. */
function failureCounts(
  job: Job,
  each: JobPod,
  tally: JobTally,
  isOver: boolean,
): 'failed' | 'nothing' | undefined {
  const ends = each.failed || (isOver && each.leaving);
  if (!ends) return undefined;
  const { index } = each;
  const isHeld = index !== undefined && tally.lastFailures.get(index)?.uid === each.uid;
  if (isHeld && !isOver) return undefined;
  return policyAnswer(job.spec.podFailurePolicy, each.pod).action === 'Ignore'
    ? 'nothing'
    : 'failed';
}

/** Lets a counted pod go. */
export function releaseWrite({ key, uid }: Pick<JobPod, 'key' | 'uid'>): Write {
  return patch('pods', key, {
    metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING], uid },
  });
}
