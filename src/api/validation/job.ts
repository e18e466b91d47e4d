import { invalid, notSupported, required } from '../field-errors.ts';
import type { Affinity, Job, JobSpec, PodTemplateSpec } from '../generated/types.ts';
import { labelSelectorMatches } from '../selectors/label-selector.ts';
import { checkImmutable, checkNonNegative, type Errors } from './fields.ts';
import { checkLabelSelector } from './labels.ts';
import { checkPodTemplate } from './pod-template.ts';

/** The labels by which a job knows its pods, the old names and the new. */
export function generatedJobLabels(name: string, uid: string): Readonly<Record<string, string>> {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
}

/** The spec of a job (upstream: ValidateJobSpec), at `path`; in templates of CronJobs there is no selector yet. */
export function checkJobSpec(
  spec: JobSpec,
  hasSelector: boolean,
  allowPrivileged: boolean,
  path: string,
  errors: Errors,
): void {
  const numbers = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit'] as const;
  for (const field of numbers) checkNonNegative(spec[field], `${path}.${field}`, errors);
  checkNonNegative(spec.ttlSecondsAfterFinished, `${path}.ttlSecondsAfterFinished`, errors);
  checkNonNegative(spec.backoffLimitPerIndex, `${path}.backoffLimitPerIndex`, errors);
  checkNonNegative(spec.maxFailedIndexes, `${path}.maxFailedIndexes`, errors);
  if (hasSelector) checkSelector(spec, path, errors);
  checkCompletionMode(spec, path, errors);
  checkPodTemplate(spec.template, allowPrivileged, `${path}.template`, errors);
  checkRestartPolicy(spec, `${path}.template.spec.restartPolicy`, errors);
}

function checkSelector({ selector, template }: JobSpec, path: string, errors: Errors): void {
  if (selector === undefined) {
    errors.push(required(`${path}.selector`));
    return;
  }
  checkLabelSelector(selector, `${path}.selector`, errors);
  const labels = template.metadata?.labels;
  if (labelSelectorMatches(selector, labels)) return;
  errors.push(
    invalid(
      `${path}.template.metadata.labels`,
      labels,
      '`selector` does not match template `labels`',
    ),
  );
}

const completionModes = ['Indexed', 'NonIndexed'];

function checkCompletionMode(spec: JobSpec, path: string, errors: Errors): void {
  const mode: string = spec.completionMode ?? '';
  const at = `${path}.completionMode`;
  if (mode === '') errors.push(required(at));
  else if (!completionModes.includes(mode)) errors.push(notSupported(at, mode, completionModes));
  if (mode !== 'Indexed') return;
  if (spec.completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  if ((spec.parallelism ?? 0) > 100_000) {
    errors.push(
      invalid(
        `${path}.parallelism`,
        spec.parallelism,
        'must be less than or equal to 100000 when completion mode is Indexed',
      ),
    );
  }
}

function checkRestartPolicy(spec: JobSpec, path: string, errors: Errors): void {
  const policy: string = spec.template.spec.restartPolicy ?? '';
  // A policy that nobody gave has been defaulted to Always by now.
  if (policy === '' || policy === 'Always') {
    errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    errors.push(
      invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'),
    );
  }
}

/** A selector that the server made must select the job's own pods (upstream: validateGeneratedSelector). */
export function checkGeneratedSelector({ metadata, spec }: Job, errors: Errors): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const uid = metadata.uid ?? '';
  if (uid === '') errors.push(required('metadata.uid'));
  const expected = generatedJobLabels(metadata.name ?? '', uid);
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    if (labels[key] === undefined) {
      errors.push(required(`spec.template.metadata.labels[${key}]`, `must be '${value}'`));
    } else if (labels[key] !== value) {
      errors.push(invalid(`spec.template.metadata.labels[${key}]`, labels, `must be '${value}'`));
    }
  }
  if (labelSelectorMatches(spec.selector, expected)) return;
  errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
}

/** What of a job is settled for good (upstream: ValidateJobSpecUpdate). */
export function checkJobSpecUpdate(next: Job, old: Job, errors: Errors): void {
  const spec = next.spec;
  const before = old.spec;
  checkCompletionsUpdate(spec, before, errors);
  checkImmutable(spec.selector, before.selector, 'spec.selector', errors);
  const mayMove = before.suspend === true && (old.status?.startTime ?? '') === '';
  const template = mayMove ? withPlacementOf(before.template, spec.template) : before.template;
  checkImmutable(spec.template, template, 'spec.template', errors);
  for (const field of [
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const) {
    checkImmutable(spec[field], before[field], `spec.${field}`, errors);
  }
}

/** An indexed job may grow and shrink as long as all its indexes may run at once. */
function checkCompletionsUpdate(spec: JobSpec, before: JobSpec, errors: Errors): void {
  const path = 'spec.completions';
  const { completions, parallelism } = spec;
  if (spec.completionMode !== 'Indexed') {
    checkImmutable(completions, before.completions, path, errors);
  } else if (
    completions !== undefined &&
    completions !== before.completions &&
    completions !== parallelism
  ) {
    const message = 'can only be modified in tandem with spec.parallelism';
    errors.push(invalid(path, completions, message));
  }
}

/** `template` with what decides where its pods may run taken from `other`: free to change before a job's start. */
function withPlacementOf(template: PodTemplateSpec, other: PodTemplateSpec): PodTemplateSpec {
  const { labels, annotations } = other.metadata ?? {};
  const { affinity, nodeSelector, tolerations, schedulingGates } = other.spec;
  return withoutUndefined({
    ...template,
    metadata: withoutUndefined({ ...template.metadata, labels, annotations }),
    spec: withoutUndefined({
      ...template.spec,
      affinity: withNodeAffinityOf(template.spec.affinity, affinity),
      nodeSelector,
      tolerations,
      schedulingGates,
    }),
  });
}

function withNodeAffinityOf(
  affinity: Affinity | undefined,
  other: Affinity | undefined,
): Affinity | undefined {
  if (affinity === undefined && other?.nodeAffinity === undefined) return undefined;
  return withoutUndefined({ ...affinity, nodeAffinity: other?.nodeAffinity });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same object without the fields that are undefined: what is absent may not be there as undefined, either. */
function withoutUndefined<T extends object>(object: T): Defined<T> {
  // The entries left are exactly those of T that have a value.
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
