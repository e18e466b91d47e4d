import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import type { Job, JobSpec } from '../generated/types.ts';
import { jobTable } from '../printers/workloads.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import { checkNonNegative } from '../validation/fields.ts';
import {
  checkGeneratedSelector,
  checkJobSpec,
  checkJobSpecUpdate,
  generatedJobLabels,
} from '../validation/job.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { jobWarnings } from '../warnings/jobs.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** Pods that run until enough of them have succeeded. */
export const jobKind = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  defaultPropagation: 'Orphan',
  subresources: { status: statusOf('Job') },
  selectableFields: { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
  table: jobTable,

  defaults: withDefaults,
  // Upstream decodes what it has stored with defaults once more: what was generated is then a default, too.
  prepareForCreate: (job) => withTemplateLabels(withGeneratedSelector(asNew(job, {}))),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (job, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(job.metadata, true, subdomainName, errors);
      checkGeneratedSelector(job, errors);
      checkJobSpec(job.spec, true, allowPrivileged, 'spec', errors);
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkJobSpec(next.spec, true, allowPrivileged, 'spec', errors);
      checkJobSpecUpdate(next, old, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
        checkNonNegative(next.status?.[field], `status.${field}`, errors);
      }
    }),
  warnings: jobWarnings,
});

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as JobSpec;

function withDefaults(job: Job): Job {
  return withTemplateLabels(changeOrMake(job, 'spec', noSpec, defaultJobSpec));
}

function withTemplateLabels(job: Job): Job {
  const labels = job.spec.template.metadata?.labels;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

/** The defaults of a job's spec, also in CronJobs. */
export function defaultJobSpec(spec: JobSpec): JobSpec {
  let result = spec;
  if (spec.completions === undefined && spec.parallelism === undefined) {
    result = { ...result, completions: 1, parallelism: 1 };
  }
  result = fill(result, {
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  const template = defaultTemplate(result.template);
  return template === result.template ? result : { ...result, template };
}

/** Unless the writer chose a selector, the job selects the pods that bear its own uid (upstream: generateSelector). */
function withGeneratedSelector(job: Job): Job {
  const { metadata, spec } = job;
  if (spec.manualSelector === true) return job;
  const generated = generatedJobLabels(metadata.name ?? '', metadata.uid ?? '');
  const uidLabel = 'batch.kubernetes.io/controller-uid';
  const template = spec.template;
  return {
    ...job,
    spec: {
      ...spec,
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector?.matchLabels, [uidLabel]: generated[uidLabel] ?? '' },
      },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...template.metadata?.labels, ...generated },
        },
      },
    },
  };
}
