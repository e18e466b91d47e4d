import { expect, test } from 'vitest';
import { defaultSetUp } from '../cluster/set-up.ts';
import { createCluster } from '../cluster/world.ts';
import { MINUTE, SECOND } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';
import { createDriver, untilNodesReady, type Driver } from './headless/drive.ts';
import { createSession } from './session.ts';

/**
 * Nothing piles up in a cluster that lives for hours: work of every kind comes and goes, round after round, and every table
 * of the world is afterwards as long as it was a few rounds before. What may grow has a bound, which is named here.
 */
const bounds: Readonly<Record<string, number>> = {
  // One entry a kind of object that was ever stored, as upstream keeps series of metrics for deleted resources.
  'etcd disk.backend.weights': 200,
  'kube-apiserver memory.metrics.verbs.*.answers': 1000,
  'kube-apiserver memory.metrics.verbs.*.answers.*': 1000,
  // By method and code.
  'kube-controller-manager memory.running.loops[].client.answered': 1000,
  'kube-controller-manager memory.running.informerClient.answered': 100,
  'kube-controller-manager memory.electionClient.answered': 100,
  'kube-scheduler memory.client.answered': 100,
  'kube-scheduler memory.eventClient.answered': 100,
  'kube-scheduler memory.electionClient.answered': 100,
  // client-go's event correlator: caches of 4,096; here one for each of the recorders.
  'kube-controller-manager memory.running.loops[].recorder.subjects': 4096,
  'kube-scheduler memory.recorder.subjects': 4096,
  'kubelet memory.recorder.subjects': 3 * 4096,
  // The collector's memory of owners that are not there.
  'kube-controller-manager memory.running.derived.absent': 500,
};

/** Segments hold 256 items, and are given back as a whole; a few tables are tidied when they are half empty. */
const SLACK = 600;

test('tables are as long after hours of coming and going as before', () => {
  const session = createSession(createCluster(defaultSetUp({ nodes: 2, seed: 7 })));
  const driver = createDriver(session);
  expect(untilNodesReady(driver, 2)).toBe(true);
  const history: ReadonlyMap<string, number>[] = [];
  for (let round = 1; round <= 9; round++) {
    playRound(driver, round);
    history.push(tableSizes(session.world));
  }
  const early = history.slice(3, 6);
  const grown: string[] = [];
  for (const [path, size] of history[history.length - 1] ?? []) {
    const before = Math.max(...early.map((each) => each.get(path) ?? 0));
    const bound = bounds[path] ?? (isLog(path) ? before * 1.5 + SLACK : before);
    if (size > bound)
      grown.push(`${path}: ${history.map((each) => each.get(path) ?? 0).join(' ')}`);
  }
  expect(grown).toEqual([]);
}, 300_000);

/** The parts of segmented logs, whose length goes up and down with where in a segment they stand. */
function isLog(path: string): boolean {
  return /\.(?:tail|segments|added)$/.test(path);
}

/** Work of many kinds in a namespace of its own, a node that loses power, and everything deleted; twenty minutes. */
function playRound(driver: Driver, round: number): void {
  const { session } = driver;
  const namespace = `round-${round}`;
  const api = (
    method: 'POST' | 'DELETE' | 'GET' | 'PATCH',
    path: string,
    body?: object,
  ): unknown => {
    const contentType =
      method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const answer = driver.request({
      method,
      path,
      ...(body === undefined ? undefined : { body, contentType }),
    });
    expect([answer.code, path]).toEqual([expect.toSatisfy((code: number) => code < 300), path]);
    return answer.body;
  };
  const core = `/api/v1/namespaces/${namespace}`;
  api('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  driver.run(2 * SECOND);
  const quiet = { onResponse: () => undefined, onEvents: () => undefined, onData: () => undefined };
  const watches = ['pods', 'events', 'configmaps'].map((resource) =>
    session.request({ method: 'GET', path: `${core}/${resource}?watch=true` }, quiet),
  );
  const group = `g${round}.example.com`;
  for (const [path, body] of workOf(namespace, round, group)) api('POST', path, body);
  driver.run(30 * SECOND);
  api('POST', `/apis/${group}/v1/namespaces/${namespace}/things`, { ...thing(group) });
  const pods = api('GET', `${core}/pods?labelSelector=set`) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  for (const { metadata } of pods.items) {
    const pod = `${core}/pods/${metadata.name}`;
    const log = session.request({ method: 'GET', path: `${pod}/log?follow=true` }, quiet);
    const exec = `${pod}/exec?command=echo&command=hello&stdout=true`;
    session.request({ method: 'GET', upgrade: true, path: exec }, quiet);
    driver.run(SECOND);
    session.cancel(log);
  }
  const image = {
    spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.28' }] } } },
  };
  api('PATCH', `/apis/apps/v1/namespaces/${namespace}/deployments/web`, image);
  driver.run(3 * MINUTE);
  const power = {
    kind: 'inject-fault',
    fault: 'power-off',
    params: { machine: 'node-2' },
  } as const;
  expect(session.lab(power)).toBeUndefined();
  driver.run(8 * MINUTE);
  expect(session.lab({ kind: 'heal-all' })).toBeUndefined();
  driver.run(MINUTE);
  for (const watch of watches) session.cancel(watch);
  api('DELETE', core);
  api('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`);
  driver.run(7 * MINUTE);
}

const thing = (group: string) => ({
  apiVersion: `${group}/v1`,
  kind: 'Thing',
  metadata: { name: 'one' },
});

/** What is created in a round: paths and bodies. */
function workOf(
  namespace: string,
  round: number,
  group: string,
): readonly (readonly [path: string, body: object])[] {
  const container = (image: string, ...command: string[]) => ({
    name: 'c',
    image,
    ...(command.length === 0 ? undefined : { command }),
  });
  const template = (label: string, each: object, more: object = {}) => ({
    metadata: { labels: { [label]: 'yes' } },
    spec: { containers: [each], ...more },
  });
  const selector = (label: string) => ({ matchLabels: { [label]: 'yes' } });
  const once = { restartPolicy: 'Never' };
  const probe = { readinessProbe: { httpGet: { path: '/', port: 80 } } };
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const batch = `/apis/batch/v1/namespaces/${namespace}`;
  const core = `/api/v1/namespaces/${namespace}`;
  const talk = container('busybox', 'sh', '-c', 'while true; do echo x; sleep 1; done');
  return [
    [
      `${apps}/deployments`,
      {
        metadata: { name: 'web' },
        spec: {
          replicas: 4,
          selector: selector('web'),
          template: template('web', { ...container('nginx:1.29'), ...probe }),
        },
      },
    ],
    [
      `${apps}/statefulsets`,
      {
        metadata: { name: 'set' },
        spec: {
          serviceName: 'web',
          replicas: 2,
          selector: selector('set'),
          template: template('set', talk),
        },
      },
    ],
    [
      `${apps}/daemonsets`,
      {
        metadata: { name: 'crashes' },
        spec: {
          selector: selector('crashes'),
          template: template('crashes', container('busybox', 'false')),
        },
      },
    ],
    [
      `${batch}/jobs`,
      {
        metadata: { name: 'job' },
        spec: {
          backoffLimit: 1,
          template: template('job', container('busybox', 'sh', '-c', `exit ${round % 2}`), once),
        },
      },
    ],
    [
      `${batch}/cronjobs`,
      {
        metadata: { name: 'minutely' },
        spec: {
          schedule: '* * * * *',
          jobTemplate: {
            spec: { template: template('minutely', container('busybox', 'true'), once) },
          },
        },
      },
    ],
    [
      `${core}/services`,
      { metadata: { name: 'web' }, spec: { selector: { web: 'yes' }, ports: [{ port: 80 }] } },
    ],
    [`${core}/configmaps`, { metadata: { name: 'settings' }, data: { round: String(round) } }],
    [
      `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
      { metadata: { name: 'web' }, spec: { minAvailable: 1, selector: selector('web') } },
    ],
    [
      `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
      {
        metadata: { name: 'web' },
        spec: {
          maxReplicas: 5,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
      },
    ],
    [
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      {
        metadata: { name: `things.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'things', kind: 'Thing' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object' } },
            },
          ],
        },
      },
    ],
  ];
}

/**
 * How many entries the tables of a world have, by path; those of processes of a kind are counted together. Frozen values
 * are immutable and cannot grow.
 */
function tableSizes(world: World): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const seen = new Set<object>();
  const add = (path: string, size: number): void => {
    sizes.set(path, (sizes.get(path) ?? 0) + size);
  };
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Object.isFrozen(value) || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) {
      add(path, value.size);
      for (const each of value.values()) walk(each, `${path}.*`);
    } else if (value instanceof Set) add(path, value.size);
    else if (Array.isArray(value)) {
      add(path, value.length);
      for (const each of value) walk(each, `${path}[]`);
    } else if (!ArrayBuffer.isView(value)) {
      // Objects without a prototype are tables with keys of somebody's choice.
      const isTable = Object.getPrototypeOf(value) === null;
      if (isTable) add(path, Object.keys(value).length);
      for (const [key, each] of Object.entries(value)) walk(each, `${path}.${isTable ? '*' : key}`);
    }
  };
  for (const { kind, disk, memory, links } of world.processes.values()) {
    walk(disk, `${kind} disk`);
    walk(memory, `${kind} memory`);
    walk(links, `${kind} links`);
  }
  add('processes', world.processes.size);
  walk({ ...world, processes: undefined }, 'world');
  return sizes;
}
