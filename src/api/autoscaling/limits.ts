import type { HPAScalingRules } from '../generated/types.ts';

/** How many replicas it shall be, and the reason and message of the condition ScalingLimited or AbleToScale. */
export interface LimitedReplicas {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

/** Bounds of an autoscaler's wish. */
export interface ReplicaBounds {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** A change that was made, as a positive number. */
export interface ScaleEvent {
  readonly replicaChange: number;
  readonly atMillis: number;
}

/** A wish of an earlier sync. */
export interface Recommendation {
  readonly replicas: number;
  readonly atMillis: number;
}

// Without rules of its own an autoscaler at most doubles in one sync, but may always reach four.
const scaleUpFactor = 2;
const scaleUpMin = 4;

/** The wish within the bounds of an autoscaler without `behavior`. `factor` is how much one sync may multiply by. */
export function limitReplicas(bounds: ReplicaBounds, factor = scaleUpFactor): LimitedReplicas {
  const { currentReplicas, desiredReplicas, minReplicas, maxReplicas } = bounds;
  const scaleUpMax = Math.max(Math.trunc(factor * currentReplicas), scaleUpMin);
  if (desiredReplicas < minReplicas) return tooFew(minReplicas);
  if (maxReplicas > scaleUpMax && desiredReplicas > scaleUpMax) return growsTooFast(scaleUpMax);
  if (desiredReplicas > Math.min(maxReplicas, scaleUpMax)) return tooMany(maxReplicas);
  return withinRange(desiredReplicas);
}

/** The greatest wish of the window, so that a short dip does not scale down; for autoscalers without `behavior`. */
export function highestRecommendation(
  desiredReplicas: number,
  recommendations: readonly Recommendation[],
  windowSeconds: number,
  nowMillis: number,
): number {
  const cutoff = nowMillis - windowSeconds * 1000;
  return recommendations.reduce(
    (highest, { replicas, atMillis }) =>
      atMillis < cutoff ? highest : Math.max(highest, replicas),
    desiredReplicas,
  );
}

/** Keeps the wish between the lowest of the window for growth and the highest of that for shrinking. */
export function stabilizeReplicas(
  rules: { readonly scaleUp: HPAScalingRules; readonly scaleDown: HPAScalingRules },
  recommendations: readonly Recommendation[],
  { currentReplicas, desiredReplicas }: Pick<ReplicaBounds, 'currentReplicas' | 'desiredReplicas'>,
  nowMillis: number,
): LimitedReplicas {
  const upCutoff = nowMillis - (rules.scaleUp.stabilizationWindowSeconds ?? 0) * 1000;
  const downCutoff = nowMillis - (rules.scaleDown.stabilizationWindowSeconds ?? 0) * 1000;
  let lowest = desiredReplicas;
  let highest = desiredReplicas;
  for (const { replicas, atMillis } of recommendations) {
    if (atMillis > upCutoff) lowest = Math.min(lowest, replicas);
    if (atMillis > downCutoff) highest = Math.max(highest, replicas);
  }
  const replicas = Math.min(Math.max(currentReplicas, lowest), highest);
  return desiredReplicas >= currentReplicas
    ? {
        replicas,
        reason: 'ScaleUpStabilized',
        message:
          'recent recommendations were lower than current one, applying the lowest recent recommendation',
      }
    : {
        replicas,
        reason: 'ScaleDownStabilized',
        message:
          'recent recommendations were higher than current one, applying the highest recent recommendation',
      };
}

export interface ScalingHistory {
  readonly scaleUpEvents: readonly ScaleEvent[];
  readonly scaleDownEvents: readonly ScaleEvent[];
}

/** The wish within the rates that the policies of `behavior` allow for a period. */
export function limitRate(
  rules: { readonly scaleUp: HPAScalingRules; readonly scaleDown: HPAScalingRules },
  history: ScalingHistory,
  { currentReplicas, desiredReplicas, minReplicas, maxReplicas }: ReplicaBounds,
  nowMillis: number,
): LimitedReplicas {
  if (desiredReplicas > currentReplicas) {
    const policyMax = growthLimit(rules.scaleUp, history, currentReplicas, nowMillis);
    const rateMax = Math.max(policyMax, currentReplicas);
    if (desiredReplicas > Math.min(maxReplicas, rateMax)) {
      return maxReplicas > rateMax ? growsTooFast(rateMax) : tooMany(maxReplicas);
    }
  } else if (desiredReplicas < currentReplicas) {
    const policyMin = shrinkLimit(rules.scaleDown, history, currentReplicas, nowMillis);
    const rateMin = Math.min(policyMin, currentReplicas);
    if (desiredReplicas < Math.max(minReplicas, rateMin)) {
      return minReplicas < rateMin ? shrinksTooFast(rateMin) : tooFew(minReplicas);
    }
  }
  return withinRange(desiredReplicas);
}

function growthLimit(
  { selectPolicy, policies = [] }: HPAScalingRules,
  history: ScalingHistory,
  currentReplicas: number,
  nowMillis: number,
): number {
  if (selectPolicy === 'Disabled') return currentReplicas;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(history, currentReplicas, periodSeconds, nowMillis);
    // Rounded up, or a small percentage of few would never grow.
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function shrinkLimit(
  { selectPolicy, policies = [] }: HPAScalingRules,
  history: ScalingHistory,
  currentReplicas: number,
  nowMillis: number,
): number {
  if (selectPolicy === 'Disabled') return currentReplicas;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(history, currentReplicas, periodSeconds, nowMillis);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  // The smallest change leaves the most.
  return selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

function replicasAtStart(
  { scaleUpEvents, scaleDownEvents }: ScalingHistory,
  currentReplicas: number,
  periodSeconds: number,
  nowMillis: number,
): number {
  const cutoff = nowMillis - periodSeconds * 1000;
  const changeOf = (events: readonly ScaleEvent[]) =>
    events.reduce((sum, each) => (each.atMillis > cutoff ? sum + each.replicaChange : sum), 0);
  return currentReplicas - changeOf(scaleUpEvents) + changeOf(scaleDownEvents);
}

function withinRange(replicas: number): LimitedReplicas {
  return {
    replicas,
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  };
}

function tooFew(replicas: number): LimitedReplicas {
  return {
    replicas,
    reason: 'TooFewReplicas',
    message: 'the desired replica count is less than the minimum replica count',
  };
}

function tooMany(replicas: number): LimitedReplicas {
  return {
    replicas,
    reason: 'TooManyReplicas',
    message: 'the desired replica count is more than the maximum replica count',
  };
}

function growsTooFast(replicas: number): LimitedReplicas {
  return {
    replicas,
    reason: 'ScaleUpLimit',
    message: 'the desired replica count is increasing faster than the maximum scale rate',
  };
}

function shrinksTooFast(replicas: number): LimitedReplicas {
  return {
    replicas,
    reason: 'ScaleDownLimit',
    message: 'the desired replica count is decreasing faster than the maximum scale rate',
  };
}
