import { type Result, refusal, success } from '../../base/result.ts';
import { groupPods, type PodMetric, type ReadinessDelays, type ScaledPod } from './pod-groups.ts';

/** One metric's question: how many replicas would bring it to its target? */
export interface MetricQuestion {
  readonly currentReplicas: number;
  readonly pods: readonly ScaledPod[];
  readonly metrics: ReadonlyMap<string, PodMetric>;
  /** Empty for metrics that are no resource. */
  readonly resource: string;
  /** Deviations of the ratio from 1 up to this much change nothing. */
  readonly tolerance: number;
  readonly delays: ReadinessDelays;
  readonly nowMillis: number;
}

export interface UtilizationAnswer {
  readonly replicas: number;
  /** Percent of the requests in use. */
  readonly utilization: number;
  readonly averageMilli: number;
}

export interface AverageAnswer {
  readonly replicas: number;
  readonly averageMilli: number;
}

/** For a target in percent of what containers request; `container` narrows it to the containers of that name. */
export function replicasForUtilization(
  question: MetricQuestion,
  targetUtilization: number,
  container: string | undefined,
): Result<UtilizationAnswer, string> {
  const requests = podRequests(question, container);
  if (!requests.ok) return requests;
  const measure = (values: Values) => utilizationOf(values, requests.value, targetUtilization);
  const answer = replicasFor(question, measure, (pod) => {
    // Not to shrink by mistake, Pods without a measurement count as using all they asked for, or the target.
    const request = requests.value.get(pod) ?? 0;
    return Math.trunc((request * Math.max(100, targetUtilization)) / 100);
  });
  if (!answer.ok) return answer;
  const { replicas, usage } = answer.value;
  return success({ replicas, utilization: usage.percent, averageMilli: usage.averageMilli });
}

/** For a target as an average amount a Pod, in thousandths. */
export function replicasForAverage(
  question: MetricQuestion,
  targetMilli: number,
): Result<AverageAnswer, string> {
  const measure = (values: Values): Result<Usage, string> => {
    const averageMilli = Math.trunc(sumOf(values.values()) / values.size);
    return success({ ratio: averageMilli / targetMilli, percent: 0, averageMilli });
  };
  const answer = replicasFor(question, measure, () => targetMilli);
  if (!answer.ok) return answer;
  const { replicas, usage } = answer.value;
  return success({ replicas, averageMilli: usage.averageMilli });
}

/** For a metric of something else (an object, a queue): usage over target, scaled by the Pods that are ready. */
export function replicasForRatio(
  currentReplicas: number,
  ratio: number,
  readyPodCount: number,
  tolerance: number,
): number {
  if (currentReplicas === 0) return Math.ceil(ratio);
  if (Math.abs(1 - ratio) <= tolerance) return currentReplicas;
  return Math.ceil(ratio * readyPodCount);
}

/** Measurements by Pod, in thousandths. */
type Values = Map<string, number>;

interface Usage {
  readonly ratio: number;
  readonly percent: number;
  readonly averageMilli: number;
}

const noMetrics = refusal('did not receive metrics for targeted pods (pods might be unready)');

function replicasFor(
  question: MetricQuestion,
  measure: (values: Values) => Result<Usage, string>,
  missingWhenShrinking: (pod: string) => number,
): Result<{ readonly replicas: number; readonly usage: Usage }, string> {
  const { currentReplicas, pods, metrics, resource, delays, nowMillis, tolerance } = question;
  const groups = groupPods(pods, metrics, resource, delays, nowMillis);
  const values: Values = new Map([...metrics].map(([pod, { valueMilli }]) => [pod, valueMilli]));
  for (const pod of [...groups.ignored, ...groups.unready]) values.delete(pod);
  if (values.size === 0) return noMetrics;
  const measured = measure(values);
  if (!measured.ok) return measured;
  const usage = measured.value;
  const answer = (replicas: number) => success({ replicas, usage });

  const growsWithUnready = groups.unready.length > 0 && usage.ratio > 1;
  if (!growsWithUnready && groups.missing.length === 0) {
    if (Math.abs(1 - usage.ratio) <= tolerance) return answer(currentReplicas);
    return answer(Math.ceil(usage.ratio * groups.readyCount));
  }
  // What is not known is taken to speak against the change: full when shrinking, idle when growing.
  for (const pod of groups.missing) {
    if (usage.ratio < 1) values.set(pod, missingWhenShrinking(pod));
    else if (usage.ratio > 1) values.set(pod, 0);
  }
  if (growsWithUnready) for (const pod of groups.unready) values.set(pod, 0);
  const again = measure(values);
  if (!again.ok) return again;
  const { ratio } = again.value;
  const hasTurned = (usage.ratio < 1 && ratio > 1) || (usage.ratio > 1 && ratio < 1);
  if (Math.abs(1 - ratio) <= tolerance || hasTurned) return answer(currentReplicas);
  const replicas = Math.ceil(ratio * values.size);
  const isAgainstRatio =
    (ratio < 1 && replicas > currentReplicas) || (ratio > 1 && replicas < currentReplicas);
  return answer(isAgainstRatio ? currentReplicas : replicas);
}

function utilizationOf(
  values: Values,
  requests: ReadonlyMap<string, number>,
  targetUtilization: number,
): Result<Usage, string> {
  let used = 0;
  let requested = 0;
  let count = 0;
  for (const [pod, value] of values) {
    const request = requests.get(pod);
    if (request === undefined) continue;
    used += value;
    requested += request;
    count += 1;
  }
  if (requested === 0) return refusal('no metrics returned matched known pods');
  const percent = Math.trunc((used * 100) / requested);
  return success({
    ratio: percent / targetUtilization,
    percent,
    averageMilli: Math.trunc(used / count),
  });
}

function podRequests(
  { pods, resource }: MetricQuestion,
  container: string | undefined,
): Result<ReadonlyMap<string, number>, string> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    let sum = 0;
    for (const { name, requestsMilli } of pod.containers) {
      if (container !== undefined && container !== name) continue;
      const request = Object.hasOwn(requestsMilli, resource) ? requestsMilli[resource] : undefined;
      if (request === undefined) {
        return refusal(`missing request for ${resource} in container ${name} of Pod ${pod.name}`);
      }
      sum += request;
    }
    requests.set(pod.name, sum);
  }
  return success(requests);
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const each of values) sum += each;
  return sum;
}
