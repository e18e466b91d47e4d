import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, nameColumn, textColumn } from './columns.ts';

const shownMax = 2;

export const horizontalPodAutoscalerTable: KindTable<HorizontalPodAutoscaler> = {
  columns: [
    nameColumn,
    textColumn('Reference', 'What it scales.'),
    textColumn('Targets', 'The measures it goes by, now and wanted.'),
    textColumn('MinPods', 'The fewest pods it leaves.'),
    textColumn('MaxPods', 'The most pods it makes.'),
    textColumn('Replicas', 'How many pods there are now.'),
    ageColumn,
  ],
  cells: (autoscaler, now) => {
    const { metadata, spec, status } = autoscaler;
    return [
      metadata.name ?? '',
      `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
      metricsText(spec.metrics ?? [], status?.currentMetrics ?? []),
      spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
      spec.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
      ageOf(autoscaler, now),
    ];
  },
};

function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>';
  const texts = specs.slice(0, shownMax).map((spec, index) => metricText(spec, statuses[index]));
  const more = specs.length - shownMax;
  return more > 0 ? `${texts.join(', ')} + ${more} more...` : texts.join(', ');
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return valueText(spec.external?.target, status?.external?.current);
    case 'Object':
      return valueText(spec.object?.target, status?.object?.current);
    case 'Pods': {
      const current = status?.pods?.current.averageValue ?? unknown;
      return `${current}/${spec.pods?.target.averageValue ?? ''}`;
    }
    case 'Resource':
      return resourceText(spec.resource, status?.resource?.current);
    case 'ContainerResource':
      return resourceText(spec.containerResource, status?.containerResource?.current);
    default:
      return '<unknown type>';
  }
}

const unknown = '<unknown>';

function valueText(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  return target?.averageValue === undefined
    ? `${current?.value ?? unknown}/${target?.value ?? ''}`
    : `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
}

function resourceText(
  source: { readonly name: string; readonly target: MetricTarget } | undefined,
  current: MetricValueStatus | undefined,
): string {
  const target = source?.target;
  const name = source?.name ?? '';
  if (target?.averageValue !== undefined) {
    return `${name}: ${current?.averageValue ?? unknown}/${target.averageValue}`;
  }
  const used = current?.averageUtilization;
  const wanted = target?.averageUtilization;
  return `${name}: ${used === undefined ? unknown : `${used}%`}/${wanted === undefined ? '<auto>' : `${wanted}%`}`;
}
