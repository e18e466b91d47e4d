import type { Job } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { parseTime } from '../../../api/time.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest } from '../plan.ts';
import { remove } from '../writes.ts';

/** Deletes finished Jobs, with their pods, once their ttlSecondsAfterFinished is over. */
export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  workers: 5,
  wokenBy: [
    {
      resource: 'jobs',
      keys({ key, next }) {
        const job = next as Job | undefined;
        return job !== undefined && finishedAt(job) !== undefined ? [key] : NO_KEYS;
      },
    },
  ],

  reconcile(key, cluster, now) {
    const job = cluster.get('jobs', key);
    const at = job === undefined ? undefined : finishedAt(job);
    if (job === undefined || at === undefined) return rest('it is gone or not finished');
    if (job.metadata.deletionTimestamp !== undefined) return rest('it is being deleted');
    const seconds = job.spec.ttlSecondsAfterFinished ?? 0;
    const due = (at + seconds * 1000 - cluster.epochMillis) * 1000;
    if (now < due) return rest(`Job ${key} may stay for a while`, { after: due - now });
    return inOrder(`Job ${key} finished ${seconds} s ago: deletes it`, [
      remove('jobs', job, { propagation: 'Foreground' }),
    ]);
  },
};

/** When a job with a time to live came to its end, in milliseconds since 1970. */
function finishedAt({ spec, status }: Job): number | undefined {
  if (spec.ttlSecondsAfterFinished === undefined) return undefined;
  const complete = findCondition(status?.conditions, 'Complete');
  const end = complete?.status === 'True' ? complete : findCondition(status?.conditions, 'Failed');
  return end?.status === 'True' ? parseTime(end.lastTransitionTime ?? '') : undefined;
}
