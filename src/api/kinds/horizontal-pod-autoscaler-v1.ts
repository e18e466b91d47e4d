import { changeOrMake, fill } from '../defaults/fill.ts';
import type { FieldErrors } from '../field-errors.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalerV1Spec,
  HPAScalingRules,
  KubernetesObject,
  MetricSpec,
  MetricStatus,
  ObjectMeta,
} from '../generated/types.ts';
import { goJson } from '../go-text.ts';
import { horizontalPodAutoscalerTable } from '../printers/autoscaling.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';
import {
  measuredFromV1,
  measuredToV1,
  metricFromV1,
  metricToV1,
} from './horizontal-pod-autoscaler-metrics-v1.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';

/** Annotations in which the older view keeps what it has no field for. */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const BEHAVIOR = `${PREFIX}behavior`;
const CONDITIONS = `${PREFIX}conditions`;
/** The target of autoscalers that measure nothing else. */
const CPU_TARGET = 80;

/** The older view of autoscalers, which knows one metric: one store with those of v2. */
export const horizontalPodAutoscalerV1Kind = defineKind<HorizontalPodAutoscalerV1>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  subresources: { status: statusOf('HorizontalPodAutoscaler') },
  table: {
    columns: horizontalPodAutoscalerTable.columns,
    cells: (autoscaler, now) => horizontalPodAutoscalerTable.cells(toV2(autoscaler), now),
  },

  defaults: (autoscaler) =>
    changeOrMake(autoscaler, 'spec', noSpec, (spec) => fill(spec, { minReplicas: 1 })),
  prepareForCreate: (autoscaler) => ({
    ...autoscaler,
    status: { currentReplicas: 0, desiredReplicas: 0 },
  }),
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (autoscaler) => withoutMetrics(horizontalPodAutoscalerKind.validate(toV2(autoscaler))),
  validateUpdate: (next, old) =>
    withoutMetrics(horizontalPodAutoscalerKind.validateUpdate(toV2(next), toV2(old))),
  validateStatusUpdate: (next, old) =>
    horizontalPodAutoscalerKind.validateStatusUpdate(toV2(next), toV2(old)),
  toStored: toV2,
  // Only autoscalers of v2 lie in their store, so the cast is safe.
  fromStored: (stored: KubernetesObject) => fromV2(stored as HorizontalPodAutoscaler),
});

// What a client left out altogether; validation then names all that is missing.
const noSpec: HorizontalPodAutoscalerV1Spec = {
  maxReplicas: 0,
  scaleTargetRef: { kind: '', name: '' },
};

/** What is said of a metric is about the one field that this view has for it. */
function withoutMetrics(errors: FieldErrors): FieldErrors {
  return errors.map((each) =>
    each.field.startsWith('spec.metrics')
      ? { ...each, field: 'spec.targetCPUUtilizationPercentage' }
      : each,
  );
}

type Annotations = Readonly<Record<string, string>>;

/** The annotations without those that stand for fields of v2; the same map where it has none. */
function withoutRoundTrip(annotations: Annotations): Annotations {
  if (!Object.keys(annotations).some((key) => key.startsWith(PREFIX))) return annotations;
  const {
    [METRICS]: _metrics,
    [CURRENT_METRICS]: _current,
    [BEHAVIOR]: _behavior,
    [CONDITIONS]: _conditions,
    ...others
  } = annotations;
  return others;
}

function withAnnotations(metadata: ObjectMeta, annotations: Annotations): ObjectMeta {
  if (metadata.annotations === annotations) return metadata;
  const { annotations: _old, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

function toV2(autoscaler: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec = noSpec, status } = autoscaler;
  const { targetCPUUtilizationPercentage, ...same } = spec;
  const { annotations = {} } = metadata;
  const further = listIn(annotations[METRICS]).map(metricFromV1);
  const behavior = behaviorFromInternal(parsed(annotations[BEHAVIOR]));
  const isBare = targetCPUUtilizationPercentage === undefined && further.length === 0;
  const target = isBare ? CPU_TARGET : targetCPUUtilizationPercentage;
  const metrics = target === undefined ? further : [...further, cpuMetric(target)];
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: withAnnotations(metadata, withoutRoundTrip(annotations)),
    spec: { ...same, metrics, ...(behavior === undefined ? undefined : { behavior }) },
    status: statusToV2(status, annotations),
  };
}

function statusToV2(
  status: HorizontalPodAutoscalerV1['status'],
  annotations: Annotations,
): NonNullable<HorizontalPodAutoscaler['status']> {
  const conditions = listIn(annotations[CONDITIONS]) as unknown as Conditions;
  const cpu = status?.currentCPUUtilizationPercentage;
  const measured = listIn(annotations[CURRENT_METRICS]).map(measuredFromV1);
  const ofCpu: MetricStatus[] =
    measured.length > 0 || cpu === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: cpu } } }];
  const currentMetrics = [...measured, ...ofCpu];
  return {
    ...(status?.observedGeneration === undefined
      ? undefined
      : { observedGeneration: status.observedGeneration }),
    ...(status?.lastScaleTime === undefined ? undefined : { lastScaleTime: status.lastScaleTime }),
    ...(status?.currentReplicas ? { currentReplicas: status.currentReplicas } : undefined),
    desiredReplicas: status?.desiredReplicas ?? 0,
    currentMetrics,
    ...(conditions.length === 0 ? undefined : { conditions }),
  };
}

type Conditions = readonly HorizontalPodAutoscalerCondition[];

function cpuMetric(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization' as const, averageUtilization };
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function isCpu({ type, resource }: MetricSpec): boolean {
  return (
    type === 'Resource' &&
    resource?.name === 'cpu' &&
    resource.target.averageUtilization !== undefined
  );
}

function fromV2(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status } = autoscaler;
  const { metrics = [], behavior, ...same } = spec;
  const target = metrics.find(isCpu)?.resource?.target.averageUtilization;
  const further = metrics.filter((each) => !isCpu(each));
  const { currentMetrics = [], conditions = [] } = status ?? {};
  const cpu = currentMetrics.find(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu',
  )?.resource?.current.averageUtilization;
  const kept = withoutRoundTrip(metadata.annotations ?? noAnnotations);
  const extra: Annotations = {
    ...(further.length === 0 ? undefined : { [METRICS]: goJson(further.map(metricToV1)) }),
    ...(currentMetrics.length === 0
      ? undefined
      : { [CURRENT_METRICS]: goJson(currentMetrics.map(measuredToV1)) }),
    ...(behavior === undefined ? undefined : { [BEHAVIOR]: goJson(behaviorToInternal(behavior)) }),
    ...(conditions.length === 0 ? undefined : { [CONDITIONS]: goJson(conditions.map(ordered)) }),
  };
  const isPlain = Object.keys(extra).length === 0;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata:
      isPlain && metadata.annotations === undefined
        ? metadata
        : withAnnotations(metadata, isPlain ? kept : { ...kept, ...extra }),
    spec: {
      ...same,
      ...(target === undefined ? undefined : { targetCPUUtilizationPercentage: target }),
    },
    status: {
      ...(status?.observedGeneration === undefined
        ? undefined
        : { observedGeneration: status.observedGeneration }),
      ...(status?.lastScaleTime === undefined
        ? undefined
        : { lastScaleTime: status.lastScaleTime }),
      currentReplicas: status?.currentReplicas ?? 0,
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(cpu === undefined ? undefined : { currentCPUUtilizationPercentage: cpu }),
    },
  };
}

const noAnnotations: Annotations = {};

/** A condition with its fields in the order of Go's struct. */
function ordered(condition: HorizontalPodAutoscalerCondition): HorizontalPodAutoscalerCondition {
  const { type, status, lastTransitionTime, reason, message } = condition;
  return {
    type,
    status,
    ...(lastTransitionTime === undefined ? undefined : { lastTransitionTime }),
    ...(reason === undefined ? undefined : { reason }),
    ...(message === undefined ? undefined : { message }),
  };
}

type Behavior = NonNullable<HorizontalPodAutoscaler['spec']['behavior']>;

/** The behaviour is kept as Go's internal type marshals: its fields have no other names there. */
function behaviorToInternal({ scaleUp, scaleDown }: Behavior): unknown {
  return { ScaleUp: rulesToInternal(scaleUp), ScaleDown: rulesToInternal(scaleDown) };
}

function rulesToInternal(rules: HPAScalingRules | undefined): unknown {
  if (rules === undefined) return null;
  const policies = rules.policies?.map(({ type, value, periodSeconds }) => ({
    Type: type,
    Value: value,
    PeriodSeconds: periodSeconds,
  }));
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: policies ?? null,
    Tolerance: rules.tolerance ?? null,
  };
}

function behaviorFromInternal(value: unknown): Behavior | undefined {
  const behavior = lowered(value);
  return typeof behavior === 'object' && behavior !== null ? behavior : undefined;
}

/** Go reads names of fields in any case: those of the internal type become those of v2. Nulls are left out. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key.charAt(0).toLowerCase() + key.slice(1), lowered(each)]),
  );
}

/** The objects of a list in an annotation. */
function listIn(text: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  const list = parsed(text);
  if (!Array.isArray(list)) return [];
  return list.filter(
    (each): each is Readonly<Record<string, unknown>> => typeof each === 'object' && each !== null,
  );
}

/** A text that this view wrote, or that a user has spoilt: then there is nothing. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
