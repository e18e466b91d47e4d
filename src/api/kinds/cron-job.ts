import { parseCronSchedule } from '../cron/schedule.ts';
import { timeZone } from '../cron/time-zones.ts';
import { changeOrMake, fill } from '../defaults/fill.ts';
import { invalid, notSupported, required } from '../field-errors.ts';
import type { CronJob, CronJobSpec, JobSpec } from '../generated/types.ts';
import { cronJobTable } from '../printers/workloads.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import { checkNonNegative, type Errors } from '../validation/fields.ts';
import { checkJobSpec } from '../validation/job.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { cronJobWarnings } from '../warnings/jobs.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';
import { defaultJobSpec } from './job.ts';

/** Jobs by the clock. */
export const cronJobKind = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  subresources: { status: statusOf('CronJob') },
  table: cronJobTable,

  defaults: (cronJob) => changeOrMake(cronJob, 'spec', noSpec, defaultSpec),
  prepareForCreate: (cronJob) => asNew(cronJob, {}),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (cronJob, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(cronJob.metadata, true, subdomainName, errors);
      checkSpec(cronJob.spec, allowPrivileged, errors);
      const name = cronJob.metadata.name ?? '';
      if (name.length > nameLengthMax) {
        const message = `must be no more than ${nameLengthMax} characters`;
        errors.push(invalid('metadata.name', name, message));
      }
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec, allowPrivileged, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
  warnings: cronJobWarnings,
});

/** The names of its jobs are its own with eleven more characters. */
const nameLengthMax = 52;

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as CronJobSpec;
const noJobSpec = {} as JobSpec;

function defaultSpec(spec: CronJobSpec): CronJobSpec {
  const result = fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  return changeOrMake(result, 'jobTemplate', { spec: noJobSpec }, (template) =>
    changeOrMake(template, 'spec', noJobSpec, defaultJobSpec),
  );
}

const policies = ['Allow', 'Forbid', 'Replace'];

function checkSpec(spec: CronJobSpec, allowPrivileged: boolean, errors: Errors): void {
  const schedule = spec.schedule ?? '';
  if (schedule === '') errors.push(required('spec.schedule'));
  else {
    const parsed = parseCronSchedule(schedule);
    if (!parsed.ok) errors.push(invalid('spec.schedule', schedule, parsed.error));
    if (schedule.includes('TZ')) {
      const message = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
      errors.push(invalid('spec.schedule', schedule, message));
    }
  }
  checkNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors);
  checkTimeZone(spec.timeZone, errors);
  const policy: string = spec.concurrencyPolicy ?? '';
  if (policy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(policy)) {
    errors.push(notSupported('spec.concurrencyPolicy', policy, policies));
  }
  checkJobSpec(spec.jobTemplate.spec, false, allowPrivileged, 'spec.jobTemplate.spec', errors);
  checkNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors);
  checkNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors);
}

function checkTimeZone(name: string | undefined, errors: Errors): void {
  if (name === undefined) return;
  const refuse = (why: string): void => {
    errors.push(invalid('spec.timeZone', name, why));
  };
  if (name === '') refuse('timeZone must be nil or non-empty string');
  else if (name.toLowerCase() === 'local') {
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  } else if (timeZone(name) === undefined) refuse(`unknown time zone ${name}`);
}
