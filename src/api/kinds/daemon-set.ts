import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from '../generated/types.ts';
import { daemonSetTable } from '../printers/workloads.ts';
import { labelSelectorMatches } from '../selectors/label-selector.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import {
  checkAtMost100Percent,
  checkCountOrPercent,
  checkImmutable,
  checkNonNegative,
  type Errors,
} from '../validation/fields.ts';
import { checkLabelSelector, isEmptySelector } from '../validation/labels.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkPodTemplate } from '../validation/pod-template.ts';
import { workloadWarnings } from '../warnings/workloads.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** One pod on every node that it is for. */
export const daemonSetKind = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  subresources: { status: statusOf('DaemonSet') },
  table: daemonSetTable,

  defaults: (set) => changeOrMake(set, 'spec', noSpec, defaultSpec),
  prepareForCreate: (set) => withTemplateGeneration(asNew(set, firstStatus), 1),
  prepareForUpdate: (next, old) =>
    withTemplateGeneration(
      keepStatusRaiseGeneration(next, old),
      templateGeneration(old) + (semanticEqual(next.spec.template, old.spec.template) ? 0 : 1),
    ),
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (set, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(set.metadata, true, subdomainName, errors);
      checkSpec(set.spec, allowPrivileged, errors);
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkSpec(next.spec, allowPrivileged, errors);
      checkImmutable(next.spec.selector, old.spec.selector, 'spec.selector', errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      for (const field of counts) {
        checkNonNegative(next.status?.[field], `status.${field}`, errors);
      }
    }),
  warnings: workloadWarnings,
});

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as DaemonSetSpec;
const firstStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};
const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'observedGeneration',
] as const;

/** Where a set counts the changes of its template; the server alone writes it. */
const generationAnnotation = 'deprecated.daemonset.template.generation';

function templateGeneration({ metadata }: DaemonSet): number {
  return Number.parseInt(metadata.annotations?.[generationAnnotation] ?? '0', 10) || 0;
}

function withTemplateGeneration(set: DaemonSet, generation: number): DaemonSet {
  if (generation === 0 || templateGeneration(set) === generation) return set;
  const annotations = { ...set.metadata.annotations, [generationAnnotation]: `${generation}` };
  return { ...set, metadata: { ...set.metadata, annotations } };
}

function defaultSpec(spec: DaemonSetSpec): DaemonSetSpec {
  let result = fill(spec, { revisionHistoryLimit: 10 });
  const strategy = fill(result.updateStrategy ?? {}, { type: 'RollingUpdate' });
  const updateStrategy =
    strategy.type === 'RollingUpdate'
      ? changeOrMake(strategy, 'rollingUpdate', {}, (rolling) =>
          fill(rolling ?? {}, { maxUnavailable: 1, maxSurge: 0 }),
        )
      : strategy;
  if (updateStrategy !== result.updateStrategy) result = { ...result, updateStrategy };
  const template = defaultTemplate(result.template);
  return template === result.template ? result : { ...result, template };
}

function checkSpec(spec: DaemonSetSpec, allowPrivileged: boolean, errors: Errors): void {
  const { selector, template } = spec;
  const labels = template.metadata?.labels;
  checkLabelSelector(selector, 'spec.selector', errors);
  if (!labelSelectorMatches(selector, labels)) {
    const message = '`selector` does not match template `labels`';
    errors.push(invalid('spec.template.metadata.labels', labels, message));
  }
  if (selector !== undefined && isEmptySelector(selector)) {
    errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  }
  checkPodTemplate(template, allowPrivileged, 'spec.template', errors);
  const restartPolicy = template.spec.restartPolicy ?? '';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (template.spec.activeDeadlineSeconds !== undefined) {
    errors.push(
      forbidden(
        'spec.template.spec.activeDeadlineSeconds',
        'activeDeadlineSeconds in DaemonSet is not Supported',
      ),
    );
  }
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  checkNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
}

function checkStrategy(strategy: DaemonSetUpdateStrategy, path: string, errors: Errors): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    const shown = { Type: type ?? '', RollingUpdate: rollingUpdate ?? null };
    errors.push(notSupported(path, shown, ['RollingUpdate', 'OnDelete']));
    return;
  }
  if (rollingUpdate === undefined) {
    errors.push(required(`${path}.rollingUpdate`));
    return;
  }
  for (const field of ['maxUnavailable', 'maxSurge'] as const) {
    const at = `${path}.rollingUpdate.${field}`;
    checkCountOrPercent(rollingUpdate[field], at, errors);
    checkAtMost100Percent(rollingUpdate[field], at, errors);
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  if (isSome(maxUnavailable) && isSome(maxSurge)) {
    errors.push(
      invalid(
        `${path}.rollingUpdate.maxSurge`,
        maxSurge,
        'may not be set when maxUnavailable is non-zero',
      ),
    );
  } else if (!isSome(maxUnavailable) && !isSome(maxSurge)) {
    errors.push(required(`${path}.rollingUpdate.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
}

function isSome(value: number | string | undefined): boolean {
  return value !== undefined && Number.parseInt(String(value), 10) !== 0;
}
