import type { PodMetric, ScaledPod } from '../../../api/autoscaling/pod-groups.ts';
import {
  type MetricQuestion,
  replicasForAverage,
  replicasForUtilization,
} from '../../../api/autoscaling/replica-calculator.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  MetricStatus,
  Pod,
} from '../../../api/generated/types.ts';
import { milliQuantityText, milliValue } from '../../../api/quantity/numbers.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import { parseTime } from '../../../api/time.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { ScaleTarget } from './horizontal.ts';

/** What the metrics ask for: the largest of what each of them does. */
export interface Proposal {
  /** Undefined: none of them can be told. */
  readonly replicas: number | undefined;
  /** Whose wish it is, in words. */
  readonly metric: string;
  readonly current: readonly MetricStatus[];
  readonly active: Omit<HorizontalPodAutoscalerCondition, 'lastTransitionTime'>;
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

/** `--horizontal-pod-autoscaler-tolerance`, `-cpu-initialization-period`, `-initial-readiness-delay`. */
const TOLERANCE = 0.1;
const DELAYS = { cpuInitializationMillis: 300_000, initialReadinessDelayMillis: 30_000 };

interface Seen {
  /** What the resource metrics API has answered. */
  readonly read: unknown;
  readonly cluster: ClusterView;
  readonly now: Micros;
}

interface MetricAnswer {
  readonly replicas: number;
  readonly name: string;
  readonly status: MetricStatus;
}

interface MetricFailure {
  readonly reason: string;
  readonly message: string;
  /** As the sum of several failures begins it. */
  readonly kind: string;
}

export function proposalOf(
  autoscaler: HorizontalPodAutoscaler,
  target: ScaleTarget,
  seen: Seen,
): Proposal {
  const answers: MetricAnswer[] = [];
  const failures: MetricFailure[] = [];
  const metrics = autoscaler.spec.metrics ?? [];
  for (const metric of metrics) {
    const answer = answerOf(metric, autoscaler, target, seen);
    if (answer.ok) answers.push(answer.value);
    else failures.push(answer.error);
  }
  const best = answers.reduce<MetricAnswer | undefined>(
    (most, each) => (most === undefined || each.replicas > most.replicas ? each : most),
    undefined,
  );
  const [first] = failures;
  const current = answers.map(({ status }) => status);
  const warnings = failures.map(({ reason, message }) => ({ reason, message }));
  // A metric that cannot be told must not let the others shrink what it may want larger.
  const isUnsure = first !== undefined && (best === undefined || best.replicas < target.replicas);
  if (best === undefined || isUnsure) {
    const { reason = '', message = '', kind = '' } = first ?? {};
    const sum = `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: failed to get ${kind} metric value: ${message}`;
    return {
      replicas: undefined,
      metric: '',
      current,
      active: {
        type: 'ScalingActive',
        status: 'False',
        reason,
        message: `the HPA was unable to compute the replica count: ${message}`,
      },
      warnings: [...warnings, { reason: 'FailedComputeMetricsReplicas', message: sum }],
    };
  }
  return {
    replicas: best.replicas,
    metric: best.name,
    current,
    active: {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: `the HPA was able to successfully calculate a replica count from ${best.name}`,
    },
    warnings,
  };
}

function answerOf(
  metric: MetricSpec,
  { metadata }: HorizontalPodAutoscaler,
  target: ScaleTarget,
  seen: Seen,
): Result<MetricAnswer, MetricFailure> {
  const { resource, containerResource, type } = metric;
  const asked = resource ?? containerResource;
  if (asked === undefined) {
    const reason = `FailedGet${type}Metric`;
    const message = `unable to get metric: unable to fetch metrics from ${type === 'External' ? 'external' : 'custom'} metrics API: the server could not find the requested resource`;
    return refusal({ reason, message, kind: type.toLowerCase() });
  }
  const { name, target: wanted } = asked;
  const container = containerResource?.container;
  const fail = (how: string, why: string) =>
    refusal({
      reason:
        container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
      message: `failed to get ${name} ${how}: ${why}`,
      kind: `${name} ${container === undefined ? 'resource' : 'container resource'}`,
    });
  const isUtilization = wanted.averageUtilization !== undefined;
  const how = isUtilization ? 'utilization' : 'usage';
  const values = valuesOf(seen.read, name, container);
  if (!values.ok) return fail(how, `unable to get metrics for resource ${name}: ${values.error}`);
  const question: MetricQuestion = {
    currentReplicas: target.replicas,
    pods: podsOf(metadata.namespace ?? '', target, name, seen.cluster),
    metrics: values.value,
    resource: name,
    tolerance: TOLERANCE,
    delays: DELAYS,
    nowMillis: seen.cluster.epochMillis + seen.now / 1000,
  };
  const words = container === undefined ? 'resource' : 'container resource';
  if (isUtilization) {
    const answer = replicasForUtilization(question, wanted.averageUtilization ?? 0, container);
    if (!answer.ok) return fail(how, answer.error);
    const { replicas, utilization, averageMilli } = answer.value;
    const current = {
      averageUtilization: utilization,
      averageValue: amount(name, averageMilli),
    };
    return success({
      replicas,
      name: `${name} ${words} utilization (percentage of request)`,
      status: statusOf(metric, current),
    });
  }
  const answer = replicasForAverage(question, milliValue(wanted.averageValue));
  if (!answer.ok) return fail(how, answer.error);
  const { replicas, averageMilli } = answer.value;
  const current = { averageValue: amount(name, averageMilli) };
  return success({ replicas, name: `${name} ${words}`, status: statusOf(metric, current) });
}

/** Thousandths as a quantity: whole bytes, or parts of a core. */
function amount(resource: string, milli: number): string {
  return resource === 'cpu' ? milliQuantityText(milli) : String(Math.round(milli / 1000));
}

function statusOf(
  { type, resource, containerResource }: MetricSpec,
  current: NonNullable<MetricStatus['resource']>['current'],
): MetricStatus {
  if (containerResource !== undefined) {
    const { name, container } = containerResource;
    return { type, containerResource: { name, container, current } };
  }
  return { type, resource: { name: resource?.name ?? '', current } };
}

/** A PodMetricsList, as far as it is read. */
interface PodMetricsList {
  readonly kind?: string;
  readonly message?: string;
  readonly items?: readonly {
    readonly metadata: { readonly name: string };
    readonly timestamp: string;
    readonly window: string;
    readonly containers: readonly {
      readonly name: string;
      readonly usage: Readonly<Record<string, string>>;
    }[];
  }[];
}

function valuesOf(
  read: unknown,
  resource: string,
  container: string | undefined,
): Result<ReadonlyMap<string, PodMetric>, string> {
  const list = (read ?? {}) as PodMetricsList;
  if (list.kind !== 'PodMetricsList') {
    const why =
      list.message === undefined || list.message.startsWith('the server could not find')
        ? 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        : `the server is currently unable to handle the request (get pods.metrics.k8s.io)`;
    return refusal(`unable to fetch metrics from resource metrics API: ${why}`);
  }
  const { items = [] } = list;
  if (items.length === 0) return refusal('no metrics returned from resource metrics API');
  const values = new Map<string, PodMetric>();
  for (const { metadata, timestamp, window, containers } of items) {
    const measured = containers.filter(({ name }) => container === undefined || name === container);
    const valueMilli = measured.reduce((sum, { usage }) => sum + milliOf(usage[resource]), 0);
    values.set(metadata.name, {
      valueMilli,
      windowMillis: Number.parseFloat(window) * 1000,
      atMillis: parseTime(timestamp) ?? 0,
    });
  }
  return success(values);
}

/** Nanocores are cut up to thousandths, as upstream's quantities are rounded. */
function milliOf(text: string | undefined): number {
  return milliValue(text);
}

function podsOf(
  namespace: string,
  { selector }: ScaleTarget,
  resource: string,
  cluster: ClusterView,
): readonly ScaledPod[] {
  const matches = labelSelectorMatcher(selector);
  const pods: ScaledPod[] = [];
  for (const pod of cluster.filed('pods', 'namespace', namespace).values())
    if (matches(pod.metadata.labels)) pods.push(scaledPod(pod, resource));
  return pods;
}

function scaledPod({ metadata, spec, status }: Pod, resource: string): ScaledPod {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    name: metadata.name ?? '',
    phase: status?.phase ?? 'Pending',
    isDeleting: metadata.deletionTimestamp !== undefined,
    ready: ready?.status,
    readyChangedMillis: parseTime(ready?.lastTransitionTime ?? ''),
    startedMillis: parseTime(status?.startTime ?? ''),
    containers: [
      ...spec.containers,
      ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ].map(({ name, resources }) => {
      const request = resources?.requests?.[resource];
      return {
        name,
        requestsMilli: request === undefined ? {} : { [resource]: milliValue(request) },
      };
    }),
  };
}
