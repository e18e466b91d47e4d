import type { Micros } from '../../kernel/time.ts';

/** What the server's `/metrics` would tell of its requests. */
export interface ApiServerMetrics {
  /** Requests answered, by verb. */
  readonly requests: Map<string, number>;
  /** The newest latencies in microseconds, by verb: rings that the counts above index. */
  readonly latencies: Map<string, number[]>;
  /** Refusals with a code of 500 or more. */
  errors: number;
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

export function noMetrics(): ApiServerMetrics {
  return { requests: new Map(), latencies: new Map(), errors: 0 };
}

/** Counts an answer. */
export function countAnswer(
  metrics: ApiServerMetrics,
  { verb, code, latencyMicros }: { verb: string; code: number; latencyMicros: Micros },
): void {
  const count = metrics.requests.get(verb) ?? 0;
  metrics.requests.set(verb, count + 1);
  let ring = metrics.latencies.get(verb);
  if (ring === undefined) {
    ring = [];
    metrics.latencies.set(verb, ring);
  }
  ring[count % LATENCIES_KEPT] = latencyMicros;
  if (code >= 500) metrics.errors += 1;
}
