import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  libraries,
  namespace,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type ListApi,
  type Served,
} from './testing-client-node.ts';

/** What `@kubernetes/client-node` does over WebSockets, both ways: exec with input and a terminal, attach, ports, files. */
describe.skipIf(libraries === undefined).each(clientNodes)(
  'client-node $version: streams into containers',
  ({ library }) => {
    let served: Served;
    let core: Api & ListApi;
    beforeAll(async () => {
      served = await openClient(library, { nodes: 1, waitForNodes: true, speed: 20 });
      core = served.config.makeApiClient(served.library.CoreV1Api);
      const pods = [
        { name: 'shell', image: 'busybox:1.37', command: ['sleep', '1000000'] },
        { name: 'web', image: 'nginx:1.29', ports: [{ containerPort: 80 }] },
        { name: 'listens', image: 'busybox:1.37', command: ['sh'], stdin: true },
      ];
      for (const { name, ...container } of pods) {
        const spec = { containers: [{ name: 'main', ...container }] };
        await call(core, 'createNamespacedPod', {
          namespace,
          body: { metadata: { name }, spec },
        });
      }
      for (const { name } of pods) {
        while ((await phaseOf(name)) !== 'Running') await pause(50);
      }
    }, START_MILLIS);
    afterAll(() => served.close());

    const phaseOf = async (name: string): Promise<unknown> =>
      (await call(core, 'readNamespacedPod', { namespace, name })).status?.['phase'];

    interface Ran {
      readonly out: string;
      readonly err: string;
      readonly status: { readonly status: string; readonly details?: object };
    }

    /** Runs a command in the Pod `shell` and waits for its end. */
    const run = async (
      command: readonly string[],
      { stdin = null, tty = false }: { stdin?: Readable | null; tty?: boolean } = {},
    ): Promise<Ran> => {
      const [out, err] = [collector(), collector()];
      const status = await new Promise<Ran['status']>((resolve, reject) => {
        new served.library.Exec(served.config)
          .exec(namespace, 'shell', 'main', command, out.stream, err.stream, stdin, tty, resolve)
          .catch(reject);
      });
      return { out: out.text(), err: err.text(), status };
    };

    test('Exec: both outputs apart, success and failure as a Status', async () => {
      const ran = await run(['sh', '-c', 'echo out; echo err >&2']);
      expect(ran).toMatchObject({ out: 'out\n', err: 'err\n', status: { status: 'Success' } });
      const { status } = await run(['sh', '-c', 'exit 7']);
      expect(status).toMatchObject({
        status: 'Failure',
        details: { causes: [{ reason: 'ExitCode', message: '7' }] },
      });
    });

    test('Exec: what is typed reaches the command', async () => {
      const stdin = new PassThrough();
      const out = collector();
      const connection = await new served.library.Exec(served.config).exec(
        namespace,
        'shell',
        'main',
        ['sh'],
        out.stream,
        null,
        stdin,
        false,
        () => undefined,
      );
      stdin.write('echo first $((40 + 2))\n');
      await expect.poll(out.text, POLL).toContain('first 42\n');
      stdin.write('echo second\n');
      await expect.poll(out.text, POLL).toContain('second\n');
      connection.close();
    });

    test('Exec: a terminal shows what is typed, and its size may change', async () => {
      const out = Object.assign(new PassThrough(), { rows: 33, columns: 121 });
      let text = '';
      let hasEnded = false;
      out.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const stdin = new PassThrough();
      const connection = await new served.library.Exec(served.config).exec(
        namespace,
        'shell',
        'main',
        ['sh'],
        out,
        null,
        stdin,
        true,
        () => {
          hasEnded = true;
        },
      );
      stdin.write('echo $((40 + 2))\n');
      await expect.poll(() => text, POLL).toContain('/ # echo $((40 + 2))\r\n42\r\n/ # ');
      out.columns = 80;
      out.emit('resize');
      stdin.write('exit\n');
      await expect.poll(() => hasEnded, POLL).toBe(true);
      connection.close();
    });

    test('Exec: what cannot be run is refused with the reason', async () => {
      const { status } = await run(['no-such-program']);
      expect(status.status).toBe('Failure');
      const gone = new served.library.Exec(served.config).exec(
        namespace,
        'no-such-pod',
        'main',
        ['true'],
        null,
        null,
        null,
        false,
        () => undefined,
      );
      await expect(gone).rejects.toMatchObject({ message: expect.stringContaining('404') });
    });

    test('Attach: what is typed reaches the program that runs', async () => {
      const out = collector();
      const stdin = new PassThrough();
      const connection = await new served.library.Attach(served.config).attach(
        namespace,
        'listens',
        'main',
        out.stream,
        null,
        stdin,
        false,
      );
      stdin.write('echo hello, $HOSTNAME\n');
      await expect.poll(out.text, POLL).toContain('hello, listens\n');
      connection.close();
    });

    test('PortForward: a request to a server in a Pod', async () => {
      const out = collector();
      const input = new PassThrough();
      const opened = await new served.library.PortForward(served.config).portForward(
        namespace,
        'web',
        [80],
        out.stream,
        null,
        input,
      );
      input.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await expect.poll(out.text, POLL).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Welcome to nginx!/);
      (typeof opened === 'function' ? opened() : opened)?.close();
    });

    test('Cp: a folder of files reaches the container', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kubarium-cp-'));
      writeFileSync(join(folder, 'one.txt'), 'the first file\n');
      writeFileSync(join(folder, 'two.txt'), `${'long '.repeat(5000)}\n`);
      await new served.library.Cp(served.config).cpToPod(
        namespace,
        'shell',
        'main',
        folder,
        '/tmp',
      );
      const content = async (): Promise<string> => (await run(['cat', '/tmp/one.txt'])).out;
      await expect.poll(content, POLL).toBe('the first file\n');
      const size = async (): Promise<string> => (await run(['wc', '-c', '/tmp/two.txt'])).out;
      await expect.poll(size, POLL).toMatch(/^\s*25001 /);
      rmSync(folder, { recursive: true, force: true });
    });

    test('Health', async () => {
      const health = new served.library.Health(served.config);
      expect([await health.readyz({}), await health.livez({})]).toEqual([true, true]);
    });
  },
);

function collector(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}
