import type { CronJob, Job, JobSpec } from '../generated/types.ts';
import { podWarnings } from './pod-spec.ts';
import { isUnchanged, podNameWarnings } from './workloads.ts';

/** Warnings on Jobs (upstream: pkg/api/job and the strategies of batch). */

const INDEXES_MAX = 100_000;
const PARALLEL_MAX = 10_000;

export function jobWarnings(job: Job, old: Job | undefined): readonly string[] {
  if (isUnchanged(job, old)) return [];
  const own = jobSpecWarnings(job.spec, 'spec');
  return old === undefined ? [...podNameWarnings(job.metadata), ...own] : own;
}

export function cronJobWarnings(cronJob: CronJob, old: CronJob | undefined): readonly string[] {
  if (isUnchanged(cronJob, old)) return [];
  const own = jobSpecWarnings(cronJob.spec.jobTemplate.spec, 'spec.jobTemplate.spec');
  return old === undefined ? [...podNameWarnings(cronJob.metadata), ...own] : own;
}

function jobSpecWarnings(spec: JobSpec | undefined, path: string): readonly string[] {
  if (spec?.template === undefined) return [];
  const own = podWarnings(spec.template.spec, spec.template.metadata, `${path}.template.`);
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  const isLarge =
    completionMode === 'Indexed' && completions > INDEXES_MAX && parallelism > PARALLEL_MAX;
  return isLarge
    ? [
        `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
        ...own,
      ]
    : own;
}
