import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  codeOf,
  configMap,
  libraries,
  namespace,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type ListApi,
  type ObjectApi,
  type Served,
  type Thing,
} from './testing-client-node.ts';

/** What `@kubernetes/client-node` does with kinds that it has no types for, and with kinds of patches by any kind. */
describe.skipIf(libraries === undefined).each(clientNodes)(
  'client-node $version: custom resources and any kind',
  ({ library }) => {
    let served: Served;
    let core: Api & ListApi;
    let custom: Api & ListApi;
    let objects: ObjectApi;
    const where = { group: 'example.com', version: 'v1', namespace, plural: 'lamps' };
    const lamp = (name: string, spec: object) => ({
      apiVersion: 'example.com/v1',
      kind: 'Lamp',
      metadata: { name, namespace },
      spec,
    });
    beforeAll(async () => {
      served = await openClient(library);
      core = served.config.makeApiClient(served.library.CoreV1Api);
      custom = served.config.makeApiClient(served.library.CustomObjectsApi);
      objects = served.library.KubernetesObjectApi.makeApiClient(served.config);
      const definitions = served.config.makeApiClient(served.library.ApiextensionsV1Api);
      await call(definitions, 'createCustomResourceDefinition', { body: lampDefinition });
    }, START_MILLIS);
    afterAll(() => served.close());

    test('CustomObjectsApi: create, read, list, replace, patch, status, scale, delete', async () => {
      const made = (): Promise<number | undefined> =>
        codeOf(
          call(custom, 'createNamespacedCustomObject', {
            ...where,
            body: lamp('desk', { watts: 8 }),
          }),
        );
      // The definition is served a moment after it was accepted.
      await expect.poll(made, POLL).toBe(0);
      const one = { ...where, name: 'desk' };
      const read = await call(custom, 'getNamespacedCustomObject', one);
      // What the schema defaults is there.
      expect(read.spec).toEqual({ watts: 8, bulbs: 1 });
      const replaced = await call(custom, 'replaceNamespacedCustomObject', {
        ...one,
        body: { ...read, spec: { watts: 9, bulbs: 2 } },
      });
      expect(replaced.spec).toEqual({ watts: 9, bulbs: 2 });
      const merge = served.library.setHeaderOptions(
        'Content-Type',
        served.library.PatchStrategy.MergePatch,
      );
      const patched = await call(
        custom,
        'patchNamespacedCustomObject',
        { ...one, body: { spec: { watts: 10 } } },
        merge,
      );
      expect(patched.spec).toEqual({ watts: 10, bulbs: 2 });
      const tooMuch = { ...one, body: { spec: { watts: 1000 } } };
      expect(await codeOf(call(custom, 'patchNamespacedCustomObject', tooMuch, merge))).toBe(422);
      const lit = await call(
        custom,
        'patchNamespacedCustomObjectStatus',
        { ...one, body: { status: { lit: 2 } } },
        merge,
      );
      expect([lit.spec, lit.status]).toEqual([{ watts: 10, bulbs: 2 }, { lit: 2 }]);
      const scale = await call(custom, 'getNamespacedCustomObjectScale', one);
      expect(scale).toMatchObject({
        kind: 'Scale',
        spec: { replicas: 2 },
        status: { replicas: 2 },
      });
      await call(
        custom,
        'patchNamespacedCustomObjectScale',
        { ...one, body: { spec: { replicas: 3 } } },
        merge,
      );
      const scaled = await call(custom, 'getNamespacedCustomObject', one);
      expect(scaled.spec).toEqual({ watts: 10, bulbs: 3 });
      const list = (await call(custom, 'listNamespacedCustomObject', where)) as unknown as {
        readonly kind: string;
        readonly items: readonly Thing[];
      };
      expect([list.kind, list.items.map(({ metadata }) => metadata.name)]).toEqual([
        'LampList',
        ['desk'],
      ]);
      await call(custom, 'deleteNamespacedCustomObject', one);
      expect(await codeOf(call(custom, 'getNamespacedCustomObject', one))).toBe(404);
    });

    test('KubernetesObjectApi: every kind of patch', async () => {
      const { PatchStrategy } = served.library;
      const pod = (containers: readonly object[]) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'patched', namespace },
        spec: { containers },
      });
      await objects.create(pod([{ name: 'main', image: 'nginx:1.29' }]));
      const patch = (spec: object, strategy: string | undefined): Promise<Thing> =>
        objects.patch(spec, undefined, undefined, 'a-test', undefined, strategy);
      const images = ({ spec }: Thing): unknown =>
        (spec as { containers: readonly { image: string }[] }).containers.map(({ image }) => image);
      // It says strategic merge where nothing else is said: the list is merged by its key.
      const strategic = await patch(pod([{ name: 'main', image: 'nginx:1.28' }]), undefined);
      expect(images(strategic)).toEqual(['nginx:1.28']);
      const plain = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'patched', namespace } };
      const merged = await patch(
        { ...plain, metadata: { ...plain.metadata, labels: { by: 'merge' } } },
        PatchStrategy.MergePatch,
      );
      expect([merged.metadata.labels, images(merged)]).toEqual([{ by: 'merge' }, ['nginx:1.28']]);
      const applied = await patch(
        { ...plain, metadata: { ...plain.metadata, annotations: { by: 'apply' } } },
        PatchStrategy.ServerSideApply,
      );
      expect(applied.metadata).toMatchObject({
        labels: { by: 'merge' },
        annotations: { by: 'apply' },
      });
      // A list of operations names no object, so it goes by the typed API.
      const operations = await call(core, 'patchNamespacedPod', {
        namespace,
        name: 'patched',
        body: [
          { op: 'test', path: '/metadata/labels/by', value: 'merge' },
          { op: 'replace', path: '/spec/containers/0/image', value: 'nginx:1.27' },
        ],
      });
      expect(images(operations)).toEqual(['nginx:1.27']);
      const wrong = call(core, 'patchNamespacedPod', {
        namespace,
        name: 'patched',
        body: [{ op: 'test', path: '/metadata/labels/by', value: 'other' }],
      });
      expect(await codeOf(wrong)).toBe(422);
    });

    test('an informer tells its listeners what is added, updated and deleted, from the list on', async () => {
      const labels = { told: 'yes' };
      const labelled = (name: string, data: Record<string, string>) => {
        const plain = configMap(name, data);
        return { ...plain, metadata: { ...plain.metadata, labels } };
      };
      await objects.create(labelled('early', { n: '1' }));
      const list = () =>
        core['listNamespacedConfigMap']?.({
          namespace,
          labelSelector: 'told=yes',
        }) as Promise<never>;
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      const informer = served.library.makeInformer(served.config, path, list, 'told=yes');
      const told: string[] = [];
      for (const verb of ['add', 'update', 'delete', 'connect', 'error'])
        informer.on(verb, (thing: Thing | undefined) =>
          told.push([verb, thing?.metadata?.name, thing?.data?.['n']].filter(Boolean).join(' ')),
        );
      await informer.start();
      await objects.create(labelled('late', { n: '1' }));
      await objects.patch(labelled('late', { n: '2' }));
      // Not selected: nothing is told of it.
      await objects.create(configMap('other', { n: '1' }));
      await objects.delete(labelled('early', {}));
      await expect
        .poll(() => told, POLL)
        .toEqual(['connect', 'add early 1', 'add late 1', 'update late 2', 'delete early 1']);
      expect(informer.list(namespace).map(({ metadata }) => metadata.name)).toEqual(['late']);
      await informer.stop();
    });
  },
);

const lampDefinition = {
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
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.bulbs', statusReplicasPath: '.status.lit' },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  watts: { type: 'integer', maximum: 100 },
                  // The library's own name for it: `default` is a word of its language.
                  bulbs: { type: 'integer', _default: 1 },
                },
              },
              status: { type: 'object', properties: { lit: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};
