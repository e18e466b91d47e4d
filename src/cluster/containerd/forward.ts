import { answerInPod } from './host.ts';
import type { ContainerdEnv, Runtime, RuntimeStream } from './state.ts';
import { httpText } from '../programs/http-text.ts';
import { CHANNEL } from '../stream-messages.ts';

/** Forwarded connections (`kubectl port-forward`): into the network of the Pod, to whatever listens there. */

/** Opens one; nobody listening is an error that the client is told in the runtime's words. */
export function openForward(
  runtime: Runtime,
  stream: RuntimeStream,
  port: number,
  env: ContainerdEnv,
): void {
  const { id, podUid } = stream;
  const { disk, config, memory } = runtime;
  const fail = (message: string): void =>
    env.send(config.kubelet, { type: 'stream/end', id, code: 500, message });
  const sandbox = disk.sandboxes.get(podUid);
  if (sandbox?.record.state !== 'ready') {
    fail(
      `error forwarding port ${port} to pod ${podUid}: failed to find sandbox in store: not found`,
    );
    return;
  }
  if (answerAt(runtime, podUid, port, '/', env.now) === undefined) {
    const where = `network namespace "/var/run/netns/cni-${podUid}"`;
    fail(
      `error forwarding port ${port} to pod ${podUid}, uid : failed to execute portforward in ${where}: failed to connect to localhost:${port} inside namespace "${podUid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `,
    );
    return;
  }
  memory.streams.set(id, stream);
  env.send(config.kubelet, { type: 'stream/data', id, channel: CHANNEL.out, data: '' });
}

/** The client has said something: complete HTTP requests are answered, everything else is listened to. */
export function forwardedInput(
  runtime: Runtime,
  stream: RuntimeStream,
  data: string,
  last: boolean,
  env: ContainerdEnv,
): void {
  const { id, podUid, call } = stream;
  if (call.kind !== 'port-forward') return;
  const { memory, config } = runtime;
  stream.said += data;
  for (;;) {
    const request = takeRequest(stream);
    if (request === undefined) break;
    const answer = answerAt(runtime, podUid, call.port, request.path, env.now);
    const close = answer === undefined || request.close;
    if (answer?.status !== undefined) {
      const text = httpText(answer.status, answer.body, {
        method: request.method,
        millis: config.epochMillis + env.now / 1000,
        close,
      });
      env.send(config.kubelet, { type: 'stream/data', id, channel: CHANNEL.out, data: text });
    }
    if (close) {
      memory.streams.delete(id);
      env.send(config.kubelet, { type: 'stream/end', id, code: 200, message: '' });
      return;
    }
  }
  if (!last) return;
  memory.streams.delete(id);
  env.send(config.kubelet, { type: 'stream/end', id, code: 200, message: '' });
}

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly close: boolean;
}

const SAID_MAX = 1_000_000;

function takeRequest(stream: RuntimeStream): HttpRequest | undefined {
  const end = stream.said.indexOf('\r\n\r\n');
  if (end < 0) {
    if (stream.said.length > SAID_MAX) stream.said = '';
    return undefined;
  }
  const [first = '', ...lines] = stream.said.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [
        line.slice(0, colon).toLowerCase(),
        line
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      ];
    }),
  );
  const size = Number(headers.get('content-length') ?? 0);
  if (stream.said.length < end + 4 + size) return undefined;
  stream.said = stream.said.slice(end + 4 + size);
  const [method = 'GET', path = '/', version = ''] = first.split(' ');
  const connection = headers.get('connection') ?? '';
  const close = connection === 'close' || (version === 'HTTP/1.0' && connection !== 'keep-alive');
  return { method, path, close };
}

/** What answers in a Pod's network, programs that are processes of their own included; undefined: nobody. */
function answerAt(
  runtime: Runtime,
  podUid: string,
  port: number,
  path: string,
  now: number,
): { readonly status: number | undefined; readonly body: string } | undefined {
  for (const id of runtime.disk.sandboxes.get(podUid)?.containers ?? []) {
    const container = runtime.disk.containers.get(id);
    if (container?.record.state !== 'running') continue;
    const { listen } = container;
    const http = listen?.http.find((each) => each.port === port);
    if (http !== undefined) {
      const [bare = '/'] = path.split('?');
      return Object.hasOwn(http.paths, bare)
        ? http.paths[bare]
        : { status: 404, body: '404 page not found\n' };
    }
    if (listen?.ports.includes(port) === true) return { status: undefined, body: '' };
  }
  const found = answerInPod(runtime, podUid, now, port, path);
  return found.kind === 'refused' ? undefined : found;
}
