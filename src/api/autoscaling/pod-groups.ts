/** What of a Pod the autoscaler looks at. Times are milliseconds since 1970. */
export interface ScaledPod {
  readonly name: string;
  readonly phase: string;
  readonly isDeleting: boolean;
  /** The status of the condition Ready; undefined when the Pod has none. */
  readonly ready: string | undefined;
  readonly readyChangedMillis: number | undefined;
  readonly startedMillis: number | undefined;
  /** Main containers and sidecars. */
  readonly containers: readonly ScaledContainer[];
}

export interface ScaledContainer {
  readonly name: string;
  /** In thousandths, by resource. */
  readonly requestsMilli: Readonly<Record<string, number>>;
}

/** One measurement of a Pod, in thousandths, over the window that ends at its time. */
export interface PodMetric {
  readonly valueMilli: number;
  readonly windowMillis: number;
  readonly atMillis: number;
}

export interface ReadinessDelays {
  /** So long after its start a Pod's cpu samples count only once it is ready and one window has passed since. */
  readonly cpuInitializationMillis: number;
  /** A Pod that became unready so soon after its start counts as never having been ready. */
  readonly initialReadinessDelayMillis: number;
}

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * Sorts Pods by what their measurements are worth (Kubernetes documentation: "Horizontal Pod Autoscaling", algorithm
 * details). Only for cpu does readiness matter: starting up costs cpu that says nothing about the load.
 */
export function groupPods(
  pods: readonly ScaledPod[],
  metrics: ReadonlyMap<string, PodMetric>,
  resource: string,
  delays: ReadinessDelays,
  nowMillis: number,
): PodGroups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let readyCount = 0;
  for (const pod of pods) {
    const metric = metrics.get(pod.name);
    if (pod.isDeleting || pod.phase === 'Failed') ignored.push(pod.name);
    else if (pod.phase === 'Pending') unready.push(pod.name);
    else if (metric === undefined) missing.push(pod.name);
    else if (resource === 'cpu' && isUnready(pod, metric, delays, nowMillis))
      unready.push(pod.name);
    else readyCount += 1;
  }
  return { readyCount, unready, missing, ignored };
}

function isUnready(
  { ready, readyChangedMillis = 0, startedMillis }: ScaledPod,
  metric: PodMetric,
  delays: ReadinessDelays,
  nowMillis: number,
): boolean {
  if (ready === undefined || startedMillis === undefined) return true;
  if (startedMillis + delays.cpuInitializationMillis > nowMillis) {
    return ready === 'False' || metric.atMillis < readyChangedMillis + metric.windowMillis;
  }
  return (
    ready === 'False' && startedMillis + delays.initialReadinessDelayMillis > readyChangedMillis
  );
}
