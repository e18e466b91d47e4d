import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { KubernetesObject } from '../../api/generated/types.ts';
import {
  answerTo,
  apiServer,
  ask,
  balancedRig,
  balancerOf,
  BALANCER,
  CLIENT,
  followerOf,
  heard,
  run,
  send,
  serverOf,
  start,
  stop,
  type BalancedRig,
} from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const body = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
});

const backendOf = (rig: BalancedRig, client = CLIENT): string | undefined =>
  balancerOf(rig).connections.get(client)?.backend;

describe('connections', () => {
  test('each stays with one server, the next one goes to the next', () => {
    const rig = balancedRig();
    ask(rig, { method: 'GET', path: maps });
    const first = backendOf(rig);
    ask(rig, { method: 'POST', path: maps, body: body('a') });
    expect(backendOf(rig)).toBe(first);
    expect(backendOf(rig, 'follower')).not.toBe(first);
    expect(backendOf(rig, 'follower')).toBe(apiServer(1));
    expect(first).toBe(apiServer(2));
  });

  test('answers and watches come back under the number of the client', () => {
    const rig = balancedRig();
    const id = send(rig, { method: 'GET', path: maps, query: { watch: 'true' } });
    ask(rig, { method: 'POST', path: maps, body: body('a') }, apiServer(3));
    run(rig, SECOND);
    const events = heard(rig).flatMap((each) =>
      each.type === 'api/watch' && each.id === id ? each.events : [],
    );
    expect(events.map(({ type }) => type)).toEqual(['ADDED']);
    expect(serverOf(rig, 2).watches.byClient.get(BALANCER)?.size).toBe(1);
    rig.kernel.inject(rig.world, {
      from: CLIENT,
      to: BALANCER,
      message: { type: 'api/cancel', id } as { type: string },
      cause: undefined,
    });
    run(rig, SECOND);
    expect(serverOf(rig, 2).watches.byClient.get(BALANCER)?.size ?? 0).toBe(0);
    expect(balancerOf(rig).backends.get(apiServer(2))?.requests.size).toBe(0);
  });

  test('of a client that ends, nothing is left', () => {
    const rig = balancedRig();
    expect(serverOf(rig, 1).watches.count).toBe(1);
    stop(rig, 'follower');
    run(rig, SECOND);
    expect(serverOf(rig, 1).watches.count).toBe(0);
    expect(balancerOf(rig).connections.size).toBe(0);
  });
});

describe('a server', () => {
  test('that crashes takes its connections with it, and the clients are led elsewhere', () => {
    const rig = balancedRig();
    ask(rig, { method: 'GET', path: maps });
    stop(rig, apiServer(2));
    run(rig, 10 * MILLISECOND);
    expect(heard(rig).at(-1)).toEqual({ type: 'kernel/connection-lost', peer: BALANCER });
    expect(ask(rig, { method: 'GET', path: maps })?.code).toBe(200);
    expect(backendOf(rig)).toBe(apiServer(3));
  });

  test('is marked down after three checks and up after two', () => {
    const rig = balancedRig();
    stop(rig, apiServer(2));
    run(rig, 7 * SECOND);
    expect(balancerOf(rig).backends.get(apiServer(2))).toMatchObject({ up: false, downs: 1 });
    start(rig, apiServer(2));
    run(rig, 2 * SECOND);
    expect(balancerOf(rig).backends.get(apiServer(2))?.up).toBe(false);
    run(rig, 4 * SECOND);
    expect(balancerOf(rig).backends.get(apiServer(2))?.up).toBe(true);
  });

  test('that is cut off answers no check: its clients are sent away after three of them', () => {
    const rig = balancedRig();
    ask(rig, { method: 'GET', path: maps });
    rig.world.wire.rules = [
      Object.freeze({
        id: 'cut',
        from: ['cp-2'],
        to: ['*'],
        bothWays: true,
        effect: { kind: 'cut' as const },
      }),
    ];
    const stuck = send(rig, { method: 'GET', path: maps });
    run(rig, 5 * SECOND);
    expect(answerTo(rig, stuck)).toBeUndefined();
    run(rig, 5 * SECOND);
    expect(heard(rig).at(-1)).toEqual({ type: 'kernel/connection-lost', peer: BALANCER });
    expect(ask(rig, { method: 'GET', path: maps })?.code).toBe(200);
    rig.world.wire.rules = [];
    run(rig, 30 * SECOND);
    expect(balancerOf(rig).backends.get(apiServer(2))?.up).toBe(true);
  });

  test('that is asked to end is unready first, then gone from the endpoints', () => {
    const rig = balancedRig();
    const endpoints = (): readonly string[] => {
      const path = '/api/v1/namespaces/default/endpoints/kubernetes';
      const found = ask(rig, { method: 'GET', path }, apiServer(3))?.body as {
        subsets: { addresses: { ip: string }[] }[];
      };
      return found.subsets[0]?.addresses.map(({ ip }) => ip) ?? [];
    };
    run(rig, 12 * SECOND);
    expect(endpoints()).toEqual(['192.168.0.10', '192.168.0.11', '192.168.0.12']);
    rig.kernel.prod(rig.world, {
      to: apiServer(1),
      message: { type: 'apiserver/terminate' },
      cause: undefined,
    });
    run(rig, SECOND);
    expect(rig.world.processes.get(apiServer(1))?.memory).toBeUndefined();
    expect(endpoints()).toEqual(['192.168.0.11', '192.168.0.12']);
  });

  test('that dies is taken out of the endpoints by another when its lease has run out', () => {
    const rig = balancedRig();
    run(rig, 12 * SECOND);
    stop(rig, apiServer(2));
    run(rig, 26 * SECOND);
    const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';
    expect(ask(rig, { method: 'GET', path })?.body).toMatchObject({
      endpoints: [{ addresses: ['192.168.0.10'] }, { addresses: ['192.168.0.12'] }],
    });
  });
});

test('with no server up, connections are closed at once', () => {
  const rig = balancedRig();
  for (const index of [1, 2, 3]) stop(rig, apiServer(index));
  run(rig, 8 * SECOND);
  expect(ask(rig, { method: 'GET', path: maps })).toBeUndefined();
  for (const index of [1, 2, 3]) start(rig, apiServer(index));
  run(rig, 10 * SECOND);
  expect(ask(rig, { method: 'GET', path: maps })?.code).toBe(200);
});

test('the identity Leases name each server', () => {
  const rig = balancedRig();
  run(rig, 3 * SECOND);
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
  const answer = ask(rig, { method: 'GET', path });
  const list = answer?.body as { items: KubernetesObject[] } | undefined;
  expect(
    list?.items.map(({ metadata }) => [
      /^apiserver-[a-z2-7]{26}$/.test(metadata.name ?? ''),
      metadata.labels?.['kubernetes.io/hostname'],
    ]),
  ).toEqual(
    expect.arrayContaining([
      [true, 'cp-1'],
      [true, 'cp-2'],
      [true, 'cp-3'],
    ]),
  );
});

test('a follower behind it loses nothing when its server dies', () => {
  const rig = balancedRig();
  ask(rig, { method: 'POST', path: maps, body: body('a') }, apiServer(3));
  stop(rig, apiServer(1));
  ask(rig, { method: 'POST', path: maps, body: body('b') }, apiServer(3));
  ask(rig, { method: 'DELETE', path: `${maps}/a` }, apiServer(3));
  run(rig, 5 * SECOND);
  const { seen, informers } = followerOf(rig);
  // The cluster has ConfigMaps of its own elsewhere.
  const isOurs = (key: string): boolean => key.startsWith('default/');
  const followed = [...(informers.get('configmaps')?.items.keys() ?? [])];
  expect(followed.filter(isOurs)).toEqual(['default/b']);
  expect(seen.filter(isOurs).map((each) => each.replace(/@\d+/, ''))).toEqual([
    'default/a',
    'default/b',
    'default/a gone',
  ]);
});
