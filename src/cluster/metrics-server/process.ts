import type { Node, Pod } from '../../api/generated/types.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../kernel/process.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import {
  apiClientStep,
  createApiClient,
  type ApiClient,
  type ApiClientMessage,
} from '../client/api-client.ts';
import {
  createInformer,
  informersStep,
  startInformer,
  type Informer,
  type InformerSpec,
  type InformerTimer,
} from '../client/informer.ts';
import type {
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  HealthAnswer,
  HealthCheck,
  StreamMessage,
} from '../messages.ts';
import type { NetAnswer, NetConnect, NetListen } from '../network/packets.ts';
import type { KubeObject } from '../client/kube-object.ts';
import { processNames } from '../set-up.ts';
import { answerMetrics } from './answer.ts';

/**
 * metrics-server: asks every node's kubelet each 15 s what its containers use, and answers the resource metrics API with
 * it, behind the API server's aggregation. A program in a Pod; it reaches the API server through the Service of its node.
 */
export interface MetricsServerConfig {
  readonly containerId: string;
  readonly containerd: string;
  readonly kubernetesServiceIp: string;
  readonly securePort: number;
  readonly epochMillis: number;
}

/** What a node used at its last two scrapes. Frozen. */
export interface NodeSample {
  readonly at: Micros;
  /** Of the scrape before; undefined: one alone tells no rate. */
  readonly before: Micros | undefined;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly containers: readonly ContainerSample[];
}

export interface ContainerSample {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

export interface MetricsServerMemory {
  client: ApiClient<never>;
  readonly informers: ReadonlyMap<string, Informer>;
  dial: number;
  connected: boolean;
  /** By the node's name. */
  readonly samples: Map<string, NodeSample>;
  /** Scrapes that have not been answered: number → node. */
  readonly asked: Map<number, string>;
  nextId: number;
}

type MetricsServerMessage =
  | { readonly type: 'metrics-server/dial' }
  | { readonly type: 'metrics-server/scrape' }
  | ApiClientMessage
  | InformerTimer
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | StreamMessage
  | NetConnect
  | NetAnswer
  | NetListen
  | HealthCheck
  | HealthAnswer
  | ConnectionLost;

type MetricsServerEnv = Env<MetricsServerMessage>;

const RESOLUTION: Micros = 15 * SECOND;
const DIAL_RETRY: Micros = SECOND;

const SPECS: readonly InformerSpec[] = [
  { name: 'nodes', path: '/api/v1/nodes' },
  { name: 'pods', path: '/api/v1/pods' },
];

export const metricsServerBehaviour = defineBehaviour<
  MetricsServerConfig,
  null,
  MetricsServerMemory,
  MetricsServerMessage
>({
  kind: 'metrics-server',
  initialDisk: () => null,
  start(_disk, env, config) {
    const { containerId, securePort } = config;
    const log = '';
    env.send(config.containerd, {
      type: 'net/listen',
      containerId,
      ports: [securePort],
      http: [],
      log,
    });
    dial(config, env);
    env.after(RESOLUTION, { type: 'metrics-server/scrape' });
    return {
      client: clientOf(''),
      informers: new Map(SPECS.map((spec) => [spec.name, createInformer(spec)])),
      dial: 1,
      connected: false,
      samples: new Map(),
      asked: new Map(),
      nextId: 1,
    };
  },
  step({ memory, config }, message, env) {
    switch (message.type) {
      case 'metrics-server/dial':
        dial(config, env);
        return;
      case 'metrics-server/scrape':
        scrape(memory, env);
        return;
      case 'stream/end':
        takeSample(memory, message, env);
        return;
      case 'net/answer':
        dialled(memory, message, env);
        return;
      case 'net/connect':
        serve(memory, config, message, env);
        return;
      case 'health/check':
        checkHealth(memory, message, env);
        return;
      default:
        if (message.type === 'kernel/connection-lost') lost(memory, message.peer, env);
        if (apiClientStep(memory.client, message, env, ignore)) return;
        if (message.type === 'client/relist' && !memory.connected) return;
        informersStep(SPECS, memory.informers, memory.client, message, env, { onChange: ignore });
    }
  },
});

function ignore(): void {}

function clientOf(server: string): ApiClient<never> {
  const user = 'system:serviceaccount:kube-system:metrics-server';
  return createApiClient({ server, user, userAgent: 'metrics-server', qps: 0, burst: 0 });
}

function dial(
  { containerd, kubernetesServiceIp }: MetricsServerConfig,
  env: MetricsServerEnv,
): void {
  env.send(containerd, {
    type: 'net/connect',
    id: 1,
    protocol: 'TCP',
    sourceIp: '',
    ip: kubernetesServiceIp,
    port: 443,
    payload: { kind: 'open' },
  });
}

function dialled(memory: MetricsServerMemory, { outcome }: NetAnswer, env: MetricsServerEnv): void {
  if (memory.connected) return;
  if (outcome.kind !== 'open' || outcome.peer === undefined) {
    env.after(DIAL_RETRY, { type: 'metrics-server/dial' });
    return;
  }
  const { nextId } = memory.client;
  memory.client = clientOf(outcome.peer);
  memory.client.nextId = nextId;
  memory.connected = true;
  for (const spec of SPECS) {
    const informer = memory.informers.get(spec.name);
    if (informer !== undefined) startInformer(spec, informer, memory.client, env);
  }
}

function lost(memory: MetricsServerMemory, peer: string, env: MetricsServerEnv): void {
  for (const [id, node] of memory.asked)
    if (processNames.kubelet(node) === peer) memory.asked.delete(id);
  if (peer !== memory.client.server || !memory.connected) return;
  memory.connected = false;
  env.after(DIAL_RETRY, { type: 'metrics-server/dial' });
}

/** One round: what has not been answered since the last one never will be. */
function scrape(memory: MetricsServerMemory, env: MetricsServerEnv): void {
  env.resumeCause(undefined);
  env.after(RESOLUTION, { type: 'metrics-server/scrape' });
  memory.asked.clear();
  const nodes = memory.informers.get('nodes')?.items ?? new Map<string, unknown>();
  for (const node of memory.samples.keys()) if (!nodes.has(node)) memory.samples.delete(node);
  for (const node of nodes.keys()) {
    const id = memory.nextId++;
    memory.asked.set(id, node);
    env.send(processNames.kubelet(node), {
      type: 'kubelet/open',
      id,
      namespace: '',
      pod: '',
      podUid: '',
      container: '',
      call: { kind: 'usage' },
    });
  }
}

function takeSample(
  memory: MetricsServerMemory,
  { id, code, data }: Extract<StreamMessage, { type: 'stream/end' }>,
  env: MetricsServerEnv,
): void {
  const node = memory.asked.get(id);
  memory.asked.delete(id);
  if (node === undefined || code !== 200) return;
  // What a kubelet answers to a question about use.
  const use = data as Pick<NodeSample, 'cpuMilli' | 'memoryBytes' | 'containers'>;
  const last = memory.samples.get(node);
  const before = last !== undefined && env.now - last.at < 2.5 * RESOLUTION ? last.at : undefined;
  memory.samples.set(node, Object.freeze({ ...use, at: env.now, before }));
}

/** `/livez` as long as it runs; `/readyz` once there are figures. */
function checkHealth(
  memory: MetricsServerMemory,
  { id, path }: HealthCheck,
  env: MetricsServerEnv,
): void {
  if (env.from === undefined) return;
  const fine = path.startsWith('/livez') || hasFigures(memory);
  env.send(env.from, {
    type: 'health/answer',
    id,
    code: fine ? 200 : 500,
    body: fine ? 'ok' : '[-]metric-storage-ready failed: no metrics to serve\n',
  });
}

function hasFigures({ samples }: MetricsServerMemory): boolean {
  for (const { before } of samples.values()) if (before !== undefined) return true;
  return false;
}

function serve(
  memory: MetricsServerMemory,
  { containerd, epochMillis }: MetricsServerConfig,
  { id, payload }: NetConnect,
  env: MetricsServerEnv,
): void {
  const answer =
    payload.kind === 'http'
      ? answerMetrics(payload.path, {
          samples: memory.samples,
          // The informers hold these kinds alone.
          nodes: (memory.informers.get('nodes')?.items ?? NOTHING) as ReadonlyMap<string, Node>,
          pods: (memory.informers.get('pods')?.items ?? NOTHING) as ReadonlyMap<string, Pod>,
          millisOf: (at) => epochMillis + (at + env.clockSkewMicros()) / 1000,
        })
      : { status: undefined, body: '' };
  env.send(env.from ?? containerd, {
    type: 'net/answer',
    id,
    outcome: { kind: 'open', ...answer },
  });
}

const NOTHING: ReadonlyMap<string, KubeObject> = new Map();
