import { SECOND, type Micros } from '../../kernel/time.ts';

/** What the server's `/metrics` tells of its requests. */
export interface ApiServerMetrics {
  /** Requests answered, by verb. */
  readonly requests: Map<string, number>;
  /** The newest latencies in microseconds, by verb: rings that the counts above index. */
  readonly latencies: Map<string, number[]>;
  /** When each of them was answered: rings of the same shape. */
  readonly times: Map<string, Micros[]>;
  /** Answers by verb, then resource, then code. */
  readonly answers: Map<string, Map<string, Map<number, number>>>;
  /** How long answers took, by verb. */
  readonly durations: Map<string, Histogram>;
  /** How long etcd took, by operation. */
  readonly etcd: Map<string, Histogram>;
  /** Refusals with a code of 500 or more. */
  errors: number;
}

/** Counts by the bounds of a table, not yet added up; the last one is of what is longer than all of them. */
export interface Histogram {
  readonly counts: number[];
  sumMicros: Micros;
}

/** What the server tells the observers of each answer. */
export interface ApiRequestObservation {
  readonly kind: 'api-request';
  readonly method: string;
  readonly path: string;
  readonly user: string;
  /** The client's process; empty for the server's own requests. */
  readonly from: string;
  readonly code: number;
  readonly latencyMicros: Micros;
  /** Plural; the empty text for what is no resource. */
  readonly resource: string;
  readonly verb: string;
}

const LATENCIES_KEPT = 64;

/** Upstream's buckets of apiserver_request_duration_seconds, in microseconds. */
export const REQUEST_BUCKETS: readonly Micros[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
].map((seconds) => seconds * SECOND);

/** Upstream's buckets of etcd_request_duration_seconds. */
export const ETCD_BUCKETS: readonly Micros[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
].map((seconds) => seconds * SECOND);

export function noMetrics(): ApiServerMetrics {
  return {
    requests: new Map(),
    latencies: new Map(),
    times: new Map(),
    answers: new Map(),
    durations: new Map(),
    etcd: new Map(),
    errors: 0,
  };
}

/** Counts an answer. */
export function countAnswer(
  metrics: ApiServerMetrics,
  given: {
    readonly verb: string;
    readonly resource: string;
    readonly code: number;
    readonly latencyMicros: Micros;
    readonly now: Micros;
  },
): void {
  const { verb, resource, code, latencyMicros, now } = given;
  const count = metrics.requests.get(verb) ?? 0;
  metrics.requests.set(verb, count + 1);
  const at = count % LATENCIES_KEPT;
  ringOf(metrics.latencies, verb)[at] = latencyMicros;
  ringOf(metrics.times, verb)[at] = now;
  let byResource = metrics.answers.get(verb);
  if (byResource === undefined) {
    byResource = new Map();
    metrics.answers.set(verb, byResource);
  }
  let byCode = byResource.get(resource);
  if (byCode === undefined) {
    byCode = new Map();
    byResource.set(resource, byCode);
  }
  byCode.set(code, (byCode.get(code) ?? 0) + 1);
  observe(metrics.durations, verb, { took: latencyMicros, bounds: REQUEST_BUCKETS });
  if (code >= 500) metrics.errors += 1;
}

/** Counts an answer of etcd. */
export function countEtcd(metrics: ApiServerMetrics, operation: string, took: Micros): void {
  observe(metrics.etcd, operation, { took, bounds: ETCD_BUCKETS });
}

function ringOf(rings: Map<string, number[]>, verb: string): number[] {
  let ring = rings.get(verb);
  if (ring === undefined) {
    ring = [];
    rings.set(verb, ring);
  }
  return ring;
}

function observe(
  histograms: Map<string, Histogram>,
  name: string,
  { took, bounds }: { readonly took: Micros; readonly bounds: readonly Micros[] },
): void {
  let histogram = histograms.get(name);
  if (histogram === undefined) {
    histogram = { counts: bounds.map(() => 0).concat(0), sumMicros: 0 };
    histograms.set(name, histogram);
  }
  let bucket = 0;
  while (bucket < bounds.length && took > (bounds[bucket] as number)) bucket += 1; // In range.
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sumMicros += took;
}
