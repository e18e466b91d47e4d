import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  clientNode,
  openClient,
  type Api,
  type Informer,
  type ListApi,
  type ObjectApi,
  type Served,
  type Thing,
} from './testing-client-node.ts';

/**
 * `@kubernetes/client-node` against the served API, over TLS with the written kubeconfig. What it does by itself (its
 * informer's reconnects, its choice of content types) is the point: nothing of the server is asked in another way.
 */
const namespace = 'default';
const POLL = { timeout: 20_000, interval: 25 };

const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] },
    },
  },
});

const codeOf = async (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => 0,
    (error: { readonly code?: number }) => error.code,
  );

describe.skipIf(clientNode === undefined)('client-node: the API', () => {
  let served: Served;
  let core: Api & ListApi;
  let apps: Api & ListApi;
  let objects: ObjectApi;
  beforeAll(async () => {
    served = await openClient();
    core = served.config.makeApiClient(served.library.CoreV1Api);
    apps = served.config.makeApiClient(served.library.AppsV1Api);
    objects = served.library.KubernetesObjectApi.makeApiClient(served.config);
  });
  afterAll(() => served.close());

  test('reads the written kubeconfig: server, certificate, context', async () => {
    expect(served.config.getCurrentContext()).toBe('kubernetes-admin@kubarium');
    const cluster = served.config.getCurrentCluster();
    expect(cluster?.server).toBe(served.cluster.address.replace('http:', 'https:'));
    expect(Buffer.from(cluster?.caData ?? '', 'base64').toString()).toContain('BEGIN CERTIFICATE');
    const version = await served.config.makeApiClient(served.library.VersionApi)['getCode']?.({});
    expect(version).toMatchObject({ major: '1', minor: '35' });
  });

  test('a wrong token is refused with 401, and one that is not needed over http is taken', async () => {
    const with_ = (server: string, token: string) => {
      const config = new served.library.KubeConfig();
      config.loadFromOptions({
        clusters: [{ name: 'c', server, skipTLSVerify: true }],
        users: [{ name: 'u', token }],
        contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
        currentContext: 'x',
      });
      return config.makeApiClient(served.library.CoreV1Api);
    };
    const { address, token } = served.cluster;
    expect(await codeOf(call(with_(address, 'wrong'), 'listNamespace', {}))).toBe(401);
    expect(await codeOf(call(with_(address, token), 'listNamespace', {}))).toBe(0);
  });

  test('create, read, replace, list by label in pages, delete', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await call(core, 'createNamespacedConfigMap', {
        namespace,
        body: { ...configMap(name, { a: '1' }), metadata: { name, labels: { set: 'page' } } },
      });
    }
    const first = await call(core, 'listNamespacedConfigMap', {
      namespace,
      labelSelector: 'set=page',
      limit: 2,
    });
    expect(names(first)).toEqual(['page-a', 'page-b']);
    const rest = await call(core, 'listNamespacedConfigMap', {
      namespace,
      labelSelector: 'set=page',
      limit: 2,
      _continue: listOf(first).metadata._continue,
    });
    expect(names(rest)).toEqual(['page-c']);
    const read = await call(core, 'readNamespacedConfigMap', { namespace, name: 'page-a' });
    const replaced = await call(core, 'replaceNamespacedConfigMap', {
      namespace,
      name: 'page-a',
      body: { ...read, data: { a: '2' } },
    });
    expect(replaced.data).toEqual({ a: '2' });
    // The version that was read is no longer the newest.
    const late = call(core, 'replaceNamespacedConfigMap', {
      namespace,
      name: 'page-a',
      body: { ...read, data: { a: '3' } },
    });
    expect(await codeOf(late)).toBe(409);
    await call(core, 'deleteNamespacedConfigMap', { namespace, name: 'page-a' });
    const gone = call(core, 'readNamespacedConfigMap', { namespace, name: 'page-a' });
    expect(await codeOf(gone)).toBe(404);
    await call(core, 'deleteCollectionNamespacedConfigMap', {
      namespace,
      labelSelector: 'set=page',
    });
    const none = await call(core, 'listNamespacedConfigMap', {
      namespace,
      labelSelector: 'set=page',
    });
    expect(names(none)).toEqual([]);
  });

  test('what is refused comes as a Status that the library understands', async () => {
    const body = { metadata: { name: 'Not A Name' }, data: {} };
    const refused: { readonly code?: number; readonly body?: string } = await call(
      core,
      'createNamespacedConfigMap',
      { namespace, body },
    ).then(
      () => ({}),
      (error: { readonly code?: number; readonly body?: string }) => error,
    );
    expect(refused.code).toBe(422);
    expect(JSON.parse(refused.body ?? '{}')).toMatchObject({ kind: 'Status', reason: 'Invalid' });
  });

  test('each kind of patch', async () => {
    await call(apps, 'createNamespacedDeployment', { namespace, body: deployment('patched', 0) });
    const patch = (type: string, body: unknown, more: object = {}) =>
      call(
        apps,
        'patchNamespacedDeployment',
        { namespace, name: 'patched', body, ...more },
        served.library.setHeaderOptions('Content-Type', type),
      );
    const { PatchStrategy } = served.library;
    const json = await patch(PatchStrategy.JsonPatch, [
      { op: 'replace', path: '/spec/replicas', value: 1 },
    ]);
    expect(json.spec).toMatchObject({ replicas: 1 });
    const merge = await patch(PatchStrategy.MergePatch, { metadata: { labels: { by: 'merge' } } });
    expect(merge.metadata.labels).toEqual({ by: 'merge' });
    const sidecar = { name: 'side', image: 'busybox:1.37' };
    const strategic = await patch(PatchStrategy.StrategicMergePatch, {
      spec: { template: { spec: { containers: [sidecar] } } },
    });
    expect(containerNames(strategic)).toEqual(['side', 'web']);
    const applied = await patch(
      PatchStrategy.ServerSideApply,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'patched', annotations: { by: 'apply' } },
      },
      { fieldManager: 'a-test' },
    );
    expect(applied.metadata.annotations).toMatchObject({ by: 'apply' });
    // Another manager's field is not taken without force.
    const conflict = patch(
      PatchStrategy.ServerSideApply,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'patched' },
        spec: { replicas: 5 },
      },
      { fieldManager: 'a-test' },
    );
    expect(await codeOf(conflict)).toBe(409);
    // Without a header the library says JSON patch.
    const plain = await call(apps, 'patchNamespacedDeployment', {
      namespace,
      name: 'patched',
      body: [{ op: 'test', path: '/spec/replicas', value: 1 }],
    });
    expect(plain.spec).toMatchObject({ replicas: 1 });
  });

  test('scale is a subresource of its own', async () => {
    await call(apps, 'createNamespacedDeployment', { namespace, body: deployment('scaled', 0) });
    const scale = await call(apps, 'readNamespacedDeploymentScale', { namespace, name: 'scaled' });
    expect(scale).toMatchObject({ kind: 'Scale', spec: {} });
    await call(apps, 'replaceNamespacedDeploymentScale', {
      namespace,
      name: 'scaled',
      body: { ...scale, spec: { replicas: 2 } },
    });
    const read = await call(apps, 'readNamespacedDeployment', { namespace, name: 'scaled' });
    expect(read.spec).toMatchObject({ replicas: 2 });
  });

  test.each(['Background', 'Foreground', 'Orphan'])(
    'delete with propagation %s',
    async (policy) => {
      const name = `left-${policy.toLowerCase()}`;
      await call(apps, 'createNamespacedDeployment', { namespace, body: deployment(name, 1) });
      const owned = async () =>
        listOf(
          await call(apps, 'listNamespacedReplicaSet', { namespace, labelSelector: `app=${name}` }),
        ).items;
      await expect.poll(async () => (await owned()).length, POLL).toBe(1);
      await call(apps, 'deleteNamespacedDeployment', {
        namespace,
        name,
        body: { propagationPolicy: policy },
      });
      const isGone = () => codeOf(call(apps, 'readNamespacedDeployment', { namespace, name }));
      await expect.poll(isGone, POLL).toBe(404);
      if (policy === 'Orphan') {
        expect((await owned()).map((each) => each.metadata.ownerReferences)).toEqual([undefined]);
      } else await expect.poll(async () => (await owned()).length, POLL).toBe(0);
    },
  );

  test('KubernetesObjectApi: any kind, custom ones included', async () => {
    await objects.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'lamps.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'lamps', singular: 'lamp', kind: 'Lamp' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: { watts: { type: 'integer', maximum: 100 } },
                  },
                },
              },
            },
          },
        ],
      },
    });
    const lamp = {
      apiVersion: 'example.com/v1',
      kind: 'Lamp',
      metadata: { name: 'desk', namespace },
    };
    // The definition is served a moment after it was accepted.
    await expect
      .poll(
        () =>
          objects.create({ ...lamp, spec: { watts: 8 } }).then(
            () => 0,
            () => 1,
          ),
        POLL,
      )
      .toBe(0);
    expect((await objects.read(lamp)).spec).toEqual({ watts: 8 });
    const patched = await objects.patch(
      { ...lamp, spec: { watts: 9 } },
      undefined,
      undefined,
      'a-test',
      undefined,
      served.library.PatchStrategy.MergePatch,
    );
    expect(patched.spec).toEqual({ watts: 9 });
    const applied = await objects.patch(
      { ...lamp, spec: { watts: 10 } },
      undefined,
      undefined,
      'a-test',
      true,
      served.library.PatchStrategy.ServerSideApply,
    );
    expect(applied.spec).toEqual({ watts: 10 });
    expect(await codeOf(objects.replace({ ...applied, spec: { watts: 1000 } }))).toBe(422);
    expect(names(await objects.list('example.com/v1', 'Lamp', namespace))).toEqual(['desk']);
    await objects.delete(lamp);
    expect(await codeOf(objects.read(lamp))).toBe(404);
    const built = await objects.create(configMap('any-kind', { a: '1' }));
    expect(built.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    await objects.delete(configMap('any-kind', {}), undefined, undefined, 0);
  });

  test('access reviews', async () => {
    const review = await call(
      served.config.makeApiClient(served.library.AuthorizationV1Api),
      'createSelfSubjectAccessReview',
      { body: { spec: { resourceAttributes: { verb: 'delete', resource: 'nodes' } } } },
    );
    expect(review.status).toMatchObject({ allowed: true });
  });

  describe('watch and informer', () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const list = () =>
      core['listNamespacedConfigMap']?.({ namespace, labelSelector: 'inf' }) as Promise<never>;

    test('a watch tells what comes, changes and goes, in order, until it is closed', async () => {
      const seen: string[] = [];
      let ended = false;
      const { metadata } = listOf(await call(core, 'listNamespacedConfigMap', { namespace }));
      const controller = await new served.library.Watch(served.config).watch(
        path,
        { resourceVersion: metadata.resourceVersion, allowWatchBookmarks: true },
        (phase, thing) => seen.push(`${phase} ${thing.metadata.name ?? ''}`),
        () => {
          ended = true;
        },
      );
      await objects.create(configMap('seen', {}));
      await objects.patch(configMap('seen', { a: '1' }));
      await objects.delete(configMap('seen', {}));
      await expect
        .poll(() => seen.filter((each) => each.endsWith(' seen')), POLL)
        .toEqual(['ADDED seen', 'MODIFIED seen', 'DELETED seen']);
      controller.abort();
      await expect.poll(() => ended, POLL).toBe(true);
    });

    test('a watch from a compacted revision is told 410', async () => {
      const { metadata } = listOf(await call(core, 'listNamespacedConfigMap', { namespace }));
      await forgetHistory(served, objects);
      const codes: unknown[] = [];
      await new Promise<void>((resolve) => {
        void new served.library.Watch(served.config).watch(
          path,
          { resourceVersion: metadata.resourceVersion },
          (phase, thing) => codes.push(phase, (thing as { code?: number }).code),
          (error) => {
            if (error !== null) codes.push(error.statusCode ?? error.code);
            resolve();
          },
        );
      });
      expect(codes).toContain(410);
    });

    test('an informer follows through reconnects, a dead API server and 410', async () => {
      const informer: Informer = served.library.makeInformer(served.config, path, list);
      const errors: unknown[] = [];
      informer.on('error', (error) => {
        errors.push(error);
        // As its documentation tells: start again after a while.
        setTimeout(() => void informer.start(), 100);
      });
      const has = (name: string) => () => informer.get(name, namespace)?.data;
      const labelled = (name: string, data: Record<string, string>) => {
        const plain = configMap(name, data);
        return { ...plain, metadata: { ...plain.metadata, labels: { inf: '1' } } };
      };
      await objects.create(labelled('kept', { n: '0' }));
      await informer.start();
      await expect.poll(has('kept'), POLL).toEqual({ n: '0' });

      // The API server dies: its connections end, and what happened meanwhile is not missed.
      const process = 'kube-apiserver-cp-1';
      const { session } = served.cluster;
      session.lab({ kind: 'inject-fault', fault: 'process-stopped', params: { process } });
      await expect.poll(() => errors.length, POLL).toBeGreaterThan(0);
      session.lab({ kind: 'heal-all' });
      await expect
        .poll(
          () =>
            objects.patch(labelled('kept', { n: '1' })).then(
              () => 0,
              () => 1,
            ),
          POLL,
        )
        .toBe(0);
      await expect.poll(has('kept'), POLL).toEqual({ n: '1' });

      // It was away so long that what it would go on from is compacted: it lists anew.
      await informer.stop();
      const last = informer.latestResourceVersion();
      await objects.create(labelled('new', { n: '2' }));
      await objects.delete(labelled('kept', {}));
      await forgetHistory(served, objects);
      await informer.start();
      await expect.poll(has('new'), POLL).toEqual({ n: '2' });
      await expect.poll(has('kept'), POLL).toBeUndefined();
      expect(Number(informer.latestResourceVersion())).toBeGreaterThan(Number(last));
      await informer.stop();
    });
  });

  test('leader election over a Lease: one leads, the other takes over when it stops renewing', async () => {
    const leases = served.config.makeApiClient(served.library.CoordinationV1Api);
    const micros = () => new served.library.V1MicroTime();
    const candidate = (identity: string) => createCandidate(leases, identity, micros);
    const [a, b] = [candidate('a'), candidate('b')];
    const outcomes = await Promise.all([a.attempt(), b.attempt()]);
    expect(outcomes.filter((leads) => leads)).toHaveLength(1);
    const [leader, other] = outcomes[0] === true ? [a, b] : [b, a];
    expect(await leader.attempt()).toBe(true);
    expect(await other.attempt()).toBe(false);
    // The leader is silent from now on; the lease lasts one second.
    await expect.poll(() => other.attempt(), POLL).toBe(true);
    expect(await leader.attempt()).toBe(false);
    const lease = await call(leases, 'readNamespacedLease', { namespace, name: 'election' });
    expect(lease.spec).toMatchObject({ holderIdentity: other.identity, leaseTransitions: 1 });
  });
});

describe.skipIf(clientNode === undefined)('client-node: what runs on nodes', () => {
  let served: Served;
  let core: Api & ListApi;
  beforeAll(async () => {
    served = await openClient({ nodes: 1, waitForNodes: true, speed: 20 });
    core = served.config.makeApiClient(served.library.CoreV1Api);
    await call(core, 'createNamespacedPod', {
      namespace,
      body: {
        metadata: { name: 'talks' },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'busybox:1.37',
              command: ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done'],
            },
          ],
        },
      },
    });
  });
  afterAll(() => served.close());

  test('a Pod comes to run', async () => {
    await expect
      .poll(
        async () =>
          (await call(core, 'readNamespacedPod', { namespace, name: 'talks' })).status?.['phase'],
        { timeout: 60_000, interval: 100 },
      )
      .toBe('Running');
  });

  /** What the server answers to a plain GET. */
  const codeAt = async (path: string): Promise<number> => {
    const headers = { authorization: `Bearer ${served.cluster.token}` };
    const answer = await fetch(`${served.cluster.address}${path}`, { headers });
    await answer.body?.cancel();
    return answer.status;
  };

  test('Log: the end of it, and following', async ({ skip }) => {
    if ((await codeAt(`/api/v1/namespaces/${namespace}/pods/talks/log`)) === 501) {
      skip('the server answers log with 501 (Not Implemented)');
    }
    const log = new served.library.Log(served.config);
    const some = collector();
    await expect
      .poll(
        async () =>
          (await core['readNamespacedPodLog']?.({ namespace, name: 'talks' })) as unknown as string,
        POLL,
      )
      .toContain('line 3\n');
    await log.log(namespace, 'talks', 'main', some.stream, { follow: false, tailLines: 2 });
    await expect.poll(some.text, POLL).toMatch(/^line \d+\nline \d+\n$/);
    const followed = collector();
    const controller = await log.log(namespace, 'talks', 'main', followed.stream, {
      follow: true,
      tailLines: 1,
    });
    await expect.poll(() => followed.text().split('\n').length, POLL).toBeGreaterThan(4);
    controller.abort();
  });

  test('Exec: output and exit code', async ({ skip }) => {
    const output = collector();
    const status = await new Promise<{ readonly status: string; readonly details?: object }>(
      (resolve, reject) => {
        new served.library.Exec(served.config)
          .exec(
            namespace,
            'talks',
            'main',
            ['sh', '-c', 'echo hello; exit 3'],
            output.stream,
            null,
            null,
            false,
            resolve,
          )
          .catch(reject);
      },
    ).catch((error: unknown) => {
      if (String(error).includes('response: 501')) skip('the server answers exec with 501');
      throw error;
    });
    expect(output.text()).toBe('hello\n');
    expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(status.details).toMatchObject({ causes: [{ reason: 'ExitCode', message: '3' }] });
  });

  test('Metrics', async ({ skip }) => {
    if ((await codeAt('/apis/metrics.k8s.io/v1beta1')) === 404) {
      skip('the cluster has no metrics server');
    }
    const metrics = new served.library.Metrics(served.config);
    const nodes = () =>
      metrics.getNodeMetrics().then(
        ({ items }) => items.map((each) => each.metadata.name),
        () => [],
      );
    await expect.poll(nodes, { ...POLL, timeout: 40_000 }).toContain('node-1');
    const pods = () => metrics.getPodMetrics(namespace).then(({ items }) => items.length);
    await expect.poll(pods, { ...POLL, timeout: 40_000 }).toBe(1);
  });
});

function call(
  api: Api & ListApi,
  method: string,
  request: object,
  options?: unknown,
): Promise<Thing> {
  const found = api[method];
  if (found === undefined) throw new Error(`the library has no ${method}`);
  // A method of a class of the library: it needs its object.
  return (found as Api[string]).call(api, request, options) as Promise<Thing>;
}

/** What a listing method answered. */
function listOf(answer: unknown): Awaited<ReturnType<ListApi[string]>> {
  return answer as Awaited<ReturnType<ListApi[string]>>;
}

function names(answer: unknown): readonly (string | undefined)[] {
  return listOf(answer).items.map((each) => each.metadata.name);
}

function containerNames(thing: Thing): readonly string[] {
  const { template } = thing.spec as {
    template: { spec: { containers: readonly { name: string }[] } };
  };
  return template.spec.containers.map(({ name }) => name).toSorted();
}

/**
 * Lets more than two of the API server's compactions pass, five minutes apart, with writes for them to take away; then the
 * API server starts anew, for its watch cache would still know what etcd has forgotten.
 */
async function forgetHistory({ cluster }: Served, objects: ObjectApi): Promise<void> {
  const { session } = cluster;
  for (let minute = 0; minute < 13; minute++) {
    session.advance(session.world.now + 60_000_000, Number.MAX_SAFE_INTEGER);
    const name = `written-${session.world.now}`;
    await objects.create(configMap(name, {}));
    await objects.delete(configMap(name, {}));
  }
  const params = { process: 'kube-apiserver-cp-1' };
  session.lab({ kind: 'inject-fault', fault: 'process-stopped', params });
  session.advance(session.world.now + 1_000_000, Number.MAX_SAFE_INTEGER);
  session.lab({ kind: 'heal-all' });
  await expect
    .poll(
      () =>
        objects.list('v1', 'ConfigMap', namespace).then(
          () => 0,
          () => 1,
        ),
      POLL,
    )
    .toBe(0);
}

function collector(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}

/**
 * A candidate as client-go's rules have it, by the library's API of Leases: it takes what is free or has not been renewed
 * for as long as it lasts by the candidate's own clock, and a conflict means that another was quicker.
 */
function createCandidate(leases: Api & ListApi, identity: string, micros: () => Date) {
  const name = 'election';
  const leaseSeconds = 1;
  let seen = { renewed: '', at: 0 };
  const spec = (transitions: number) => ({
    holderIdentity: identity,
    leaseDurationSeconds: leaseSeconds,
    renewTime: micros(),
    acquireTime: micros(),
    leaseTransitions: transitions,
  });
  return {
    identity,
    async attempt(): Promise<boolean> {
      try {
        const lease = await call(leases, 'readNamespacedLease', { namespace, name });
        const old = lease.spec ?? {};
        const renewed = JSON.stringify(old['renewTime']);
        if (renewed !== seen.renewed) seen = { renewed, at: Date.now() };
        const isMine = old['holderIdentity'] === identity;
        if (!isMine && Date.now() - seen.at < leaseSeconds * 1000) return false;
        const transitions = Number(old['leaseTransitions'] ?? 0) + (isMine ? 0 : 1);
        await call(leases, 'replaceNamespacedLease', {
          namespace,
          name,
          body: { ...lease, spec: spec(transitions) },
        });
        return true;
      } catch (error) {
        const { code } = error as { readonly code?: number };
        if (code === 409) return false;
        if (code !== 404) throw error;
      }
      const body = { metadata: { name, namespace }, spec: spec(0) };
      return (await codeOf(call(leases, 'createNamespacedLease', { namespace, body }))) === 0;
    },
  };
}
