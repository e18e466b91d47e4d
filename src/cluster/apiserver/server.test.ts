import { describe, expect, test } from 'vitest';
import type { KubernetesList, KubernetesObject } from '../../api/generated/types.ts';
import { decodeWorld, encodeWorld } from '../../kernel/archive.ts';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../kernel/time.ts';
import {
  answerTo,
  API_SERVER,
  apiServerRig,
  ask,
  CLIENT,
  configBody,
  ETCD,
  etcdOf,
  eventsOf,
  hasEnded,
  memoryOf,
  podBody,
  rigWithAccount,
  run,
  send,
  type ApiServerRig,
} from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const noSink = (): void => {};

const stop = ({ kernel, world }: ApiServerRig, name: string): void =>
  kernel.stopProcess(world, name, undefined);
const start = ({ kernel, world }: ApiServerRig, name: string): void =>
  kernel.startProcess(world, name, undefined, noSink);

describe('its own objects', () => {
  const rig = apiServerRig();

  test('four namespaces, two priority classes, and the way to itself', () => {
    const names = (path: string): unknown =>
      (ask(rig, { method: 'GET', path }).body as KubernetesList).items.map(
        (each) => each.metadata.name,
      );
    expect(names('/api/v1/namespaces')).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
    expect(names('/apis/scheduling.k8s.io/v1/priorityclasses')).toEqual([
      'system-cluster-critical',
      'system-node-critical',
    ]);
    expect(
      ask(rig, { method: 'GET', path: '/api/v1/namespaces/default/services/kubernetes' }).body,
    ).toMatchObject({
      metadata: { labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
    });
    expect(names('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices')).toEqual([
      'kubernetes',
    ]);
    expect(
      ask(rig, { method: 'GET', path: '/api/v1/namespaces/default/endpoints/kubernetes' }).body,
    ).toMatchObject({
      subsets: [{ addresses: [{ ip: '192.168.0.10' }], ports: [{ port: 6443 }] }],
    });
  });

  test('come back when they are deleted', () => {
    const path = '/api/v1/namespaces/default/services/kubernetes';
    expect(ask(rig, { method: 'DELETE', path }).code).toBe(200);
    expect(ask(rig, { method: 'GET', path }).code).toBe(404);
    run(rig, 11 * SECOND);
    expect(ask(rig, { method: 'GET', path }).body).toMatchObject({
      spec: { clusterIP: '10.96.0.1' },
    });
  });

  test('are made once, whatever restarts', () => {
    const versions = (): readonly (readonly [string, number])[] =>
      [...etcdOf(rig).keys].flatMap(([key, { version }]) =>
        /masterleases|apiserver-/.test(key) ? [] : [[key, version] as const],
      );
    const before = versions();
    stop(rig, API_SERVER);
    start(rig, API_SERVER);
    run(rig, 30 * SECOND);
    expect(versions()).toEqual(before);
  });

  test('have their cause', () => {
    const causes = [...etcdOf(rig).keys.values()].map(({ cause }) => cause?.what);
    expect(causes).toContain('the API server makes 28 objects that every cluster has');
    expect(causes).not.toContain(undefined);
  });
});

describe('before it is ready', () => {
  test('it says so', () => {
    const rig = apiServerRig();
    stop(rig, API_SERVER);
    stop(rig, ETCD);
    start(rig, API_SERVER);
    expect(ask(rig, { method: 'GET', path: '/livez?exclude=etcd' }).code).toBe(200);
    const notReady = ask(rig, { method: 'GET', path: '/readyz' });
    expect(notReady.code).toBe(500);
    expect(String(notReady.body).split('\n').slice(0, 5)).toEqual([
      '[+]ping ok',
      '[+]log ok',
      '[-]etcd failed: reason withheld',
      '[-]etcd-readiness failed: reason withheld',
      '[-]informer-sync failed: reason withheld',
    ]);
    expect(notReady.body).toMatch(/\nreadyz check failed\n$/);
    expect(ask(rig, { method: 'GET', path: maps })).toMatchObject({
      code: 429,
      retryAfterSeconds: 1,
      body: { reason: 'TooManyRequests', message: 'storage is (re)initializing' },
    });
    start(rig, ETCD);
    run(rig, 5 * SECOND);
    expect(ask(rig, { method: 'GET', path: '/readyz' })).toMatchObject({ code: 200, body: 'ok' });
    expect(ask(rig, { method: 'GET', path: maps }).code).toBe(200);
  });
});

describe('without etcd', () => {
  test('what was under way is refused, what is new as well, what may be old is served', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    const watching = send(rig, { method: 'GET', path: `${maps}?watch=true` });
    run(rig);
    const underway = send(rig, { method: 'POST', path: maps, body: configBody('b') });
    run(rig, 150);
    stop(rig, ETCD);
    run(rig, 10 * MILLISECOND);
    expect(answerTo(rig, underway)).toMatchObject({
      code: 500,
      body: { message: 'rpc error: code = Unavailable desc = error reading from server: EOF' },
    });
    const refused =
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"';
    for (const question of [
      { method: 'POST' as const, path: maps, body: configBody('b') },
      { method: 'GET' as const, path: `${maps}/a` },
      { method: 'GET' as const, path: maps },
      { method: 'DELETE' as const, path: `${maps}/a` },
    ]) {
      expect(ask(rig, question)).toMatchObject({ code: 500, body: { message: refused } });
    }
    expect(ask(rig, { method: 'GET', path: `${maps}?resourceVersion=0` })).toMatchObject({
      code: 200,
      body: { items: [{ metadata: { name: 'a' } }] },
    });
    expect(ask(rig, { method: 'GET', path: '/readyz' }).code).toBe(500);
    run(rig, MINUTE);
    start(rig, ETCD);
    run(rig, 15 * SECOND);
    expect(ask(rig, { method: 'POST', path: maps, body: configBody('c') }).code).toBe(201);
    // The watch has been open all along.
    expect(
      eventsOf(rig, watching).map(({ object }) => (object as KubernetesObject).metadata.name),
    ).toEqual(['a', 'c']);
    expect(hasEnded(rig, watching)).toBe(false);
  });

  test('a copy that has lost its place begins anew, and its watches with it', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    const watching = send(rig, { method: 'GET', path: `${maps}?watch=true` });
    run(rig);
    stop(rig, ETCD);
    run(rig, 10 * MILLISECOND);
    start(rig, ETCD);
    // Somebody else writes and compacts before the server is back.
    const other = (message: object): void =>
      rig.kernel.inject(rig.world, {
        from: CLIENT,
        to: ETCD,
        message: message as never,
        cause: undefined,
      });
    for (const id of [1, 2, 3]) {
      const { value } = etcdOf(rig).keys.get('/registry/configmaps/default/a') ?? {};
      other({
        type: 'etcd/txn',
        id,
        key: `/registry/configmaps/default/new${id}`,
        expectedModRevision: 0,
        op: { kind: 'put', value },
      });
    }
    run(rig, 20 * MILLISECOND);
    other({ type: 'etcd/compact', id: 4, revision: etcdOf(rig).revision });
    run(rig, 20 * SECOND);
    expect(hasEnded(rig, watching)).toBe(true);
    expect((ask(rig, { method: 'GET', path: maps }).body as KubernetesList).items).toHaveLength(4);
    expect(ask(rig, { method: 'POST', path: maps, body: configBody('b') }).code).toBe(201);
  });

  test('a write that etcd does not answer is given up after 34 s', () => {
    const rig = apiServerRig();
    // The disk hangs: what is to be flushed never is.
    const machine = rig.world.machines.get('cp-1');
    if (machine !== undefined) machine.fsyncMicros = [1000 * SECOND];
    const id = send(rig, { method: 'POST', path: maps, body: configBody('a') });
    run(rig, 33 * SECOND);
    expect(answerTo(rig, id)).toBeUndefined();
    run(rig, 2 * SECOND);
    expect(answerTo(rig, id)).toMatchObject({
      code: 504,
      body: {
        reason: 'Timeout',
        message:
          'Timeout: request did not complete within requested timeout - context deadline exceeded',
      },
    });
    // The server's own writes go on waiting.
    const left = [...memoryOf(rig).calls.values()].filter(
      (call) => call.kind === 'write' && call.exchange.client !== undefined,
    );
    expect(left).toEqual([]);
  });
});

describe('connections', () => {
  test('the watches of a client that is gone are forgotten', () => {
    const rig = apiServerRig();
    for (let i = 0; i < 3; i++) send(rig, { method: 'GET', path: `${maps}?watch=true` });
    run(rig);
    expect(memoryOf(rig).watches.count).toBe(3);
    stop(rig, CLIENT);
    run(rig);
    expect(memoryOf(rig).watches.count).toBe(0);
    expect(memoryOf(rig).watches.byClient.size).toBe(0);
  });
});

describe('idle', () => {
  test('it does nearly nothing', () => {
    const rig = apiServerRig();
    for (let i = 0; i < 50; i++)
      send(rig, {
        method: 'GET',
        path: `${maps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=86400`,
      });
    run(rig, 10 * MINUTE);
    const before = rig.world.steps;
    run(rig, 60 * MINUTE);
    expect(rig.world.steps - before).toBeLessThan(60 * 6 * 14);
    const { compactedRevision, revision } = etcdOf(rig);
    expect(revision - compactedRevision).toBeLessThan(130);
  });
});

describe('determinism', () => {
  /** Some work for all parts, with an etcd that restarts in the middle. */
  function work(rig: ApiServerRig, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const name = `n${i % 11}`;
      send(rig, { method: 'POST', path: maps, body: configBody(name) });
      send(rig, {
        method: 'POST',
        path: '/api/v1/namespaces/default/pods',
        body: { ...podBody(name), metadata: { generateName: 'p-' } },
      });
      send(rig, {
        method: 'PATCH',
        path: `${maps}/${name}`,
        contentType: 'application/merge-patch+json',
        body: { data: { i: String(i) } },
      });
      if (i % 5 === 0) send(rig, { method: 'DELETE', path: `${maps}/${name}` });
      if (i % 7 === 0) send(rig, { method: 'GET', path: `${maps}?watch=true&resourceVersion=0` });
      if (i % 13 === 0)
        send(rig, {
          method: 'POST',
          path: '/api/v1/namespaces/default/services',
          body: {
            metadata: { generateName: 's-' },
            spec: { type: 'NodePort', ports: [{ port: 80 }] },
          },
        });
      if (i === 10) stop(rig, ETCD);
      if (i === 12) start(rig, ETCD);
      if (i === 15) run(rig, 3 * SECOND);
      run(rig, 900);
    }
  }

  test('a checkpoint and an archive in the middle of everything go on to the same world', () => {
    const rig = rigWithAccount();
    work(rig, 0, 40);
    const copy: ApiServerRig = { ...rig, world: restore(checkpoint(rig.world)) };
    const read: ApiServerRig = { ...rig, world: decodeWorld(encodeWorld(rig.world)) };
    expect(memoryOf(copy).calls.size).toBeGreaterThan(memoryOf(copy).caches.size);
    const worlds = [rig, copy, read].map((each) => {
      work(each, 40, 80);
      run(each, 30 * SECOND);
      return hashWorld(each.world);
    });
    expect(new Set(worlds).size).toBe(1);
    const again = rigWithAccount();
    work(again, 0, 80);
    run(again, 30 * SECOND);
    expect(hashWorld(again.world)).toBe(worlds[0]);
  });
});
