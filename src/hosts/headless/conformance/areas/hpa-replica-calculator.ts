import {
  highestRecommendation,
  type LimitedReplicas,
  limitRate,
  limitReplicas,
  type ReplicaBounds,
  stabilizeReplicas,
} from '../../../../api/autoscaling/limits.ts';
import type { PodMetric, ScaledPod } from '../../../../api/autoscaling/pod-groups.ts';
import {
  type MetricQuestion,
  replicasForAverage,
  replicasForRatio,
  replicasForUtilization,
} from '../../../../api/autoscaling/replica-calculator.ts';
import type { HPAScalingRules } from '../../../../api/generated/types.ts';
import { type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface VectorPod {
  readonly name: string;
  readonly phase?: string;
  readonly deleting?: boolean;
  readonly ready?: string;
  readonly startedSecondsAgo?: number;
  readonly readyTransitionSecondsAgo?: number;
  readonly containers: ScaledPod['containers'];
}

interface VectorMetric {
  readonly value: number;
  readonly windowSeconds: number;
  readonly secondsAgo: number;
}

interface HpaCase extends ReplicaBounds {
  readonly op: string;
  readonly targetUtilization: number;
  readonly target: number;
  readonly resource?: string;
  readonly container?: string;
  readonly tolerance: number;
  readonly cpuInitializationPeriodSeconds: number;
  readonly initialReadinessDelaySeconds: number;
  readonly pods: readonly VectorPod[];
  readonly metrics: Readonly<Record<string, VectorMetric>>;
  readonly ratio: number;
  readonly windowSeconds: number;
  readonly recommendations: readonly { recommendation: number; secondsAgo: number }[];
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
  readonly scaleUpEvents: readonly { replicaChange: number; secondsAgo: number }[];
  readonly scaleDownEvents: readonly { replicaChange: number; secondsAgo: number }[];
  readonly replicas?: number;
  readonly utilization?: number;
  readonly averageMilli?: number;
  readonly average?: number;
  readonly result?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly error?: string;
}

export const hpaReplicaCalculator: ConformanceArea = {
  name: 'hpa-replica-calculator',
  run: (testCase) => runCase(testCase as unknown as HpaCase),
};

const now = Date.UTC(2026, 0, 15, 12);
// The vectors were recorded from tests that let an autoscaler grow eightfold at once; a cluster lets it double.
const testFactor = 8;

function ago(seconds: number): number {
  return now - seconds * 1000;
}

function runCase(testCase: HpaCase): CaseResult {
  const { op, replicas, utilization, averageMilli, average, error } = testCase;
  const recommendations = testCase.recommendations?.map(({ recommendation, secondsAgo }) => ({
    replicas: recommendation,
    atMillis: ago(secondsAgo),
  }));
  switch (op) {
    case 'resourceUtilization': {
      const { targetUtilization, container } = testCase;
      const came = replicasForUtilization(questionOf(testCase), targetUtilization, container);
      return expectEqual(
        { replicas, utilization, averageMilli, error },
        came.ok ? came.value : { error: came.error },
      );
    }
    case 'averageValue': {
      const came = replicasForAverage(questionOf(testCase), testCase.target);
      return expectEqual(
        { replicas, average, error },
        came.ok
          ? { replicas: came.value.replicas, average: came.value.averageMilli }
          : { error: came.error },
      );
    }
    case 'usageRatio': {
      const ready = testCase.pods.filter((pod) => pod.phase === 'Running' && pod.ready === 'True');
      const { currentReplicas, ratio, tolerance } = testCase;
      return expectEqual(
        replicas,
        replicasForRatio(currentReplicas, ratio, ready.length, tolerance),
      );
    }
    case 'rules':
      return expectLimited(testCase, limitReplicas(testCase, testFactor));
    case 'stabilizeLegacy': {
      const { desiredReplicas, windowSeconds, result } = testCase;
      return expectEqual(
        result,
        highestRecommendation(desiredReplicas, recommendations, windowSeconds, now),
      );
    }
    case 'stabilize':
      return expectLimited(testCase, stabilizeReplicas(testCase, recommendations, testCase, now));
    case 'behaviorRate': {
      const eventsOf = (events: HpaCase['scaleUpEvents']) =>
        events.map(({ replicaChange, secondsAgo }) => ({
          replicaChange,
          atMillis: ago(secondsAgo),
        }));
      const history = {
        scaleUpEvents: eventsOf(testCase.scaleUpEvents),
        scaleDownEvents: eventsOf(testCase.scaleDownEvents),
      };
      return expectLimited(testCase, limitRate(testCase, history, testCase, now));
    }
    default:
      return skipped(`no counterpart for op ${op}`);
  }
}

function expectLimited({ result, reason, message }: HpaCase, came: LimitedReplicas): CaseResult {
  return expectEqual({ replicas: result, reason, message }, came);
}

function questionOf(testCase: HpaCase): MetricQuestion {
  const metrics = new Map<string, PodMetric>();
  for (const [pod, { value, windowSeconds, secondsAgo }] of Object.entries(testCase.metrics)) {
    const windowMillis = windowSeconds * 1000;
    metrics.set(pod, { valueMilli: value, windowMillis, atMillis: ago(secondsAgo) });
  }
  return {
    currentReplicas: testCase.currentReplicas,
    pods: testCase.pods.map(podOf),
    metrics,
    resource: testCase.resource ?? '',
    tolerance: testCase.tolerance,
    delays: {
      cpuInitializationMillis: testCase.cpuInitializationPeriodSeconds * 1000,
      initialReadinessDelayMillis: testCase.initialReadinessDelaySeconds * 1000,
    },
    nowMillis: now,
  };
}

function podOf(pod: VectorPod): ScaledPod {
  const timeOf = (seconds: number | undefined) =>
    seconds === undefined ? undefined : ago(seconds);
  return {
    name: pod.name,
    phase: pod.phase ?? '',
    isDeleting: pod.deleting === true,
    ready: pod.ready,
    readyChangedMillis: timeOf(pod.readyTransitionSecondsAgo),
    startedMillis: timeOf(pod.startedSecondsAgo),
    containers: pod.containers,
  };
}
