import { changeOrMake, fill } from '../defaults/fill.ts';
import type { FieldErrors } from '../field-errors.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
  HorizontalPodAutoscalerV1Spec,
  KubernetesObject,
  MetricSpec,
} from '../generated/types.ts';
import { horizontalPodAutoscalerTable } from '../printers/autoscaling.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';

/** Where the older view keeps what it has no field for; upstream keeps it there too, in an older spelling. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
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

function toV2(autoscaler: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec = noSpec, status } = autoscaler;
  const { targetCPUUtilizationPercentage, ...same } = spec;
  const { annotations = {}, ...meta } = metadata;
  const { [METRICS]: metricsText, [BEHAVIOR]: behaviorText, ...others } = annotations;
  const kept = Object.keys(others).length === 0 ? undefined : { annotations: others };
  const further = (parsed(metricsText) ?? []) as readonly MetricSpec[];
  const behavior = parsed(behaviorText) as HorizontalPodAutoscaler['spec']['behavior'];
  const isBare = targetCPUUtilizationPercentage === undefined && further.length === 0;
  const target = isBare ? CPU_TARGET : targetCPUUtilizationPercentage;
  const metrics = target === undefined ? further : [...further, cpuMetric(target)];
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata:
      metricsText === undefined && behaviorText === undefined ? metadata : { ...meta, ...kept },
    spec: { ...same, metrics, ...(behavior === undefined ? undefined : { behavior }) },
    status: {
      desiredReplicas: status?.desiredReplicas ?? 0,
      currentMetrics: [],
      ...(status?.currentReplicas ? { currentReplicas: status.currentReplicas } : undefined),
      ...(status?.lastScaleTime === undefined
        ? undefined
        : { lastScaleTime: status.lastScaleTime }),
    },
  };
}

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
  const cpu = metrics.find(isCpu);
  const further = metrics.filter((each) => each !== cpu);
  const target = cpu?.resource?.target.averageUtilization;
  const extra = {
    ...(further.length === 0 ? undefined : { [METRICS]: JSON.stringify(further) }),
    ...(behavior === undefined ? undefined : { [BEHAVIOR]: JSON.stringify(behavior) }),
  };
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata:
      Object.keys(extra).length === 0
        ? metadata
        : { ...metadata, annotations: { ...metadata.annotations, ...extra } },
    spec: {
      ...same,
      ...(target === undefined ? undefined : { targetCPUUtilizationPercentage: target }),
    },
    status: {
      currentReplicas: status?.currentReplicas ?? 0,
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(status?.lastScaleTime === undefined
        ? undefined
        : { lastScaleTime: status.lastScaleTime }),
    },
  };
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
