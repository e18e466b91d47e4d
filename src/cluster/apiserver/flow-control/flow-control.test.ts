import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../../kernel/time.ts';
import type { ApiRequest } from '../../messages.ts';
import {
  answerTo,
  apiServerRig,
  ask,
  configBody,
  ETCD,
  heard,
  memoryOf,
  run,
  send,
  type ApiServerRig,
} from '../testing.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap.ts';
import { classify } from './classify.ts';
import { flowConfiguration } from './configuration.ts';
import { dealHand, flowHash } from './shuffle-sharding.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const ELEPHANT = 'system:serviceaccount:default:elephant';
const MOUSE = 'system:serviceaccount:default:mouse';

const configuration = flowConfiguration(
  { schemas: bootstrapSchemas, levels: bootstrapLevels },
  600,
);

describe('the configuration of a new cluster', () => {
  test.each([
    ['system', 74],
    ['node-high', 98],
    ['leader-election', 25],
    ['workload-high', 98],
    ['workload-low', 245],
    ['global-default', 49],
    ['catch-all', 13],
    ['exempt', 0],
  ])('level %s has %d seats of 600', (name, seats) => {
    expect(configuration.levels.get(name)?.nominal).toBe(seats);
  });

  const leases = '/apis/coordination.k8s.io/v1/namespaces';
  test.each([
    ['GET', '/readyz', 'system:anonymous', 'probes', 'exempt'],
    ['GET', '/version', 'system:anonymous', 'global-default', 'global-default'],
    ['DELETE', `${maps}/a`, 'system:apiserver', 'exempt', 'exempt'],
    ['GET', maps, 'kubernetes-admin', 'global-default', 'global-default'],
    ['PUT', `${leases}/kube-node-lease/leases/n`, 'system:node:n', 'system-node-high', 'node-high'],
    ['PATCH', '/api/v1/nodes/n/status', 'system:node:n', 'system-node-high', 'node-high'],
    ['PATCH', '/api/v1/namespaces/d/pods/p/status', 'system:node:n', 'system-nodes', 'system'],
    [
      'PUT',
      `${leases}/kube-system/leases/kube-scheduler`,
      'system:kube-scheduler',
      'system-leader-election',
      'leader-election',
    ],
    [
      'POST',
      '/api/v1/namespaces/d/pods/p/binding',
      'system:kube-scheduler',
      'kube-scheduler',
      'workload-high',
    ],
    [
      'PUT',
      '/api/v1/namespaces/d/endpoints/e',
      'system:kube-controller-manager',
      'endpoint-controller',
      'workload-high',
    ],
    [
      'GET',
      maps,
      'system:serviceaccount:kube-system:coredns',
      'kube-system-service-accounts',
      'workload-high',
    ],
    ['GET', maps, ELEPHANT, 'service-accounts', 'workload-low'],
  ] as const)('%s %s by %s: %s, %s', (method, path, user, schema, level) => {
    const request: ApiRequest = {
      type: 'api/request',
      id: 1,
      method,
      path,
      query: {},
      user,
      userAgent: '',
    };
    const verdict = classify(configuration, request);
    expect([verdict.schema.metadata.name, verdict.level.name]).toEqual([schema, level]);
  });
});

test('a hand holds different cards, and two flows seldom hold the same ones', () => {
  let alike = 0;
  const first = dealHand(flowHash('schema', 'first'), 128, 6);
  expect(new Set(first).size).toBe(6);
  for (let i = 0; i < 500; i++) {
    const hand = dealHand(flowHash('schema', `flow-${i}`), 128, 6);
    expect(new Set(hand).size).toBe(6);
    expect(Math.max(...hand)).toBeLessThan(128);
    if (hand.every((card) => first.includes(card))) alike += 1;
  }
  expect(alike).toBe(0);
});

test('the objects are there, and changing one changes what holds', () => {
  const rig = apiServerRig();
  const path = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';
  const { items } = ask(rig, { method: 'GET', path }).body as {
    items: { metadata: { name: string } }[];
  };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(
    bootstrapLevels.map(({ metadata }) => metadata.name).toSorted(),
  );
  ask(rig, {
    method: 'PATCH',
    path: `${path}/workload-low`,
    contentType: 'application/merge-patch+json',
    body: { spec: { limited: { nominalConcurrencyShares: 0 } } },
  });
  ask(rig, { method: 'GET', path: maps });
  const { configuration: now } = memoryOf(rig).flow;
  expect(now?.levels.get('workload-low')?.nominal).toBe(0);
  expect(now?.levels.get('global-default')?.nominal).toBe(83);
});

/** Many writes at one instant, as a controller gone wild sends them. */
function storm(rig: ApiServerRig, count: number, user = ELEPHANT): readonly number[] {
  return Array.from({ length: count }, (_, i) =>
    send(rig, {
      method: 'POST',
      path: maps,
      user,
      body: configBody(`${user.slice(-3)}-${rig.nextId}-${i}`),
    }),
  );
}

const codes = (rig: ApiServerRig, ids: readonly number[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const id of ids) {
    const code = answerTo(rig, id)?.code ?? 0;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
};

/** A rig in which every service account may do everything. */
function openRig(): ApiServerRig {
  const rig = apiServerRig();
  run(rig, SECOND);
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  ask(rig, {
    method: 'POST',
    path,
    body: {
      metadata: { name: 'everybody' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [
        {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Group',
          name: 'system:serviceaccounts',
        },
      ],
    },
  });
  return rig;
}

describe('under load', () => {
  test('nobody waits, and nothing is kept, as long as there are seats', () => {
    const rig = openRig();
    const ids = storm(rig, 30);
    run(rig, SECOND);
    expect(codes(rig, ids)).toEqual(new Map([[201, 30]]));
    const { flow } = memoryOf(rig);
    expect(flow).toMatchObject({ waiting: 0, inflight: { readOnly: 0, mutating: 0 } });
    expect(flow.levels.get('workload-low')).toMatchObject({ inUse: 0, waited: 0, executing: 0 });
  });

  test('what finds no seat and no room in its queues is refused with 429', () => {
    const rig = openRig();
    const ids = storm(rig, 2000);
    run(rig, 10 * SECOND);
    const counts = codes(rig, ids);
    expect((counts.get(201) ?? 0) + (counts.get(429) ?? 0)).toBe(2000);
    // Six queues of fifty, and the seats.
    expect(counts.get(429)).toBeGreaterThan(1000);
    expect(counts.get(201)).toBeGreaterThan(500);
    const refused = ids.map((id) => answerTo(rig, id)).find((answer) => answer?.code === 429);
    expect(refused).toMatchObject({
      retryAfterSeconds: 1,
      body: 'Too many requests, please try again later.\n',
    });
    const { flow } = memoryOf(rig);
    expect(flow.levels.get('workload-low')?.rejected.get('queue-full')).toBe(counts.get(429));
    expect(flow).toMatchObject({ waiting: 0, inflight: { readOnly: 0, mutating: 0 } });
  });

  test('an elephant does not starve a mouse', () => {
    const rig = openRig();
    rig.kernel.suspendProcess(rig.world, ETCD);
    storm(rig, 1500);
    run(rig, SECOND);
    const mouse = send(rig, { method: 'POST', path: maps, user: MOUSE, body: configBody('mouse') });
    run(rig, SECOND);
    const level = memoryOf(rig).flow.levels.get('workload-low');
    const ahead = level?.executing ?? 0;
    // Hundreds of the elephant's hold seats, and hundreds more have waited for longer than the mouse.
    expect(ahead).toBeGreaterThan(200);
    expect(level?.waiting).toBeGreaterThan(200);
    rig.kernel.resumeProcess(rig.world, ETCD);
    run(rig, 5 * SECOND);
    const written = heard(rig).filter((each) => each.type === 'api/response' && each.code === 201);
    const place = written.findIndex((each) => each.type === 'api/response' && each.id === mouse);
    expect(place).toBeGreaterThanOrEqual(0);
    // Those that held seats were answered first; then the mouse was among the next few.
    expect(place).toBeLessThan(ahead + 20);
    expect(written.length).toBeGreaterThan(place + 200);
  });

  test('other levels do not notice: leases are renewed through a storm', () => {
    const rig = openRig();
    storm(rig, 1500);
    run(rig, MILLISECOND);
    const sent = rig.world.now;
    const lease = send(rig, {
      method: 'GET',
      path: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler',
      user: 'system:kube-scheduler',
    });
    while (answerTo(rig, lease) === undefined) run(rig, MILLISECOND);
    expect(answerTo(rig, lease)?.code).toBe(404);
    expect(rig.world.now - sent).toBeLessThan(100 * MILLISECOND);
  });

  test('an etcd that hangs fills the seats; who waits for a quarter of his time is refused', () => {
    const rig = openRig();
    rig.kernel.suspendProcess(rig.world, ETCD);
    const ids = storm(rig, 600);
    run(rig, 9 * SECOND);
    expect(codes(rig, ids).get(429) ?? 0).toBeLessThan(300);
    run(rig, SECOND);
    const rejected = memoryOf(rig).flow.levels.get('workload-low')?.rejected;
    expect(rejected?.get('time-out')).toBeGreaterThan(50);
    run(rig, 30 * SECOND);
    expect(codes(rig, ids).get(504)).toBeGreaterThan(200);
    expect(memoryOf(rig).flow).toMatchObject({
      waiting: 0,
      inflight: { readOnly: 0, mutating: 0 },
    });
  });

  test('an idle level lends its seats', () => {
    const rig = openRig();
    rig.kernel.suspendProcess(rig.world, ETCD);
    storm(rig, 400);
    run(rig, SECOND);
    const level = memoryOf(rig).flow.levels.get('workload-low');
    expect(level?.limit).toBeGreaterThan(245);
    let seats = 0;
    for (const { limit } of memoryOf(rig).flow.levels.values()) seats += limit;
    expect(seats).toBeLessThan(610);
  });

  test('?timeout= is kept', () => {
    const rig = openRig();
    rig.kernel.suspendProcess(rig.world, ETCD);
    const id = send(rig, { method: 'GET', path: `${maps}/a?timeout=3s` });
    run(rig, 2900 * MILLISECOND);
    expect(answerTo(rig, id)).toBeUndefined();
    run(rig, 200 * MILLISECOND);
    expect(answerTo(rig, id)).toMatchObject({
      code: 504,
      body: {
        reason: 'Timeout',
        message: 'Timeout: request did not complete within the allotted timeout',
      },
    });
  });
});
