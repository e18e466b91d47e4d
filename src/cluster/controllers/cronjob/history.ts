import type { CronJob, Job } from '../../../api/generated/types.ts';
import { isConditionTrue } from '../../../api/conditions.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { Write } from '../plan.ts';
import { remove } from '../writes.ts';

/** Deletes the oldest finished jobs beyond the limits for successful and failed ones. */
export function historyWrites(cronJob: CronJob, jobs: readonly Job[]): readonly Write[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  const report = {
    about: referenceTo(cronJob),
    done: { reason: 'SuccessfulDelete', message: 'Deleted job {name}' },
    failed: { reason: 'FailedDelete', message: 'Deleted job: {error}' },
  };
  const surplus = (type: string, limit: number | undefined): readonly Job[] => {
    if (limit === undefined) return [];
    const ended = jobs.filter((job) => isConditionTrue(job.status?.conditions, type));
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [
    ...surplus('Complete', successfulJobsHistoryLimit),
    ...surplus('Failed', failedJobsHistoryLimit),
  ]
    .filter((job) => job.metadata.deletionTimestamp === undefined)
    .map((job) => remove('jobs', job, { propagation: 'Background', report }));
}
