import { SECOND, type Micros } from '../../kernel/time.ts';

/** Counts by the bounds of a table, not yet added up; the last one is of what is longer than all of them. */
export interface Histogram {
  readonly counts: number[];
  sumMicros: Micros;
}

export function emptyHistogram(bounds: readonly Micros[]): Histogram {
  return { counts: bounds.map(() => 0).concat(0), sumMicros: 0 };
}

/** Files one duration. */
export function observe(histogram: Histogram, took: Micros, bounds: readonly Micros[]): void {
  const { counts } = histogram;
  let bucket = 0;
  while (bucket < bounds.length && took > (bounds[bucket] as number)) bucket += 1; // In range.
  counts[bucket] = (counts[bucket] as number) + 1; // One count a bound, and one more.
  histogram.sumMicros += took;
}

/** How many durations a histogram has seen. */
export function countOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

type Labels = Readonly<Record<string, string>>;

/** A page of `/metrics` in Prometheus' text format, line by line. */
export type MetricsPage = string[];

/** The two lines above a metric's samples. `help` begins with upstream's word for how stable it is. */
export function family(
  page: MetricsPage,
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
): void {
  page.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
}

export function sample(page: MetricsPage, name: string, labels: Labels, value: number): void {
  const list = Object.keys(labels).map((label) => `${label}="${escape(labels[label] ?? '')}"`);
  page.push(`${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${value}`);
}

/** The samples of a histogram, added up as Prometheus wants them, in seconds. */
export function buckets(
  page: MetricsPage,
  name: string,
  labels: Labels,
  { histogram, bounds }: { readonly histogram: Histogram; readonly bounds: readonly Micros[] },
): void {
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    below += histogram.counts[index] ?? 0;
    sample(page, `${name}_bucket`, { ...labels, le: String(bound / SECOND) }, below);
  }
  below += histogram.counts[bounds.length] ?? 0;
  sample(page, `${name}_bucket`, { ...labels, le: '+Inf' }, below);
  sample(page, `${name}_sum`, labels, histogram.sumMicros / SECOND);
  sample(page, `${name}_count`, labels, below);
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
