import {
  maxSurge,
  maxUnavailable,
  minAvailable,
  type RolloutDeployment,
  type RolloutReplicaSet,
  annotatedNumber,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  resolveFenceposts,
} from '../../../../api/deployment/fenceposts.ts';
import {
  hasDeploymentTimedOut,
  isDeploymentComplete,
  isDeploymentProgressing,
  type RolloutStatus,
} from '../../../../api/deployment/progress.ts';
import { proportionalSizes, type Sizes } from '../../../../api/deployment/proportional-scaling.ts';
import {
  newReplicaSetSize,
  reconcileNewReplicaSet,
  reconcileOldReplicaSets,
} from '../../../../api/deployment/rolling-update.ts';
import type { DeploymentCondition, IntOrString } from '../../../../api/generated/types.ts';
import { parseIntOrString, scaledIntOrPercent } from '../../../../api/int-or-string.ts';
import { type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface VectorDeployment {
  readonly strategy: 'RollingUpdate' | 'Recreate';
  readonly replicas?: number;
  readonly generation?: number;
  readonly maxSurge?: IntOrString | null;
  readonly maxUnavailable?: IntOrString | null;
}

interface VectorReplicaSet {
  readonly name: string;
  readonly replicas: number;
  readonly availableReplicas: number;
  readonly creationTimestamp: string | null;
  readonly [annotation: string]: unknown;
}

interface RollingCase {
  readonly op: string;
  readonly input: string;
  readonly value: IntOrString | null;
  readonly total: number;
  readonly roundUp: boolean;
  readonly maxSurge: IntOrString | null;
  readonly maxUnavailable: IntOrString | null;
  readonly desired: number;
  readonly surge?: number;
  readonly unavailable?: number;
  readonly error?: string;
  readonly result?: unknown;
  readonly scaled?: boolean;
  readonly deployment: VectorDeployment;
  readonly newReplicaSet: VectorReplicaSet | null;
  readonly oldReplicaSets: readonly VectorReplicaSet[];
  readonly allReplicaSetsReplicas: readonly number[];
  readonly newReplicaSetReplicas: number;
  readonly oldStatus: RolloutStatus;
  readonly newStatus: RolloutStatus;
  readonly conditions: readonly DeploymentCondition[];
  readonly progressDeadlineSeconds?: number;
  readonly now: string | null;
}

export const intstrRolling: ConformanceArea = {
  name: 'intstr-rolling',
  run: (testCase) => runCase(testCase as unknown as RollingCase),
};

function runCase(testCase: RollingCase): CaseResult {
  const { op, result, error } = testCase;
  switch (op) {
    case 'parse':
      return expectEqual(result, parseIntOrString(testCase.input));
    case 'scaledValue': {
      const rounding = testCase.roundUp ? 'up' : 'down';
      const came = scaledIntOrPercent(testCase.value, testCase.total, rounding);
      return expectEqual(
        { result, error },
        came.ok ? { result: came.value } : came.error && { error: came.error },
      );
    }
    case 'resolveFenceposts': {
      const { surge, unavailable } = testCase;
      const came = resolveFenceposts(testCase.maxSurge, testCase.maxUnavailable, testCase.desired);
      return expectEqual(
        { surge, unavailable, error },
        came.ok ? came.value : { error: came.error },
      );
    }
    case 'maxUnavailable':
      return expectEqual(result, maxUnavailable(deploymentOf(testCase)));
    case 'maxSurge':
      return expectEqual(result, maxSurge(deploymentOf(testCase)));
    case 'minAvailable':
      return expectEqual(result, minAvailable(deploymentOf(testCase)));
    case 'newRSNewReplicas': {
      const all = testCase.allReplicaSetsReplicas.reduce((sum, each) => sum + each, 0);
      const came = newReplicaSetSize(deploymentOf(testCase), all, testCase.newReplicaSetReplicas);
      return expectEqual(result, came.ok ? came.value : came.error);
    }
    case 'deploymentComplete': {
      const { replicas = 0, generation = 0 } = testCase.deployment;
      return expectEqual(
        result,
        isDeploymentComplete({ replicas, generation }, testCase.newStatus),
      );
    }
    case 'deploymentProgressing':
      return expectEqual(result, isDeploymentProgressing(testCase.oldStatus, testCase.newStatus));
    case 'deploymentTimedOut': {
      const { conditions, progressDeadlineSeconds, now } = testCase;
      const nowMillis = now === null ? 0 : Date.parse(now);
      return expectEqual(
        result,
        hasDeploymentTimedOut(conditions, progressDeadlineSeconds, nowMillis),
      );
    }
    default:
      return runScaling(testCase);
  }
}

function runScaling(testCase: RollingCase): CaseResult {
  const { op, result, scaled } = testCase;
  const deployment = deploymentOf(testCase);
  const newSet = testCase.newReplicaSet === null ? undefined : replicaSetOf(testCase.newReplicaSet);
  const oldSets = testCase.oldReplicaSets.map(replicaSetOf);
  const all = newSet === undefined ? oldSets : [newSet, ...oldSets];
  if (op === 'scale') {
    return expectEqual(result, sizesAfter(all, proportionalSizes(deployment, newSet, oldSets)));
  }
  if (newSet === undefined) return skipped(`${op} needs a new ReplicaSet`);
  if (op === 'reconcileNewReplicaSet') {
    const size = reconcileNewReplicaSet(deployment, newSet, oldSets);
    const sizes: Sizes = size === undefined ? new Map() : new Map([[newSet.name, size]]);
    return expectEqual(
      { scaled, result },
      { scaled: size !== undefined, result: sizesAfter(all, sizes) },
    );
  }
  if (op === 'reconcileOldReplicaSets') {
    const sizes = reconcileOldReplicaSets(deployment, newSet, oldSets);
    return expectEqual(
      { scaled, result },
      { scaled: sizes.size > 0, result: sizesAfter(all, sizes) },
    );
  }
  return skipped(`no counterpart for op ${op}`);
}

function deploymentOf({ deployment }: RollingCase): RolloutDeployment {
  const { replicas = 1, strategy } = deployment;
  return {
    replicas,
    strategy,
    maxSurge: deployment.maxSurge,
    maxUnavailable: deployment.maxUnavailable,
    statusReplicas: 0,
  };
}

function replicaSetOf(replicaSet: VectorReplicaSet): RolloutReplicaSet {
  const annotation = (name: string) => {
    const text = replicaSet[name];
    return annotatedNumber(typeof text === 'string' ? text : undefined);
  };
  return {
    name: replicaSet.name,
    replicas: replicaSet.replicas,
    availableReplicas: replicaSet.availableReplicas,
    creationTimestamp: replicaSet.creationTimestamp ?? undefined,
    desiredReplicas: annotation(desiredReplicasAnnotation),
    maxReplicas: annotation(maxReplicasAnnotation),
  };
}

function sizesAfter(all: readonly RolloutReplicaSet[], sizes: Sizes): Record<string, number> {
  return Object.fromEntries(all.map(({ name, replicas }) => [name, sizes.get(name) ?? replicas]));
}
