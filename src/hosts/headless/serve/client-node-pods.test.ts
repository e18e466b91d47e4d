import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNode,
  namespace,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type ListApi,
  type Served,
} from './testing-client-node.ts';

/** What `@kubernetes/client-node` asks of running Pods: logs, exec, metrics. */
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

function collector(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}
