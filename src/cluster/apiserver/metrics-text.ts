import { compareStrings } from '../../base/compare.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import { allKinds } from '../../api/kinds/index.ts';
import { ETCD_BUCKETS, REQUEST_BUCKETS, type Histogram } from './metrics.ts';
import type { Server } from './server.ts';

/**
 * `/metrics` of the API server, as text for Prometheus: the series that people look for, under upstream's names. The
 * request histogram is by verb alone; upstream's has more labels.
 */
export function metricsText(server: Server): string {
  const { memory } = server;
  const page: string[] = [];
  const { flow, metrics, caches, watches } = memory;
  family(
    page,
    'apiserver_request_total',
    'counter',
    'Requests answered, by verb, resource and code.',
  );
  for (const [verb, byResource] of sorted(metrics.answers)) {
    for (const [resource, byCode] of sorted(byResource)) {
      const group = allKinds.find(({ plural }) => plural === resource)?.group ?? '';
      for (const [code, count] of byCode) {
        const labels = { code: String(code), group, resource, verb: verb.toUpperCase() };
        sample(page, 'apiserver_request_total', labels, count);
      }
    }
  }
  const duration = 'apiserver_request_duration_seconds';
  family(page, duration, 'histogram', 'How long requests took until they were answered.');
  for (const [verb, histogram] of sorted(metrics.durations)) {
    buckets(page, duration, { verb: verb.toUpperCase() }, { histogram, bounds: REQUEST_BUCKETS });
  }
  const inflight = 'apiserver_current_inflight_requests';
  family(page, inflight, 'gauge', 'Requests under way.');
  sample(page, inflight, { request_kind: 'mutating' }, flow.inflight.mutating);
  sample(page, inflight, { request_kind: 'readOnly' }, flow.inflight.readOnly);
  const longRunning = 'apiserver_longrunning_requests';
  family(page, longRunning, 'gauge', 'Watches that are open, by resource.');
  for (const [storage, scoped] of sorted(watches.byStorage)) {
    let count = scoped.all.size;
    for (const tables of [scoped.namespace, scoped.node, scoped.key]) {
      for (const table of tables.values()) count += table.size;
    }
    if (count === 0) continue;
    const kind = allKinds.find((each) => each.storage === storage);
    const labels = { group: kind?.group ?? '', resource: kind?.plural ?? storage, verb: 'WATCH' };
    sample(page, longRunning, labels, count);
  }
  flowControl(page, server);
  const etcd = 'etcd_request_duration_seconds';
  family(page, etcd, 'histogram', 'How long etcd took, by operation.');
  for (const [operation, histogram] of sorted(metrics.etcd)) {
    buckets(page, etcd, { operation }, { histogram, bounds: ETCD_BUCKETS });
  }
  const stored = 'apiserver_storage_objects';
  family(page, stored, 'gauge', 'Objects stored, by resource.');
  for (const [storage, { objects }] of sorted(caches)) {
    const kind = allKinds.find((each) => each.storage === storage);
    const group = kind?.group ?? '';
    const resource = kind?.plural ?? storage;
    const name = group === '' ? resource : `${resource}.${group}`;
    sample(page, stored, { resource: name }, objects.size);
  }
  return `${page.join('\n')}\n`;
}

function flowControl(page: string[], { memory }: Server): void {
  const levels = sorted(memory.flow.levels);
  const settings = memory.flow.configuration?.levels;
  const perLevel = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    value: (level: (typeof levels)[number][1]) => number,
  ): void => {
    family(page, `apiserver_flowcontrol_${name}`, type, help);
    for (const [priority_level, level] of levels) {
      sample(page, `apiserver_flowcontrol_${name}`, { priority_level }, value(level));
    }
  };
  perLevel('current_inqueue_requests', 'gauge', 'Requests that wait.', (each) => each.waiting);
  perLevel('current_executing_requests', 'gauge', 'Requests that run.', (each) => each.executing);
  perLevel('current_executing_seats', 'gauge', 'Seats in use.', (each) => each.inUse);
  perLevel('current_limit_seats', 'gauge', 'Seats at present.', (each) => each.limit);
  perLevel(
    'nominal_limit_seats',
    'gauge',
    'Seats of its own.',
    (each) => settings?.get(each.name)?.nominal ?? 0,
  );
  perLevel('dispatched_requests_total', 'counter', 'Requests begun.', (each) => each.dispatched);
  const rejected = 'apiserver_flowcontrol_rejected_requests_total';
  family(page, rejected, 'counter', 'Requests refused, by reason.');
  for (const [priority_level, level] of levels) {
    for (const [reason, count] of level.rejected) {
      sample(page, rejected, { priority_level, reason }, count);
    }
  }
}

function family(page: string[], name: string, type: string, help: string): void {
  page.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
}

type Labels = Readonly<Record<string, string>>;

function sample(page: string[], name: string, labels: Labels, value: number): void {
  const list = Object.keys(labels).map((label) => `${label}="${escape(labels[label] ?? '')}"`);
  page.push(`${name}{${list.join(',')}} ${value}`);
}

function buckets(
  page: string[],
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

function sorted<T>(table: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...table].toSorted(([a], [b]) => compareStrings(a, b));
}
