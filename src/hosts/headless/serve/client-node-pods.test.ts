import { existsSync, readFileSync } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  namespace,
  libraries,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type ListApi,
  type Served,
  type Thing,
} from './testing-client-node.ts';

/** What `@kubernetes/client-node` asks of running Pods: logs, exec, metrics. */
describe.skipIf(libraries === undefined).each(clientNodes)(
  'client-node $version: what runs on nodes',
  ({ library }) => {
    let served: Served;
    let core: Api & ListApi;
    beforeAll(async () => {
      served = await openClient(library, { nodes: 1, waitForNodes: true, speed: 20 });
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
                command: [
                  'sh',
                  '-c',
                  'i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done',
                ],
              },
            ],
          },
        },
      });
    }, START_MILLIS);
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
            (await core['readNamespacedPodLog']?.({
              namespace,
              name: 'talks',
            })) as unknown as string,
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

    test.skipIf(!existsSync(metricsServer))(
      'Metrics, topNodes and topPods, once metrics-server is installed by its own manifests',
      async () => {
        const { library, config } = served;
        const objects = library.KubernetesObjectApi.makeApiClient(config);
        for (const object of metricsServerObjects(library)) await objects.create(object);
        const metrics = new library.Metrics(config);
        const nodes = () =>
          metrics.getNodeMetrics().then(
            ({ items }) => items.map((each) => each.metadata.name),
            () => [],
          );
        await expect.poll(nodes, { ...POLL, timeout: 40_000 }).toContain('node-1');
        const pods = () => metrics.getPodMetrics(namespace).then(({ items }) => items.length);
        await expect.poll(pods, { ...POLL, timeout: 40_000 }).toBe(1);
        const [first] = await library.topNodes(core);
        expect(Number(first?.CPU.RequestTotal)).toBeGreaterThan(0);
        const top = await library.topPods(core, metrics, namespace);
        expect(top.map(({ Pod, Containers }) => [Pod.metadata.name, Containers.length])).toEqual([
          ['talks', 1],
        ]);
      },
    );
  },
);

function collector(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  // Of a log that is given up the newer library lets an error fall.
  stream.on('pipe', (source: Readable) => source.on('error', () => undefined));
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}

const metricsServer = fileURLToPath(
  new URL('../../../../../shared/manifests/metrics-server/manifests/base/', import.meta.url),
);

/** What `kubectl apply -k` makes of the folder: every object with the label of the kustomization. */
function metricsServerObjects(library: Served['library']): readonly object[] {
  const labels = { 'k8s-app': 'metrics-server' };
  return ['rbac', 'service', 'deployment', 'apiservice']
    .flatMap((file) => library.loadAllYaml(readFileSync(`${metricsServer}${file}.yaml`, 'utf8')))
    .map((given) => {
      const object = given as Thing & { spec?: { template?: object; selector?: object } };
      const metadata = { ...object.metadata, labels };
      if (object.kind === 'Service') {
        return { ...object, metadata, spec: { ...object.spec, selector: labels } };
      }
      if (object.kind !== 'Deployment') return { ...object, metadata };
      const template = { ...object.spec?.template, metadata: { labels } };
      const spec = { ...object.spec, selector: { matchLabels: labels }, template };
      return { ...object, metadata, spec };
    });
}
