import { expect, test } from 'vitest';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { KubeRequest } from '../../kubectl/kube-client.ts';
import { kubectl } from '../../kubectl/kubectl/kubectl.ts';
import type { ProgramContext, StreamingKubeClient } from '../../kubectl/program.ts';
import { recordingIo } from '../../kubectl/testing.ts';
import { createDriver, untilNodesReady, type Driver } from '../headless/drive.ts';
import { createSession } from '../session.ts';
import { createStreams } from '../worker/streams.ts';
import { createEngineClient, type EngineTransport } from '../../bridge/engine-client.ts';
import type { EngineMessage, PageMessage } from '../../bridge/protocol.ts';

/** The page's own kubectl, over the bridge's messages, before a cluster: exec, attach and followed logs. */

function engineOf(driver: Driver): EngineTransport {
  let hear: (message: EngineMessage) => void = () => undefined;
  const post = (message: EngineMessage): void => hear(structuredClone(message));
  const streams = createStreams(post);
  const { session } = driver;
  return {
    post(given: PageMessage) {
      const message = structuredClone(given);
      if (message.type === 'api') {
        const { id } = message;
        session.request(message.request, {
          onResponse: (response) => post({ type: 'api-result', id, response }),
        });
      } else if (message.type === 'api-stream')
        streams.open(session, message.stream, message.request);
      else if (message.type === 'api-stream-input') {
        const { stream, channel, data, last } = message;
        streams.input(session, stream, { channel, data, ...(last === undefined ? {} : { last }) });
      } else if (message.type === 'api-stream-cancel') streams.close(session, message.stream);
    },
    onMessage(handler) {
      hear = handler;
    },
    onError: () => undefined,
    close: () => undefined,
  };
}

function clientOf(driver: Driver): StreamingKubeClient {
  const client = createEngineClient(() => engineOf(driver));
  return {
    request: (request: KubeRequest) => client.api(request),
    stream(request, { onText, onData }) {
      const opened = client.stream(
        request,
        () => undefined,
        (channel, data) => (onData === undefined ? onText?.(data) : onData(channel, data)),
      );
      return { done: opened.done, send: opened.input, close: opened.close };
    },
  };
}

async function run(
  driver: Driver,
  line: string,
  typed: readonly string[] = [],
  isTerminal = false,
): Promise<string> {
  const waiting = [...typed];
  const { io, printed } = recordingIo({
    readAll: async () => waiting.splice(0).join(''),
    read: async () => waiting.shift(),
    stdinIsTerminal: isTerminal,
    stdoutIsTerminal: isTerminal,
    columns: 120,
  });
  const context: ProgramContext = {
    kube: clientOf(driver),
    now: () => Date.UTC(2026, 0, 1, 9),
    sleep: async (millis) => driver.run(millis * 1000),
    machine: 'laptop',
  };
  let code: number | undefined;
  void kubectl(line.split(' '), io, context).then((ended) => {
    code = ended;
  });
  for (let i = 0; code === undefined && i < 5000; i++) {
    driver.run(10 * MILLISECOND);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  return code === 0 ? printed() : `${printed()}[${code}]`;
}

test('exec, attach and logs of the page’s own kubectl', async () => {
  const driver = createDriver(createSession(createCluster(defaultSetUp({ nodes: 1 }))));
  expect(untilNodesReady(driver, 1)).toBe(true);
  const script = 'for i in 1 2 3; do echo line $i; sleep 5; done';
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'box' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'a', image: 'busybox:1.36', command: ['sh', '-c', `${script}; sleep infinity`] },
        { name: 'b', image: 'busybox:1.36', command: ['sh', '-c', script] },
        { name: 'c', image: 'busybox:1.36', command: ['sh'], stdin: true, stdinOnce: true },
      ],
    },
  };
  driver.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
  driver.run(8 * SECOND);
  expect(await run(driver, 'logs -f box -c b')).toBe('line 1\nline 2\nline 3\n');
  expect(await run(driver, 'exec box -c a -- hostname')).toBe('box\n');
  expect(await run(driver, 'exec box -c a -- false')).toBe(
    'command terminated with exit code 1\n[1]',
  );
  expect(await run(driver, 'exec -i box -c a -- cat', ['one\n', 'two\n'])).toBe('one\ntwo\n');
  expect(
    await run(driver, 'exec -it box -c a -- sh', ['cd /tmp\n', 'pwd\n', 'exit 3\n'], true),
  ).toBe('/ # /tmp # /tmp\n/tmp # command terminated with exit code 3\n[3]');
  expect(await run(driver, 'exec box -c none -- true')).toBe(
    'Error from server (BadRequest): container none is not valid for pod box\n[1]',
  );
  expect(await run(driver, 'attach -q -i box -c c', ['echo attached\n', 'exit 2\n'])).toBe(
    'attached\ncommand terminated with exit code 2\n[2]',
  );
});
