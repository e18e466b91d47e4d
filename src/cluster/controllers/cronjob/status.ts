import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../../api/generated/types.ts';
import { isConditionTrue } from '../../../api/conditions.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { Write } from '../plan.ts';
import { isFinished } from '../job/verdict.ts';
import { event } from '../writes.ts';
import { SCHEDULED_AT } from './cron-jobs.ts';

/** A CronJob's status by the jobs that are there, and the Events of what came of them. */
export function currentStatus(
  cronJob: CronJob,
  jobs: readonly Job[],
): { readonly status: CronJobStatus; readonly news: readonly Write[] } {
  const before = cronJob.status?.active ?? [];
  const about = referenceTo(cronJob);
  const news: Write[] = [];
  const active: ObjectReference[] = [];
  let { lastSuccessfulTime } = cronJob.status ?? {};
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  for (const reference of before) {
    const job = byUid.get(reference.uid);
    if (job === undefined) {
      news.push(event(about, 'Normal', 'MissingJob', `Active job went missing: ${reference.name}`));
    } else if (isFinished(job)) {
      const condition = isConditionTrue(job.status?.conditions, 'Complete') ? 'Complete' : 'Failed';
      const message = `Saw completed job: ${reference.name}, condition: ${condition}`;
      news.push(event(about, 'Normal', 'SawCompletedJob', message));
    } else active.push(reference);
  }
  const known = new Set(before.map((each) => each.uid));
  for (const job of jobs) {
    const { completionTime, conditions } = job.status ?? {};
    if (isConditionTrue(conditions, 'Complete') && completionTime !== undefined) {
      if (lastSuccessfulTime === undefined || completionTime > lastSuccessfulTime) {
        lastSuccessfulTime = completionTime;
      }
    }
    if (isFinished(job) || known.has(job.metadata.uid)) continue;
    // Jobs of the schedule are this controller's own; others were made by hand.
    if (job.metadata.annotations?.[SCHEDULED_AT] !== undefined) active.push(referenceTo(job));
    else {
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
      news.push(event(about, 'Warning', 'UnexpectedJob', message));
    }
  }
  const { lastScheduleTime } = cronJob.status ?? {};
  return {
    status: {
      ...(active.length > 0 ? { active } : undefined),
      ...(lastScheduleTime === undefined ? undefined : { lastScheduleTime }),
      ...(lastSuccessfulTime === undefined ? undefined : { lastSuccessfulTime }),
    },
    news,
  };
}
