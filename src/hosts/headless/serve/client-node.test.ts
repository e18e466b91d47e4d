import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  codeOf,
  configMap,
  listOf,
  names,
  namespace,
  libraries,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type ListApi,
  type ObjectApi,
  type Served,
  type Thing,
} from './testing-client-node.ts';

/**
 * `@kubernetes/client-node` against the served API, over TLS with the written kubeconfig. What it does by itself (its
 * informer's reconnects, its choice of content types) is the point: nothing of the server is asked in another way.
 */
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

describe.skipIf(libraries === undefined).each(clientNodes)(
  'client-node $version: the API',
  ({ library }) => {
    let served: Served;
    let core: Api & ListApi;
    let apps: Api & ListApi;
    let objects: ObjectApi;
    beforeAll(async () => {
      served = await openClient(library);
      core = served.config.makeApiClient(served.library.CoreV1Api);
      apps = served.config.makeApiClient(served.library.AppsV1Api);
      objects = served.library.KubernetesObjectApi.makeApiClient(served.config);
    }, START_MILLIS);
    afterAll(() => served.close());

    test('reads the written kubeconfig: server, certificate, context', async () => {
      expect(served.config.getCurrentContext()).toBe('kubernetes-admin@kubarium');
      const cluster = served.config.getCurrentCluster();
      expect(cluster?.server).toBe(served.cluster.address.replace('http:', 'https:'));
      expect(Buffer.from(cluster?.caData ?? '', 'base64').toString()).toContain(
        'BEGIN CERTIFICATE',
      );
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
      const merge = await patch(PatchStrategy.MergePatch, {
        metadata: { labels: { by: 'merge' } },
      });
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
      const scale = await call(apps, 'readNamespacedDeploymentScale', {
        namespace,
        name: 'scaled',
      });
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
            await call(apps, 'listNamespacedReplicaSet', {
              namespace,
              labelSelector: `app=${name}`,
            }),
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
  },
);

function containerNames(thing: Thing): readonly string[] {
  const { template } = thing.spec as {
    template: { spec: { containers: readonly { name: string }[] } };
  };
  return template.spec.containers.map(({ name }) => name).toSorted();
}
