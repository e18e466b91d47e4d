import type { EndpointSlice } from '../../../api/generated/types.ts';
import type { ConnectionLost } from '../../../kernel/kernel.ts';
import { defineBehaviour, type Env } from '../../../kernel/process.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import {
  apiClientStep,
  createApiClient,
  type ApiClient,
  type ApiClientMessage,
} from '../../client/api-client.ts';
import {
  allSynced,
  createInformer,
  informersStep,
  startInformer,
  type Informer,
  type InformerSpec,
  type InformerTimer,
} from '../../client/informer.ts';
import type {
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  HealthAnswer,
  HealthCheck,
} from '../../messages.ts';
import type { NetAnswer, NetConnect, NetListen } from '../../network/packets.ts';
import { answer, type Zone } from './answer.ts';

/** What a CoreDNS is started with: what its container finds in its surroundings. Frozen. */
export interface CoreDnsConfig {
  readonly containerId: string;
  /** The runtime, through whose node everything it sends must go. */
  readonly containerd: string;
  /** Where the Service `kubernetes` is, from the container's environment. */
  readonly kubernetesServiceIp: string;
}

export interface CoreDnsMemory {
  client: ApiClient<never>;
  readonly informers: ReadonlyMap<string, Informer>;
  /** The number of the last attempt to reach the API server through the Service; stale answers are ignored. */
  dial: number;
  connected: boolean;
  ready: boolean;
}

export type CoreDnsMessage =
  | { readonly type: 'coredns/dial' }
  | { readonly type: 'coredns/dial-late'; readonly dial: number }
  | ApiClientMessage
  | InformerTimer
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | NetConnect
  | NetAnswer
  | NetListen
  | HealthCheck
  | HealthAnswer
  | ConnectionLost;

type CoreDnsEnv = Env<CoreDnsMessage>;

/** Between two attempts to reach the API server, and how long one may take. */
const DIAL_RETRY: Micros = SECOND;
const DIAL_PATIENCE: Micros = 10 * SECOND;

const SPECS: readonly InformerSpec[] = [
  { name: 'services', path: '/api/v1/services' },
  {
    name: 'endpointslices',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    indexes: {
      service: ({ metadata }) => [
        `${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`,
      ],
      ip: (slice) =>
        ((slice as EndpointSlice).endpoints ?? []).flatMap(({ addresses }) => addresses),
    },
  },
  { name: 'namespaces', path: '/api/v1/namespaces' },
];

const BANNER =
  '.:53\n[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908\nCoreDNS-1.13.1\nlinux/amd64, go1.25.2, 1db4568\n';

/**
 * CoreDNS with the Corefile of kubeadm: a program in a Pod, which reaches the API server through the Service of its
 * node like any other. What it has once heard it goes on answering while the API server is away.
 */
export const coreDnsBehaviour = defineBehaviour<CoreDnsConfig, null, CoreDnsMemory, CoreDnsMessage>(
  {
    kind: 'coredns',
    initialDisk: () => null,
    start(_disk, env, config) {
      const memory: CoreDnsMemory = {
        client: clientOf(''),
        informers: new Map(SPECS.map((spec) => [spec.name, createInformer(spec)])),
        dial: 0,
        connected: false,
        ready: false,
      };
      listen(memory, config, BANNER, env);
      dial(memory, config, env);
      return memory;
    },
    step({ memory, config }, message, env) {
      switch (message.type) {
        case 'net/connect':
          serve(memory, config, message, env);
          return;
        case 'net/answer':
          dialled(memory, message, env);
          return;
        case 'health/check':
          checkHealth(memory, message, env);
          return;
        case 'coredns/dial':
          dial(memory, config, env);
          return;
        case 'coredns/dial-late':
          if (message.dial === memory.dial && !memory.connected) dialAgain(env);
          return;
        case 'kernel/connection-lost':
          if (message.peer === memory.client.server && memory.connected) {
            memory.connected = false;
            dialAgain(env);
          }
          return;
        default:
          hear(memory, config, message, env);
      }
    },
  },
);

function ignore(): void {}

function clientOf(server: string): ApiClient<never> {
  const user = 'system:serviceaccount:kube-system:coredns';
  return createApiClient({ server, user, userAgent: 'coredns', qps: 0, burst: 0 });
}

/** Opens a connection to the Service `kubernetes`; the node's rules say where it leads. */
function dial(memory: CoreDnsMemory, config: CoreDnsConfig, env: CoreDnsEnv): void {
  memory.dial += 1;
  env.send(config.containerd, {
    type: 'net/connect',
    id: memory.dial,
    protocol: 'TCP',
    sourceIp: '',
    ip: config.kubernetesServiceIp,
    port: 443,
    payload: { kind: 'open' },
  });
  env.after(DIAL_PATIENCE, { type: 'coredns/dial-late', dial: memory.dial });
}

function dialAgain(env: CoreDnsEnv): void {
  env.after(DIAL_RETRY, { type: 'coredns/dial' });
}

function dialled(memory: CoreDnsMemory, { id, outcome }: NetAnswer, env: CoreDnsEnv): void {
  if (id !== memory.dial || memory.connected) return;
  if (outcome.kind !== 'open' || outcome.peer === undefined) {
    // A late attempt asks again by itself.
    env.after(DIAL_RETRY, { type: 'coredns/dial-late', dial: memory.dial });
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

function hear(
  memory: CoreDnsMemory,
  config: CoreDnsConfig,
  message: CoreDnsMessage,
  env: CoreDnsEnv,
): void {
  if (apiClientStep(memory.client, message, env, ignore)) return;
  if (message.type === 'client/relist' && !memory.connected) return;
  informersStep(SPECS, memory.informers, memory.client, message, env, { onChange: ignore });
  if (memory.ready || !allSynced(memory.informers)) return;
  memory.ready = true;
  listen(memory, config, '', env);
}

/** Tells the container what its ports answer: health always, readiness once the API's lists are in. */
function listen(
  { ready }: CoreDnsMemory,
  { containerd, containerId }: CoreDnsConfig,
  log: string,
  env: CoreDnsEnv,
): void {
  const ok = { status: 200, body: 'OK' };
  env.send(containerd, {
    type: 'net/listen',
    containerId,
    ports: [53],
    http: [
      { port: 8080, paths: { '/health': ok } },
      {
        port: 8181,
        paths: { '/ready': ready ? ok : { status: 503, body: 'kubernetes' } },
      },
      { port: 9153, paths: { '/metrics': { status: 200, body: 'coredns_build_info 1\n' } } },
    ],
    log: ready || log === '' ? log : `${log}${WAITING}`,
  });
}

const WAITING = '[INFO] plugin/ready: Still waiting on: "kubernetes"\n';

/** Its probes: alive is alive; ready is it once the lists are in (plugin/ready). */
function checkHealth(
  { ready }: CoreDnsMemory,
  { id, path, again }: HealthCheck,
  env: CoreDnsEnv,
): void {
  if (env.from === undefined) return;
  const fine = ready || path === '/health';
  env.send(env.from, {
    type: 'health/answer',
    id,
    code: fine ? 200 : 503,
    body: fine ? 'OK' : 'kubernetes',
    // It is ready for good: what it has heard it keeps.
    ...(fine && again === true ? { stands: true as const } : undefined),
  });
}

function serve(
  memory: CoreDnsMemory,
  config: CoreDnsConfig,
  { id, payload }: NetConnect,
  env: CoreDnsEnv,
): void {
  env.send(env.from ?? config.containerd, {
    type: 'net/answer',
    id,
    outcome:
      payload.kind === 'dns'
        ? { kind: 'dns', reply: answer(zoneOf(memory), payload.name, payload.recordType) }
        : { kind: 'open', status: undefined, body: '' },
  });
}

function zoneOf({ informers }: CoreDnsMemory): Zone {
  // Created from the list above.
  const named = (name: string) => informers.get(name) as Informer;
  return {
    services: named('services'),
    endpointslices: named('endpointslices'),
    namespaces: named('namespaces'),
  };
}
