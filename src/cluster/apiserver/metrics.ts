import { SECOND, type Micros } from '../../kernel/time.ts';
import { emptyHistogram, observe, type Histogram } from '../client/metrics-page.ts';

/** What the server's `/metrics` tells of its requests. */
export interface ApiServerMetrics {
  readonly verbs: Map<string, VerbMetrics>;
  /** How long etcd took, by operation. */
  readonly etcd: Map<string, Histogram>;
  /** Refusals with a code of 500 or more. */
  errors: number;
}

/** Of the requests of one verb. */
export interface VerbMetrics {
  /** Requests answered. */
  requests: number;
  /** The newest latencies in microseconds, and when each of them was answered: rings that the count above indexes. */
  readonly latencies: Micros[];
  readonly times: Micros[];
  /** How long answers took. */
  readonly durations: Histogram;
  /** Answers by what was asked (`labelsText`): a few codes each. */
  readonly answers: Map<string, AnswerCount[]>;
}

/** What tells requests of one verb apart, beside the code of their answers. Empty texts for what is no resource. */
export interface RequestLabels {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Of probes, which are no resources, the path. */
  readonly subresource: string;
  readonly scope: '' | 'resource' | 'namespace' | 'cluster';
  readonly dryRun: '' | 'All';
}

/** The labels as one text, by which requests are counted. */
export function labelsText(labels: RequestLabels): string {
  const { group, version, resource, subresource, scope, dryRun } = labels;
  return [resource, group, version, subresource, scope, dryRun].join('\n');
}

/** The reverse. */
export function labelsIn(text: string): Readonly<Record<keyof RequestLabels, string>> {
  const parts = text.split('\n');
  const [resource = '', group = '', version = '', subresource = '', scope = '', dryRun = ''] =
    parts;
  return { group, version, resource, subresource, scope, dryRun };
}

export interface AnswerCount {
  readonly code: number;
  count: number;
}

/** Where the answers to requests of one verb at one resource are counted. Found once for thousands of them. */
export interface AnswerCounters {
  readonly verb: VerbMetrics;
  readonly answers: AnswerCount[];
  /** That of the last code: nearly all answers have one. */
  last: AnswerCount | undefined;
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
].map((seconds) => Math.round(seconds * SECOND));

/** Upstream's buckets of etcd_request_duration_seconds. */
export const ETCD_BUCKETS: readonly Micros[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
].map((seconds) => Math.round(seconds * SECOND));

export function noMetrics(): ApiServerMetrics {
  return { verbs: new Map(), etcd: new Map(), errors: 0 };
}

/** The counters of a verb and of what else tells requests apart, as one text. */
export function countersOf(
  { verbs }: ApiServerMetrics,
  verb: string,
  labels: string,
): AnswerCounters {
  let own = verbs.get(verb);
  if (own === undefined) {
    const durations = emptyHistogram(REQUEST_BUCKETS);
    own = { requests: 0, latencies: [], times: [], durations, answers: new Map() };
    verbs.set(verb, own);
  }
  let answers = own.answers.get(labels);
  if (answers === undefined) {
    answers = [];
    own.answers.set(labels, answers);
  }
  return { verb: own, answers, last: undefined };
}

/** Counts an answer. */
export function countAnswer(
  metrics: ApiServerMetrics,
  counters: AnswerCounters,
  code: number,
  took: Micros,
  now: Micros,
): void {
  const { verb, last } = counters;
  const at = verb.requests % LATENCIES_KEPT;
  verb.requests += 1;
  verb.latencies[at] = took;
  verb.times[at] = now;
  if (last !== undefined && last.code === code) last.count += 1;
  else countCode(counters, code);
  observe(verb.durations, took, REQUEST_BUCKETS);
  if (code >= 500) metrics.errors += 1;
}

function countCode(counters: AnswerCounters, code: number): void {
  const { answers } = counters;
  let known = answers.find((each) => each.code === code);
  if (known === undefined) {
    known = { code, count: 0 };
    answers.push(known);
  }
  known.count += 1;
  counters.last = known;
}

/** Counts an answer of etcd. */
export function countEtcd({ etcd }: ApiServerMetrics, operation: string, took: Micros): void {
  let histogram = etcd.get(operation);
  if (histogram === undefined) {
    histogram = emptyHistogram(ETCD_BUCKETS);
    etcd.set(operation, histogram);
  }
  observe(histogram, took, ETCD_BUCKETS);
}
