import type { HealthSample } from '../bridge/cards.ts';
import { faultKey } from './record-history.ts';
import type { History, Lane } from './history.ts';
import { bytesText, countText } from './words.ts';

/** What charts are made of: which figures of which component, what their lines mean, and the faults behind them. */

export type Unit = 'ms' | 's' | 'count' | 'bytes' | 'rate' | 'yes';

export interface ChartLine {
  readonly figure: string;
  readonly label: string;
}

export interface ChartSpec {
  readonly title: string;
  /** What it says, for the tooltip. */
  readonly hint: string;
  readonly unit: Unit;
  /** The first is drawn strong, the others behind it. A `rate` is the growth of a counter in a second. */
  readonly lines: readonly ChartLine[];
  /** A limit that matters, drawn as a line. */
  readonly threshold?: { readonly value: number; readonly label: string };
  /** Latencies differ by factors: a logarithmic scale shows both a calm and a storm. */
  readonly log?: boolean;
  /** The least that the scale reaches to, so that noise is not blown up. */
  readonly atLeast?: number;
}

const LEASE_AGE: ChartSpec = {
  title: 'Age of the lease',
  hint: 'Since the holder of the lease renewed it. After 15 s another candidate may take it.',
  unit: 's',
  lines: [{ figure: 'leaseAgeSeconds', label: 'age' }],
  threshold: { value: 15, label: '15 s' },
  atLeast: 16,
};

/** The charts of each component, the most telling first. */
export const CHARTS: Readonly<Record<string, readonly ChartSpec[]>> = {
  'kube-apiserver': [
    {
      title: 'Writes',
      hint: 'How long writes took in the last minute. Upstream promises a p99 below one second.',
      unit: 'ms',
      lines: [
        { figure: 'writeP99Millis', label: 'p99' },
        { figure: 'writeP50Millis', label: 'p50' },
      ],
      threshold: { value: 1000, label: '1 s' },
      log: true,
      atLeast: 20,
    },
    {
      title: 'Refused with 429',
      hint: 'Requests a second that priority and fairness turned away.',
      unit: 'rate',
      lines: [{ figure: 'refused429', label: '429s' }],
      atLeast: 2,
    },
    {
      title: 'Under way',
      hint: 'Requests that have seats, and those that wait for one.',
      unit: 'count',
      lines: [
        { figure: 'inflight', label: 'inflight' },
        { figure: 'queued', label: 'queued' },
      ],
      atLeast: 10,
    },
    {
      title: 'Requests',
      hint: 'Answers a second, of all verbs.',
      unit: 'rate',
      lines: [{ figure: 'requests', label: 'requests' }],
      atLeast: 5,
    },
    {
      title: 'Watches',
      hint: 'Open watches: clients that are told of every change.',
      unit: 'count',
      lines: [{ figure: 'watches', label: 'watches' }],
      atLeast: 10,
    },
  ],
  etcd: [
    {
      title: 'fsync of the log',
      hint: 'How long the last 64 flushes to disk took. Every write waits for one; a p99 above 10 ms is where alerts begin.',
      unit: 'ms',
      lines: [
        { figure: 'fsyncP99Millis', label: 'p99' },
        { figure: 'fsyncP50Millis', label: 'p50' },
      ],
      threshold: { value: 10, label: '10 ms' },
      log: true,
      atLeast: 20,
    },
    {
      title: 'Proposals pending',
      hint: 'Writes that a majority does not have yet.',
      unit: 'count',
      lines: [{ figure: 'proposalsPending', label: 'pending' }],
      atLeast: 5,
    },
    {
      title: 'Database',
      hint: 'The file, and what of it is in use. At the quota the alarm NOSPACE is raised and writes are refused.',
      unit: 'bytes',
      lines: [
        { figure: 'dbBytes', label: 'file' },
        { figure: 'dbInUseBytes', label: 'in use' },
      ],
      atLeast: 1,
    },
    {
      title: 'Term',
      hint: 'Each election begins a new one: steps are changes of the leader, or attempts at one.',
      unit: 'count',
      lines: [{ figure: 'term', label: 'term' }],
      atLeast: 4,
    },
  ],
  'kube-scheduler': [
    {
      title: 'Waiting Pods',
      hint: 'The lanes of the queue.',
      unit: 'count',
      lines: [
        { figure: 'unschedulable', label: 'no node' },
        { figure: 'active', label: 'active' },
        { figure: 'backoff', label: 'back-off' },
      ],
      atLeast: 5,
    },
    {
      title: 'Attempts',
      hint: 'Scheduling attempts a second.',
      unit: 'rate',
      lines: [{ figure: 'attempts', label: 'attempts' }],
      atLeast: 2,
    },
    {
      title: 'Longest wait',
      hint: 'How long the Pod at the head has waited for an attempt.',
      unit: 's',
      lines: [{ figure: 'oldestWaitSeconds', label: 'oldest' }],
      atLeast: 2,
    },
    LEASE_AGE,
  ],
  'kube-controller-manager': [
    {
      title: 'Work queues',
      hint: 'Keys that wait for a worker, over all loops.',
      unit: 'count',
      lines: [{ figure: 'depth', label: 'waiting' }],
      atLeast: 5,
    },
    {
      title: 'Oldest key',
      hint: 'How long the key that has waited longest has waited.',
      unit: 's',
      lines: [{ figure: 'oldestSeconds', label: 'oldest' }],
      threshold: { value: 5, label: '5 s' },
      atLeast: 6,
    },
    {
      title: 'Retries',
      hint: 'Looks a second that had to be taken again.',
      unit: 'rate',
      lines: [{ figure: 'retries', label: 'retries' }],
      atLeast: 1,
    },
    LEASE_AGE,
  ],
  'load-balancer': [
    {
      title: 'API servers in the balancer',
      hint: 'Those whose /readyz answers.',
      unit: 'count',
      lines: [{ figure: 'backendsUp', label: 'up' }],
      atLeast: 3,
    },
  ],
  coredns: [
    {
      title: 'Answers',
      hint: 'Whether it is ready to answer.',
      unit: 'yes',
      lines: [{ figure: 'ready', label: 'ready' }],
      atLeast: 1,
    },
  ],
  kubelet: [
    {
      title: 'Age of the heartbeat',
      hint: 'Since the node’s lease was renewed. After 40 s the node is NotReady.',
      unit: 's',
      lines: [{ figure: 'heartbeatAgeSeconds', label: 'age' }],
      threshold: { value: 40, label: '40 s' },
      atLeast: 44,
    },
  ],
  'kube-proxy': [
    {
      title: 'Rules',
      hint: 'Service rules on the node.',
      unit: 'count',
      lines: [{ figure: 'rules', label: 'rules' }],
      atLeast: 4,
    },
  ],
};

export interface SeriesPoint {
  readonly at: number;
  /** Undefined: nothing was measured; the line has a gap there. */
  readonly value: number | undefined;
}

/** One figure of one process over a stretch of virtual time. */
export function seriesOf(
  samples: readonly HealthSample[],
  given: {
    readonly process: string;
    readonly figure: string;
    readonly from: number;
    readonly isRate: boolean;
  },
): readonly SeriesPoint[] {
  const { process, figure, from, isRate } = given;
  const points: SeriesPoint[] = [];
  // One sample before the window, so that its line begins at the edge.
  let first = samples.findIndex(({ at }) => at >= from);
  if (first < 0) first = samples.length;
  let last: { readonly at: number; readonly value: number } | undefined;
  for (const { at, figures } of samples.slice(Math.max(0, first - 2))) {
    const measured = figures[process];
    const value = measured === undefined ? undefined : (measured[figure] ?? 0);
    if (!isRate || value === undefined) {
      points.push({ at, value });
    } else if (last !== undefined) {
      // A counter that has fallen belongs to a process that was started again.
      const grown = value >= last.value ? value - last.value : value;
      points.push({ at, value: grown / ((at - last.at) / 1_000_000) });
    }
    last = value === undefined ? undefined : { at, value };
  }
  return points;
}

/** A stretch during which something was broken on purpose. */
export interface FaultBand {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

const FAULT_LANES: readonly Lane[] = ['control-plane', 'nodes'];
const FAULT = faultKey('');

/** The faults that were active in a stretch of time, over and present ones. */
export function faultBands(
  history: History,
  { from, to }: { readonly from: number; readonly to: number },
): readonly FaultBand[] {
  return FAULT_LANES.flatMap((lane) => history.spans(lane))
    .filter((span) => span.key.startsWith(FAULT) && span.from <= to && (span.to ?? to) >= from)
    .map((span) => ({
      key: span.key,
      from: Math.max(span.from, from),
      to: Math.min(span.to ?? to, to),
      label: span.label,
    }));
}

/** Where a value lies between 0 (the floor) and 1 (the ceiling of the scale). */
export function shareOf(value: number, ceiling: number, isLog: boolean): number {
  if (ceiling <= 0) return 0;
  if (!isLog) return Math.min(1, Math.max(0, value / ceiling));
  const floor = Math.min(0.5, ceiling / 10);
  if (value <= floor) return 0;
  return Math.min(1, Math.log(value / floor) / Math.log(ceiling / floor));
}

/** A value in words, with its unit. */
export function valueText(value: number | undefined, unit: Unit): string {
  if (value === undefined) return 'none';
  switch (unit) {
    case 'ms':
      if (value >= 10_000) return `${(value / 1000).toFixed(0)} s`;
      if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
      return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
    case 's':
      return value >= 100 ? `${Math.round(value)} s` : `${value.toFixed(1)} s`;
    case 'bytes':
      return bytesText(value);
    case 'rate':
      return `${value >= 10 ? countText(value) : value.toFixed(1)}/s`;
    case 'yes':
      return value === 1 ? 'yes' : 'no';
    case 'count':
      return countText(value);
  }
}
