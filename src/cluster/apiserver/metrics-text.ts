import { compareStrings } from '../../base/compare.ts';
import { allKinds } from '../../api/kinds/index.ts';
import { buckets, family, sample } from '../client/metrics-page.ts';
import { versionInfo } from './discovery/version.ts';
import { asksEtcd, checksOf, problemOf } from './health/checks.ts';
import { ETCD_BUCKETS, labelsIn, REQUEST_BUCKETS } from './metrics.ts';
import type { Server } from './server.ts';

/**
 * `/metrics` of the API server, as text for Prometheus: the series that people look for, under upstream's names, with its
 * words for them. Requests are told apart as upstream does it, their durations by verb alone, those of etcd by operation.
 */
export function metricsText(server: Server): string {
  const { memory } = server;
  const page: string[] = [];
  const { flow, metrics, caches, watches } = memory;
  family(
    page,
    'apiserver_request_total',
    'counter',
    '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  );
  for (const [verb, { answers }] of sorted(metrics.verbs)) {
    for (const [text, counts] of sorted(answers)) {
      const { dryRun, version, ...labels } = labelsIn(text);
      const { group, resource, scope, subresource } = labels;
      const own = { dry_run: dryRun, group, resource, scope, subresource };
      const more = { verb: verbLabel(verb, subresource), version };
      for (const { code, count } of counts) {
        const first = { code: String(code), component: 'apiserver' };
        sample(page, 'apiserver_request_total', { ...first, ...own, ...more }, count);
      }
    }
  }
  const duration = 'apiserver_request_duration_seconds';
  family(
    page,
    duration,
    'histogram',
    '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
  );
  for (const [verb, { durations: histogram }] of sorted(metrics.verbs)) {
    const labels = { component: 'apiserver', verb: verbLabel(verb) };
    buckets(page, duration, labels, { histogram, bounds: REQUEST_BUCKETS });
  }
  const inflight = 'apiserver_current_inflight_requests';
  family(
    page,
    inflight,
    'gauge',
    '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
  );
  sample(page, inflight, { request_kind: 'mutating' }, flow.inflight.mutating);
  sample(page, inflight, { request_kind: 'readOnly' }, flow.inflight.readOnly);
  const longRunning = 'apiserver_longrunning_requests';
  family(
    page,
    longRunning,
    'gauge',
    '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
  );
  for (const [storage, scoped] of sorted(watches.byStorage)) {
    let count = scoped.all.length;
    for (const tables of [scoped.namespace, scoped.node, scoped.key]) {
      for (const table of tables.values()) count += table.length;
    }
    if (count === 0) continue;
    const { group, resource, version } = kindOf((each) => each.storage === storage, storage);
    const labels = { component: 'apiserver', group, resource, verb: 'WATCH', version };
    sample(page, longRunning, labels, count);
  }
  flowControl(page, server);
  const etcd = 'etcd_request_duration_seconds';
  family(
    page,
    etcd,
    'histogram',
    '[BETA] Etcd request latency in seconds for each operation and object type.',
  );
  for (const [operation, histogram] of sorted(metrics.etcd)) {
    buckets(page, etcd, { operation }, { histogram, bounds: ETCD_BUCKETS });
  }
  storedObjects(page, caches);
  about(page, server);
  return `${page.join('\n')}\n`;
}

/** Subresources behind which a connection is made. */
const connecting: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);

/** Upstream counts requests by the verb of HTTP, and those that HTTP does not tell apart by ours. */
function verbLabel(verb: string, subresource = ''): string {
  if (connecting.has(subresource)) return 'CONNECT';
  if (verb === 'create') return 'POST';
  return verb === 'update' ? 'PUT' : verb.toUpperCase();
}

/** The labels of a resource; what is no built-in kind has only its name. */
function kindOf(
  isIt: (kind: (typeof allKinds)[number]) => boolean,
  name = '',
): { readonly group: string; readonly version: string; readonly resource: string } {
  const kind = allKinds.find(isIt);
  return {
    group: kind?.group ?? '',
    version: kind?.version ?? '',
    resource: kind?.plural ?? name,
  };
}

function storedObjects(page: string[], caches: Server['memory']['caches']): void {
  const help =
    'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.';
  const newer = 'apiserver_resource_objects';
  const older = 'apiserver_storage_objects';
  const counts = sorted(caches).map(([storage, { objects }]) => {
    const { group, resource } = kindOf((each) => each.storage === storage, storage);
    return { group, resource, size: objects.size };
  });
  family(page, newer, 'gauge', `[ALPHA] ${help}`);
  for (const { size, ...labels } of counts) sample(page, newer, labels, size);
  family(
    page,
    older,
    'gauge',
    `[STABLE] [DEPRECATED, consider using apiserver_resource_objects instead] ${help}`,
  );
  for (const { group, resource, size } of counts) {
    sample(page, older, { resource: group === '' ? resource : `${resource}.${group}` }, size);
  }
}

/** What the server is, and how its checks stand. */
function about(page: string[], server: Server): void {
  const info = 'kubernetes_build_info';
  family(
    page,
    info,
    'gauge',
    "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
  );
  const { major, minor, gitVersion, gitCommit, gitTreeState } = versionInfo;
  const { buildDate, goVersion, compiler, platform } = versionInfo;
  sample(
    page,
    info,
    {
      build_date: buildDate,
      compiler,
      git_commit: gitCommit,
      git_tree_state: gitTreeState,
      git_version: gitVersion,
      go_version: goVersion,
      major,
      minor,
      platform,
    },
    1,
  );
  const check = 'kubernetes_healthcheck';
  family(page, check, 'gauge', '[STABLE] This metric records the result of a single healthcheck.');
  for (const [type, names] of sorted(new Map(Object.entries(checksOf)))) {
    for (const name of names.toSorted(compareStrings)) {
      // Nobody has looked yet.
      if (asksEtcd(name) && server.memory.health.askedAt < 0) continue;
      const isGood = problemOf(type, name, server) === undefined;
      sample(page, check, { name, type }, isGood ? 1 : 0);
    }
  }
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
  perLevel(
    'current_inqueue_requests',
    'gauge',
    '[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem',
    (each) => each.waiting,
  );
  perLevel(
    'current_executing_requests',
    'gauge',
    '[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
    (each) => each.executing,
  );
  perLevel(
    'current_executing_seats',
    'gauge',
    '[BETA] Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
    (each) => each.inUse,
  );
  perLevel(
    'current_limit_seats',
    'gauge',
    '[ALPHA] current derived number of execution seats available to each priority level',
    (each) => each.limit,
  );
  perLevel(
    'nominal_limit_seats',
    'gauge',
    '[BETA] Nominal number of execution seats configured for each priority level',
    (each) => settings?.get(each.name)?.nominal ?? 0,
  );
  perLevel(
    'dispatched_requests_total',
    'counter',
    '[BETA] Number of requests executed by API Priority and Fairness subsystem',
    (each) => each.dispatched,
  );
  const rejected = 'apiserver_flowcontrol_rejected_requests_total';
  family(
    page,
    rejected,
    'counter',
    '[BETA] Number of requests rejected by API Priority and Fairness subsystem',
  );
  for (const [priority_level, level] of levels) {
    for (const [reason, count] of level.rejected) {
      sample(page, rejected, { priority_level, reason }, count);
    }
  }
}

function sorted<T>(table: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...table].toSorted(([a], [b]) => compareStrings(a, b));
}
