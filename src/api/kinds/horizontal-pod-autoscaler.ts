import { changeField, changeOrMake, fill } from '../defaults/fill.ts';
import { invalid, notSupported, required } from '../field-errors.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from '../generated/types.ts';
import { horizontalPodAutoscalerTable } from '../printers/autoscaling.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import { collectErrors } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { quantityOf } from '../validation/resource-requirements.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** Changes the number of pods by what is measured of them. */
export const horizontalPodAutoscalerKind = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  subresources: { status: statusOf('HorizontalPodAutoscaler') },
  table: horizontalPodAutoscalerTable,

  defaults: (autoscaler) => changeOrMake(autoscaler, 'spec', noSpec, defaultSpec),
  prepareForCreate: (autoscaler) => ({
    ...autoscaler,
    status: { currentMetrics: [], desiredReplicas: 0 },
  }),
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (autoscaler) =>
    collectErrors((errors) => {
      checkObjectMeta(autoscaler.metadata, true, subdomainName, errors);
      checkSpec(autoscaler.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => checkObjectMetaUpdate(next, old, errors)),
});

const noSpec: HorizontalPodAutoscalerSpec = {
  maxReplicas: 0,
  scaleTargetRef: { kind: '', name: '' },
};
const cpuAtEighty: readonly MetricSpec[] = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  },
];
const quickly: readonly HPAScalingPolicy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const atOnce: readonly HPAScalingPolicy[] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

function defaultSpec(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  let result = fill(spec, { minReplicas: 1 });
  if ((result.metrics ?? []).length === 0) result = { ...result, metrics: cpuAtEighty };
  return changeField(result, 'behavior', (behavior) => {
    const up = fill(behavior.scaleUp ?? {}, {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: quickly,
    });
    const down = fill(behavior.scaleDown ?? {}, { selectPolicy: 'Max', policies: atOnce });
    return up === behavior.scaleUp && down === behavior.scaleDown
      ? behavior
      : { ...behavior, scaleUp: up, scaleDown: down };
  });
}

function checkSpec(spec: HorizontalPodAutoscalerSpec, errors: Errors): void {
  const { minReplicas, maxReplicas, scaleTargetRef } = spec;
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if ((maxReplicas ?? 0) < 1) {
    errors.push(invalid('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const message = 'must be greater than or equal to `minReplicas`';
    errors.push(invalid('spec.maxReplicas', maxReplicas, message));
  }
  checkTarget(scaleTargetRef ?? { kind: '', name: '' }, 'spec.scaleTargetRef', errors);
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    checkMetric(metric, `spec.metrics[${index}]`, errors);
  }
  for (const field of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[field];
    if (rules !== undefined) checkRules(rules, `spec.behavior.${field}`, errors);
  }
}

function checkTarget(
  { kind = '', name = '' }: { readonly kind?: string; readonly name?: string },
  path: string,
  errors: Errors,
): void {
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === '') errors.push(required(`${path}.${field}`));
    else if (value.includes('/') || value.includes('%') || value === '.' || value === '..') {
      errors.push(invalid(`${path}.${field}`, value, "may not contain '/'"));
    }
  }
}

// By the type of a metric, the field that holds it.
const sources = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
  External: 'external',
} as const;

function checkMetric(metric: MetricSpec, path: string, errors: Errors): void {
  const type = metric.type ?? '';
  if (type === '') {
    errors.push(required(`${path}.type`, 'must specify a metric source type'));
    return;
  }
  if (!Object.hasOwn(sources, type)) {
    const supported = Object.keys(sources).sort();
    errors.push(notSupported(`${path}.type`, type, supported));
    return;
  }
  const field = sources[type as keyof typeof sources];
  const source = metric[field];
  if (source === undefined) {
    errors.push(
      required(`${path}.${field}`, 'must populate information for the given metric source'),
    );
    return;
  }
  const at = `${path}.${field}`;
  if ('name' in source && (source.name ?? '') === '') {
    errors.push(required(`${at}.name`, 'must specify a resource name'));
  }
  if ('metric' in source && (source.metric.name ?? '') === '') {
    errors.push(required(`${at}.metric.name`));
  }
  checkMetricTarget(source.target ?? { type: '' }, field, at, errors);
}

const targetTypes = ['AverageValue', 'Utilization', 'Value'];

function checkMetricTarget(
  target: MetricTarget,
  field: (typeof sources)[keyof typeof sources],
  path: string,
  errors: Errors,
): void {
  const { type = '', averageUtilization, averageValue, value } = target;
  const at = `${path}.target`;
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric target type'));
  else if (!targetTypes.includes(type)) {
    errors.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const [name, amount] of Object.entries({ value, averageValue })) {
    if (amount === undefined || compareQuantities(quantityOf(amount), quantityOf('0')) > 0)
      continue;
    errors.push(invalid(`${at}.${name}`, amount, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const message = 'must be greater than 0';
    errors.push(invalid(`${at}.averageUtilization`, averageUtilization, message));
  }
  if (field === 'resource' || field === 'containerResource') {
    if (averageUtilization === undefined && averageValue === undefined) {
      errors.push(
        required(
          `${at}.averageUtilization`,
          'must set either a target raw value or a target utilization',
        ),
      );
    }
  } else if (field === 'pods') {
    if (averageValue === undefined) {
      errors.push(required(`${at}.averageValue`, 'must specify a positive target averageValue'));
    }
  } else if (value === undefined && averageValue === undefined) {
    errors.push(required(`${at}.averageValue`, 'must set either a target value or averageValue'));
  }
}

const selectPolicies = ['Disabled', 'Max', 'Min'];
const policyTypes = ['Percent', 'Pods'];

function checkRules(rules: HPAScalingRules, path: string, errors: Errors): void {
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies = [] } = rules;
  if (seconds !== undefined && (seconds < 0 || seconds > 3600)) {
    errors.push(
      invalid(
        `${path}.stabilizationWindowSeconds`,
        seconds,
        seconds < 0
          ? 'must be greater than or equal to zero'
          : 'must be less than or equal to 3600',
      ),
    );
  }
  if (selectPolicy !== undefined && !selectPolicies.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selectPolicies));
  }
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  }
  for (const [index, { type = '', value = 0, periodSeconds = 0 }] of policies.entries()) {
    const at = `${path}.policies[${index}]`;
    if (!policyTypes.includes(type)) errors.push(notSupported(`${at}.type`, type, policyTypes));
    if (value <= 0) errors.push(invalid(`${at}.value`, value, 'must be greater than zero'));
    if (periodSeconds <= 0 || periodSeconds > 1800) {
      errors.push(
        invalid(
          `${at}.periodSeconds`,
          periodSeconds,
          periodSeconds <= 0 ? 'must be greater than zero' : 'must be less than or equal to 1800',
        ),
      );
    }
  }
}
