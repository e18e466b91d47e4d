import type { Pod } from '../../api/generated/types.ts';
import type {
  CriContainerUse,
  KubeletOpen,
  StreamCall,
  StreamData,
  StreamEnd,
  StreamInput,
} from '../messages.ts';
import { nodeEndpoint, nodeUse } from './endpoints.ts';
import type { ContainerWork, Kubelet, KubeletEnv, KubeletMemory, PodWorker } from './state.ts';

/**
 * The kubelet's own server, port 10250: logs, exec, attach and forwarded ports of this node's Pods. It finds the container
 * that is meant and passes the stream on to the runtime; what a refusal says is the text of the HTTP answer.
 */

/** A stream that passes through: who has opened it, under which number. Frozen. */
export interface PassingStream {
  readonly peer: string;
  readonly id: number;
  readonly call: StreamCall;
}

export interface KubeletStreams {
  /** By the number that the runtime knows. */
  readonly open: Map<number, PassingStream>;
  /** The runtime's number, by the opener's name and number. */
  readonly numbers: Map<string, number>;
}

export function noStreams(): KubeletStreams {
  return { open: new Map(), numbers: new Map() };
}

/** The API server opens a stream. */
export function openAtKubelet(kubelet: Kubelet, message: KubeletOpen, env: KubeletEnv): void {
  const { call, container } = message;
  if (call.kind === 'node' || call.kind === 'usage') {
    const own = call.kind === 'node' ? nodeEndpoint(kubelet, call.path, undefined, env) : undefined;
    if (own !== undefined) refuse(message, env, own.code, own.body);
    else pass(kubelet, message, { podUid: '', containerId: '', call: { kind: 'usage' } }, env);
    return;
  }
  const worker = workerOf(kubelet.memory, message);
  if (worker === undefined) {
    refuse(message, env, 404, `pod "${message.pod}_${message.namespace}" not found\n`);
    return;
  }
  const podUid = worker.uid;
  if (call.kind === 'port-forward') {
    // Port 0: the client's own connection, over which it will ask for ports.
    if (call.port === 0) stand(kubelet, message, env);
    else pass(kubelet, message, { podUid, containerId: '', call }, env);
    return;
  }
  const work = worker.containers.get(container);
  if (call.kind === 'logs') {
    const found = logContainer(worker, work, container, call.previous);
    if (found.id === undefined) refuse(message, env, 400, found.why);
    else pass(kubelet, message, { podUid, containerId: found.id, call }, env);
    return;
  }
  if (work?.current?.state !== 'running') {
    refuse(message, env, 500, `unable to upgrade connection: container not found ("${container}")`);
    return;
  }
  pass(kubelet, message, { podUid, containerId: work.current.id, call }, env);
}

function workerOf(
  { workers }: KubeletMemory,
  { namespace, pod, podUid }: KubeletOpen,
): PodWorker | undefined {
  const exact = workers.get(podUid);
  if (exact !== undefined) return exact;
  for (const worker of workers.values()) {
    const { metadata } = worker.pod;
    // A static Pod is known to the API under its mirror's UID.
    if (metadata.name === pod && metadata.namespace === namespace) return worker;
  }
  return undefined;
}

/** Whose log is meant, or why there is none (upstream: validateContainerLogStatus). */
function logContainer(
  { pod, stage }: PodWorker,
  work: ContainerWork | undefined,
  name: string,
  previous: boolean,
): { readonly id: string; readonly why?: never } | { readonly id?: never; readonly why: string } {
  const where = `container "${name}" in pod "${podName(pod)}"`;
  if (work === undefined) return { why: `${where} is not available` };
  const { current, waiting } = work;
  // While the next one waits to start, the one that has ended is what the status calls the last one.
  const isWaiting = current?.state === 'exited' && waiting !== undefined;
  const last = isWaiting ? current : work.previous;
  if (previous) {
    return last === undefined ? { why: `previous terminated ${where} not found` } : { id: last.id };
  }
  if (current !== undefined) return { id: current.id };
  if (last !== undefined) return { id: last.id };
  const reason = waiting?.reason ?? (stage === 'syncing' ? defaultReason(pod, work) : '');
  switch (reason) {
    case 'ErrImagePull':
      return { why: `${where} is waiting to start: image can't be pulled` };
    case 'ImagePullBackOff':
      return { why: `${where} is waiting to start: trying and failing to pull image` };
    case '':
      return { why: `${where} is waiting to start - no logs yet` };
    default:
      return { why: `${where} is waiting to start: ${reason}` };
  }
}

function defaultReason(pod: Pod, work: ContainerWork): string {
  return !work.init && (pod.spec.initContainers ?? []).length > 0
    ? 'PodInitializing'
    : 'ContainerCreating';
}

function podName(pod: Pod): string {
  return pod.metadata.name ?? '';
}

function pass(
  kubelet: Kubelet,
  { id, call }: KubeletOpen,
  to: { readonly podUid: string; readonly containerId: string; readonly call: StreamCall },
  env: KubeletEnv,
): void {
  const { streams, runtime } = kubelet.memory;
  const peer = env.from ?? '';
  const number = runtime.nextId++;
  streams.open.set(number, Object.freeze({ peer, id, call }));
  streams.numbers.set(`${peer} ${id}`, number);
  env.send(kubelet.config.containerd, { type: 'cri/open', id: number, ...to });
}

function stand(kubelet: Kubelet, { id, call }: KubeletOpen, env: KubeletEnv): void {
  const { streams, runtime } = kubelet.memory;
  const peer = env.from ?? '';
  const number = runtime.nextId++;
  streams.open.set(number, Object.freeze({ peer, id, call }));
  streams.numbers.set(`${peer} ${id}`, number);
  env.send(peer, { type: 'stream/data', id, channel: 1, data: '' });
}

function refuse({ id }: KubeletOpen, env: KubeletEnv, code: number, message: string): void {
  if (env.from !== undefined) env.send(env.from, { type: 'stream/end', id, code, message });
}

/** A piece from the runtime. */
export function passData(kubelet: Kubelet, message: StreamData, env: KubeletEnv): void {
  const stream = kubelet.memory.streams.open.get(message.id);
  if (stream === undefined) return;
  const { channel, data } = message;
  env.send(stream.peer, { type: 'stream/data', id: stream.id, channel, data });
}

/** The runtime has ended a stream. */
export function passEnd(kubelet: Kubelet, end: StreamEnd, env: KubeletEnv): void {
  const stream = takeStream(kubelet.memory.streams, end.id);
  if (stream === undefined) return;
  const { peer, id, call } = stream;
  if (call.kind === 'node' && end.code === 200) {
    // The runtime's figures; nothing else is asked of it for an endpoint.
    const uses = (end.data ?? []) as readonly CriContainerUse[];
    const { code, body } = nodeEndpoint(kubelet, call.path, uses, env) ?? NOT_FOUND;
    env.send(peer, { type: 'stream/end', id, code, message: body });
    return;
  }
  env.send(
    peer,
    call.kind === 'usage' ? { ...end, id, data: namedUse(kubelet, end.data) } : { ...end, id },
  );
}

/** The runtime knows containers by their Pods' UIDs; whoever asks a kubelet wants names, and the node's sum. */
function namedUse({ memory }: Kubelet, data: unknown): object {
  // The runtime's answer to this question.
  const uses = (data ?? []) as readonly CriContainerUse[];
  const containers = uses.flatMap(({ podUid, container, cpuMilli, memoryBytes }) => {
    const { metadata } = memory.workers.get(podUid)?.pod ?? {};
    if (metadata === undefined) return [];
    const { namespace = '', name: pod = '' } = metadata;
    return [Object.freeze({ namespace, pod, container, cpuMilli, memoryBytes })];
  });
  return Object.freeze({ ...nodeUse(uses), containers: Object.freeze(containers) });
}

const NOT_FOUND = { code: 404, body: '404 page not found\n' };

function takeStream(streams: KubeletStreams, number: number): PassingStream | undefined {
  const stream = streams.open.get(number);
  if (stream === undefined) return undefined;
  streams.open.delete(number);
  streams.numbers.delete(`${stream.peer} ${stream.id}`);
  return stream;
}

/** A piece from the client, or its leave. */
export function passInput(
  kubelet: Kubelet,
  message: StreamInput | { readonly type: 'stream/cancel'; readonly id: number },
  env: KubeletEnv,
): void {
  const { streams } = kubelet.memory;
  const number = streams.numbers.get(`${env.from ?? ''} ${message.id}`);
  if (number === undefined) return;
  if (message.type === 'stream/cancel') takeStream(streams, number);
  env.send(kubelet.config.containerd, { ...message, id: number });
}

/** A peer is gone: the streams of a client end at the runtime, those of the runtime at their clients. */
export function loseStreams(kubelet: Kubelet, peer: string, env: KubeletEnv): void {
  const { streams } = kubelet.memory;
  if (streams.open.size === 0) return;
  const isRuntime = peer === kubelet.config.containerd;
  for (const [number, stream] of streams.open) {
    if (isRuntime) {
      const message =
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"';
      env.send(stream.peer, { type: 'stream/end', id: stream.id, code: 500, message });
    } else if (stream.peer === peer)
      env.send(kubelet.config.containerd, { type: 'stream/cancel', id: number });
    else continue;
    takeStream(streams, number);
  }
}
