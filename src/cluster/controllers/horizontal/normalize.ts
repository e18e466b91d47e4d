import {
  highestRecommendation,
  type LimitedReplicas,
  limitRate,
  limitReplicas,
  type Recommendation,
  type ReplicaBounds,
  type ScaleEvent,
  stabilizeReplicas,
} from '../../../api/autoscaling/limits.ts';
import type { HorizontalPodAutoscalerSpec } from '../../../api/generated/types.ts';
import type { Memo } from '../plan.ts';

/** What an autoscaler remembers of its past. Lost with the process, as upstream. */
export interface HorizontalHistory {
  readonly recommendations: readonly Recommendation[];
  readonly scaleUpEvents: readonly ScaleEvent[];
  readonly scaleDownEvents: readonly ScaleEvent[];
}

const NOTHING: HorizontalHistory = Object.freeze({
  recommendations: Object.freeze([]),
  scaleUpEvents: Object.freeze([]),
  scaleDownEvents: Object.freeze([]),
});

/** `--horizontal-pod-autoscaler-downscale-stabilization`, and the longest window that a behavior may ask for. */
const DOWNSCALE_SECONDS = 300;
const WINDOW_SECONDS_MAX = 3600;

export function readHistory(memo: Memo | undefined): HorizontalHistory {
  const text = memo?.['history'];
  // Written by this controller.
  return typeof text === 'string' && text !== ''
    ? (JSON.parse(text) as HorizontalHistory)
    : NOTHING;
}

export interface NormalizedWish {
  /** For the condition AbleToScale. */
  readonly able: { readonly reason: string; readonly message: string };
  readonly limited: LimitedReplicas;
  readonly history: HorizontalHistory;
}

const READY = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};

/** The wish of the metrics, steadied by the past and kept within bounds and rates. */
export function normalized(
  { behavior }: HorizontalPodAutoscalerSpec,
  history: HorizontalHistory,
  wish: ReplicaBounds & { readonly nowMillis: number },
): NormalizedWish {
  const { nowMillis, desiredReplicas } = wish;
  const own = { replicas: desiredReplicas, atMillis: nowMillis };
  const since = nowMillis - WINDOW_SECONDS_MAX * 1000;
  const recommendations = history.recommendations.filter(({ atMillis }) => atMillis > since);
  const after = { ...history, recommendations: [...recommendations, own].slice(-240) };
  if (behavior === undefined) {
    const steady = highestRecommendation(
      desiredReplicas,
      recommendations,
      DOWNSCALE_SECONDS,
      nowMillis,
    );
    const able =
      steady === desiredReplicas
        ? READY
        : {
            reason: 'ScaleDownStabilized',
            message:
              'recent recommendations were higher than current one, applying the highest recent recommendation',
          };
    return { able, limited: limitReplicas({ ...wish, desiredReplicas: steady }), history: after };
  }
  const scaleUp = behavior.scaleUp ?? {};
  const scaleDown = {
    ...behavior.scaleDown,
    stabilizationWindowSeconds: behavior.scaleDown?.stabilizationWindowSeconds ?? DOWNSCALE_SECONDS,
  };
  const rules = { scaleUp, scaleDown };
  const steady = stabilizeReplicas(rules, recommendations, wish, nowMillis);
  const able = steady.replicas === desiredReplicas ? READY : steady;
  const limited = limitRate(
    rules,
    history,
    { ...wish, desiredReplicas: steady.replicas },
    nowMillis,
  );
  return { able, limited, history: after };
}

/** The history with a change that is being made. */
export function withRescale(
  history: HorizontalHistory,
  change: number,
  atMillis: number,
): HorizontalHistory {
  const since = atMillis - WINDOW_SECONDS_MAX * 1000;
  const add = (events: readonly ScaleEvent[]): readonly ScaleEvent[] => [
    ...events.filter((each) => each.atMillis > since),
    { replicaChange: Math.abs(change), atMillis },
  ];
  return change > 0
    ? { ...history, scaleUpEvents: add(history.scaleUpEvents) }
    : { ...history, scaleDownEvents: add(history.scaleDownEvents) };
}
