import type { CronJob, Job } from '../../../api/generated/types.ts';
import { offsetMillis, timeZone, utc } from '../../../api/cron/time-zones.ts';
import { controllerReference, isControlledBy } from '../../../api/owner-references.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { ClusterView } from '../cluster-view.ts';

/** When a CronJob's job was due. */
export const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The jobs that a CronJob controls, oldest start first. */
export function jobsOf(cronJob: CronJob, cluster: ClusterView): readonly Job[] {
  const jobs: Job[] = [];
  for (const job of cluster.filed('jobs', 'owner', cronJob.metadata.uid ?? '').values()) {
    if (isControlledBy(job, cronJob)) jobs.push(job);
  }
  const start = (job: Job) => job.status?.startTime ?? job.metadata.creationTimestamp ?? '';
  return jobs.sort(
    (a, b) =>
      compareStrings(start(a), start(b)) ||
      compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
}

/** The job for a start. Its name says when it was due, so that there is one for each start. */
export function jobFor(cronJob: CronJob, atMillis: number): Job {
  const { jobTemplate } = cronJob.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(atMillis / 60_000)}`,
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels === undefined ? undefined : { labels }),
      annotations: { ...annotations, [SCHEDULED_AT]: zonedTime(cronJob, atMillis) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
  };
}

/** The instant in the CronJob's zone, as RFC 3339 writes it. */
function zonedTime({ spec }: CronJob, atMillis: number): string {
  const zone = spec.timeZone === undefined ? utc : (timeZone(spec.timeZone) ?? utc);
  const offset = offsetMillis(zone, atMillis);
  const local = new Date(atMillis + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (number: number) => String(number).padStart(2, '0');
  const hours = two(Math.floor(minutes / 60));
  return `${local}${offset < 0 ? '-' : '+'}${hours}:${two(minutes % 60)}`;
}
