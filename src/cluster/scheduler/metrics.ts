import { SECOND, type Micros } from '../../kernel/time.ts';
import { leaderMetrics, requestMetrics } from '../client/client-metrics.ts';
import {
  buckets,
  countOf,
  emptyHistogram,
  family,
  observe,
  sample,
  type MetricsPage,
} from '../client/metrics-page.ts';
import type { AttemptResult, SchedulerConfig, SchedulerMemory } from './memory.ts';

/** Upstream's buckets of scheduler_scheduling_attempt_duration_seconds: from a millisecond on, each twice the last. */
const ATTEMPT_BUCKETS: readonly Micros[] = Array.from(
  { length: 15 },
  (_, index) => 0.001 * SECOND * 2 ** index,
);

const RESULTS: readonly AttemptResult[] = ['error', 'scheduled', 'unschedulable'];

/** Files the duration of a try that has come to an end. */
export function countAttempt(
  { counters }: SchedulerMemory,
  profile: string,
  result: AttemptResult,
  took: Micros,
): void {
  let durations = counters.attemptDurations.get(profile);
  if (durations === undefined) {
    durations = {
      scheduled: emptyHistogram(ATTEMPT_BUCKETS),
      unschedulable: emptyHistogram(ATTEMPT_BUCKETS),
      error: emptyHistogram(ATTEMPT_BUCKETS),
    };
    counters.attemptDurations.set(profile, durations);
  }
  observe(durations[result], took, ATTEMPT_BUCKETS);
}

/** `/metrics` of the scheduler: what people look for, under upstream's names. */
export function metricsText(memory: SchedulerMemory, config: SchedulerConfig): string {
  const page: MetricsPage = [];
  const { client, eventClient, electionClient, election } = memory;
  leaderMetrics(page, election);
  const clients = [client, eventClient, electionClient];
  requestMetrics(page, clients, config.apiServerHost ?? config.apiServer);
  pendingPods(page, memory);
  attempts(page, memory);
  return `${page.join('\n')}\n`;
}

function pendingPods(page: MetricsPage, { queue }: SchedulerMemory): void {
  const name = 'scheduler_pending_pods';
  family(
    page,
    name,
    'gauge',
    "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
  );
  const counts = {
    active: queue.activeCount,
    backoff: queue.backoffCount + queue.errorBackoffCount,
    gated: queue.gatedCount,
    unschedulable: queue.setAsideCount - queue.gatedCount,
  };
  for (const [kind, count] of Object.entries(counts)) sample(page, name, { queue: kind }, count);
}

function attempts(page: MetricsPage, { counters }: SchedulerMemory): void {
  const preemptions = 'scheduler_preemption_attempts_total';
  family(
    page,
    preemptions,
    'counter',
    '[STABLE] Total preemption attempts in the cluster till now',
  );
  sample(page, preemptions, {}, counters.preemptions);
  const total = 'scheduler_schedule_attempts_total';
  family(
    page,
    total,
    'counter',
    "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
  );
  const duration = 'scheduler_scheduling_attempt_duration_seconds';
  const histograms: MetricsPage = [];
  family(
    histograms,
    duration,
    'histogram',
    '[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)',
  );
  for (const [profile, durations] of counters.attemptDurations) {
    for (const result of RESULTS) {
      const histogram = durations[result];
      const count = countOf(histogram);
      if (count === 0) continue;
      sample(page, total, { profile, result }, count);
      buckets(histograms, duration, { profile, result }, { histogram, bounds: ATTEMPT_BUCKETS });
    }
  }
  page.push(...histograms);
}
