import { expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../kernel/time.ts';
import { loadFiguresOf } from './load-figures.ts';
import { apiServerRig, ask, configBody, memoryOf, run, send } from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';

test('/metrics tells of requests, seats, watches and etcd in the form of Prometheus', () => {
  const rig = apiServerRig();
  run(rig, SECOND);
  ask(rig, { method: 'POST', path: maps, body: configBody('a') });
  ask(rig, { method: 'POST', path: maps, body: configBody('a') });
  send(rig, { method: 'GET', path: `${maps}?watch=true` });
  ask(rig, { method: 'POST', path: `${maps}?dryRun=All`, body: configBody('trial') });
  for (const path of [
    maps,
    '/api/v1/nodes',
    '/apis/apps/v1/namespaces/default/deployments/web/status',
    '/api/v1/namespaces/default/pods/web/exec',
  ]) {
    ask(rig, { method: 'GET', path });
  }
  run(rig, SECOND);
  expect(ask(rig, { method: 'GET', path: '/readyz' }).code).toBe(200);
  const { code, body, contentType } = ask(rig, { method: 'GET', path: '/metrics' });
  expect(code).toBe(200);
  expect(contentType).toContain('text/plain; version=0.0.4');
  const lines = String(body).split('\n');
  for (const line of [
    'apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1',
    'apiserver_request_total{code="409",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1',
    'apiserver_request_total{code="201",component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1',
    'apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"} 1',
    'apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="nodes",scope="cluster",subresource="",verb="LIST",version="v1"} 1',
    'apiserver_request_total{code="404",component="apiserver",dry_run="",group="apps",resource="deployments",scope="resource",subresource="status",verb="GET",version="v1"} 1',
    'apiserver_request_total{code="404",component="apiserver",dry_run="",group="",resource="pods",scope="resource",subresource="exec",verb="CONNECT",version="v1"} 1',
    'apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="",scope="",subresource="/readyz",verb="GET",version=""} 1',
    'apiserver_longrunning_requests{component="apiserver",group="",resource="configmaps",verb="WATCH",version="v1"} 1',
    'apiserver_current_inflight_requests{request_kind="mutating"} 0',
    'apiserver_flowcontrol_nominal_limit_seats{priority_level="global-default"} 49',
    'apiserver_storage_objects{resource="configmaps"} 1',
    'apiserver_resource_objects{group="",resource="configmaps"} 1',
    'kubernetes_healthcheck{name="etcd",type="readyz"} 1',
    'kubernetes_healthcheck{name="informer-sync",type="readyz"} 1',
  ]) {
    expect(lines).toContain(line);
  }
  expect(String(body)).toMatch(/etcd_request_duration_seconds_count\{operation="update"\} [1-9]/);
  expect(String(body)).toMatch(
    /apiserver_request_duration_seconds_bucket\{component="apiserver",verb="POST",le="\+Inf"\} [1-9]/,
  );
  // Every series has a form that a scraper reads.
  for (const line of lines) {
    expect(line).toMatch(
      /^$|^# (HELP|TYPE) [a-z_]+ .+|^[a-z_]+\{([a-z_]+="[^"]*",?)*\} [0-9.e+-]+$/,
    );
  }
});

test('the figures of the panel are of the last minute', () => {
  const rig = apiServerRig();
  run(rig, SECOND);
  for (const name of ['a', 'b', 'c']) {
    ask(rig, { method: 'POST', path: maps, body: configBody(name) });
  }
  const figures = loadFiguresOf(memoryOf(rig), rig.world.now);
  const creates = figures.latencies.find(({ verb }) => verb === 'create');
  expect(creates?.p50Micros).toBeGreaterThan(500);
  expect(creates?.p99Micros).toBeGreaterThanOrEqual(creates?.p50Micros ?? Infinity);
  expect(figures).toMatchObject({ queued: 0, runnable: 0, refused: 0, watches: 0 });
  run(rig, 2 * MINUTE);
  expect(
    loadFiguresOf(memoryOf(rig), rig.world.now).latencies.some(({ verb }) => verb === 'create'),
  ).toBe(false);
});
