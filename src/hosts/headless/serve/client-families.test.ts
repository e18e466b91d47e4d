import { createRequire } from 'node:module';
import type { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  configMap,
  libraries,
  libraryOf,
  namespace,
  openClient,
  POLL,
  START_MILLIS,
  type Served,
  type Thing,
} from './testing-client-node.ts';

/**
 * Libraries that other people have built on `@kubernetes/client-node`, and one of another family. They find the cluster as
 * they do anywhere: by `KUBECONFIG`.
 */
describe.skipIf(libraries === undefined)('other client libraries', () => {
  let served: Served;
  const before = { ...process.env };
  beforeAll(async () => {
    served = await openClient(clientNodes[0]?.library);
    process.env['KUBECONFIG'] = served.kubeconfig;
    // What says that one runs in a cluster; the elector stands down without it.
    process.env['KUBERNETES_SERVICE_HOST'] = '127.0.0.1';
  }, START_MILLIS);
  afterAll(async () => {
    for (const name of ['KUBECONFIG', 'KUBERNETES_SERVICE_HOST']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await served.close();
  });

  describe('leader election by a class (kubernetes-leader-election; client-node has none of its own)', () => {
    interface Elector extends EventEmitter {
      readonly current_leader: boolean;
      readonly identity: string;
      lease_renewal_timeout: NodeJS.Timeout | null;
      watch_controller?: AbortController;
      start(): Promise<void>;
      stop(): Promise<void>;
    }
    const electors: Elector[] = [];
    const elector = async (identity: string): Promise<Elector> => {
      const module = (await libraryOf('@codedependant/kubernetes-leader-election/index.js')) as {
        readonly default: { readonly Elector: new (options: object) => Elector };
      };
      const made = new module.default.Elector({
        identity,
        namespace,
        lease_name: 'elected',
        lease_duration_sec: 2,
        renew_interval_ms: 300,
        auto_close: false,
        wait_for_leadership: true,
      });
      electors.push(made);
      return made;
    };
    const holder = async (): Promise<unknown> => {
      const leases = served.config.makeApiClient(served.library.CoordinationV1Api);
      const lease = await call(leases, 'readNamespacedLease', { namespace, name: 'elected' });
      return lease.spec?.['holderIdentity'];
    };
    afterAll(async () => {
      for (const each of electors) await each.stop();
    });

    test('one leads and renews, another takes over when it is silent, a third when it resigns', {
      timeout: 60_000,
    }, async () => {
      const first = await elector('first');
      let renewals = 0;
      first.on('lease_renewed', () => {
        renewals += 1;
      });
      await first.start();
      expect([first.current_leader, await holder()]).toEqual([true, 'first']);
      await expect.poll(() => renewals, POLL).toBeGreaterThan(1);
      // It dies: nothing is renewed, nothing released.
      if (first.lease_renewal_timeout !== null) clearTimeout(first.lease_renewal_timeout);
      first.watch_controller?.abort();
      const second = await elector('second');
      await second.start();
      expect([second.current_leader, await holder()]).toEqual([true, 'second']);

      const third = await elector('third');
      const starting = third.start();
      await pause(300);
      expect([third.current_leader, await holder()]).toEqual([false, 'second']);
      // The third may have it as soon as it is let go.
      await second.stop();
      await starting;
      expect([third.current_leader, await holder()]).toEqual([true, 'third']);
    });
  });

  test('kubernetes-fluent-client: server-side apply, read, patch, watch, delete', async () => {
    interface Resources {
      InNamespace(namespace: string): Resources;
      Get(name?: string): Promise<Thing & { readonly items?: readonly Thing[] }>;
      Apply(object: object): Promise<Thing>;
      Patch(operations: readonly object[]): Promise<Thing>;
      Delete(name: string): Promise<void>;
      Watch(onEvent: (object: Thing, phase: string) => void): {
        start(): Promise<unknown>;
        close(): void;
      };
    }
    const { K8s, kind } = (await libraryOf('kubernetes-fluent-client/dist/index.js')) as {
      readonly K8s: (kind: unknown, filters?: object) => Resources;
      readonly kind: Readonly<Record<'ConfigMap' | 'Namespace', unknown>>;
    };
    const maps = K8s(kind.ConfigMap).InNamespace(namespace);
    const seen: string[] = [];
    const watcher = maps.Watch((object, phase) => {
      if (object.metadata.name === 'fluent') seen.push(`${phase} ${object.data?.['a'] ?? ''}`);
    });
    await watcher.start();
    const applied = await K8s(kind.ConfigMap).Apply(configMap('fluent', { a: '1' }));
    expect(applied.data).toEqual({ a: '1' });
    expect((await K8s(kind.ConfigMap).InNamespace(namespace).Get('fluent')).data).toEqual({
      a: '1',
    });
    const patched = await K8s(kind.ConfigMap, { name: 'fluent', namespace }).Patch([
      { op: 'replace', path: '/data/a', value: '2' },
    ]);
    expect(patched.data).toEqual({ a: '2' });
    const namespaces = await K8s(kind.Namespace).Get();
    expect(namespaces.items?.map(({ metadata }) => metadata.name)).toContain('kube-system');
    await K8s(kind.ConfigMap).InNamespace(namespace).Delete('fluent');
    await expect.poll(() => seen, POLL).toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
    watcher.close();
  });

  test('kubernetes-client: what it offers comes from the OpenAPI document of the server', async () => {
    interface Answer {
      readonly statusCode: number;
      readonly body: Thing & { readonly items?: readonly Thing[] };
    }
    interface Endpoint {
      readonly configmaps: Endpoint & ((name: string) => Endpoint);
      readonly namespaces: Endpoint & ((name: string) => Endpoint);
      readonly watch: Endpoint;
      get(): Promise<Answer>;
      post(request: object): Promise<Answer>;
      patch(request: object): Promise<Answer>;
      delete(): Promise<Answer>;
      getObjectStream(): Promise<EventEmitter & { destroy(): void }>;
    }
    const load = createRequire(join(libraries ?? '', 'package.json'));
    const { Client, KubeConfig } = load('kubernetes-client') as {
      readonly Client: new (
        options: object,
      ) => {
        loadSpec(): Promise<void>;
        readonly api: { readonly v1: Endpoint };
      };
      readonly KubeConfig: new () => { loadFromFile(path: string): void };
    };
    const Backend = load('kubernetes-client/backends/request') as new (options: object) => object;
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(served.kubeconfig);
    const client = new Client({ backend: new Backend({ kubeconfig }) });
    await client.loadSpec();
    const { v1 } = client.api;
    const maps = v1.namespaces(namespace).configmaps;
    // The older way to watch, by its path.
    const stream = await v1.watch.namespaces(namespace).configmaps.getObjectStream();
    const seen: string[] = [];
    stream.on('data', ({ type, object }: { readonly type: string; readonly object: Thing }) => {
      if (object.metadata.name === 'older') seen.push(type);
    });
    await pause(50);
    const made = await maps.post({ body: configMap('older', { a: '1' }) });
    expect([made.statusCode, made.body.data]).toEqual([201, { a: '1' }]);
    const patched = await maps('older').patch({ body: { data: { a: '2' } } });
    expect([patched.statusCode, patched.body.data]).toEqual([200, { a: '2' }]);
    const listed = await maps.get();
    expect(listed.body.items?.map(({ metadata }) => metadata.name)).toContain('older');
    expect((await maps('older').delete()).statusCode).toBe(200);
    await expect.poll(() => seen, POLL).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    stream.destroy();
  });
});
