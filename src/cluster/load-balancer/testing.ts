import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { apiServerConfig } from '../apiserver/config.ts';
import { apiServerBehaviour } from '../apiserver/process.ts';
import type { ApiServerMemory } from '../apiserver/server.ts';
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
import type { KubeObject } from '../client/kube-object.ts';
import { etcdBehaviour } from '../etcd/process.ts';
import type { EtcdDisk } from '../etcd/store.ts';
import type { ApiRequest, ApiResponse, WireMessage } from '../messages.ts';
import { DEFAULT_FLAGS, LOAD_BALANCER_MACHINE, processNames } from '../set-up.ts';
import { loadBalancerBehaviour } from './process.ts';
import type { LoadBalancerMemory } from './state.ts';

/** For tests: several API servers on one etcd, a balancer before them, clients and a follower behind it. */
export interface BalancedRig {
  readonly kernel: Kernel;
  readonly world: World;
  nextId: number;
}

export const ETCD = processNames.etcd('cp-1');
export const BALANCER = processNames.loadBalancer(LOAD_BALANCER_MACHINE);
export const CLIENT = 'client';
export const FOLLOWER = 'follower';

export const apiServer = (index: number): string => processNames.apiServer(`cp-${index}`);

type Heard = WireMessage;

/** Keeps whatever it is told. */
const recorder = defineBehaviour<unknown, { heard: Heard[] }, { up: true }, Heard>({
  kind: 'recorder',
  initialDisk: () => ({ heard: [] }),
  start: () => ({ up: true }),
  step({ disk }, message) {
    disk.heard.push(message);
  },
});

/** What a follower has seen: the copy, and each change as `key@revision`, `key gone`. */
export interface FollowerMemory {
  readonly client: ApiClient<never>;
  readonly informers: Map<string, Informer>;
  readonly seen: string[];
  lost: number;
}

const specs: readonly InformerSpec[] = [{ name: 'configmaps', path: '/api/v1/configmaps' }];

/** A component that does nothing but follow one resource. */
const follower = defineBehaviour<
  { readonly server: string },
  null,
  FollowerMemory,
  ApiClientMessage | InformerTimer | WireMessage
>({
  kind: 'follower',
  initialDisk: () => null,
  start(_disk, env, { server }) {
    const client = createApiClient<never>({
      server,
      user: 'kubernetes-admin',
      userAgent: 'follower/v1',
      qps: 1000,
      burst: 1000,
    });
    const informers = new Map(specs.map((spec) => [spec.name, createInformer(spec)]));
    for (const spec of specs)
      startInformer(spec, informers.get(spec.name) as Informer, client, env);
    return { client, informers, seen: [], lost: 0 };
  },
  step({ memory }, message, env) {
    if (message.type === 'kernel/connection-lost') memory.lost += 1;
    if (apiClientStep(memory.client, message, env, () => {})) return;
    informersStep(specs, memory.informers, memory.client, message, env, {
      onChange({ key, next }) {
        memory.seen.push(next === undefined ? `${key} gone` : `${key}@${revisionOf(next)}`);
      },
    });
  },
});

function revisionOf({ metadata }: KubeObject): string {
  return metadata.resourceVersion ?? '';
}

/** A rig whose servers are ready and whose balancer has seen it. */
export function balancedRig(
  options: {
    readonly seed?: number;
    readonly servers?: number;
    readonly serviceCidr?: string;
  } = {},
): BalancedRig {
  const { seed = 1, servers = 3 } = options;
  const kernel = createKernel([
    etcdBehaviour,
    apiServerBehaviour,
    loadBalancerBehaviour,
    recorder,
    follower,
  ]);
  const epochMillis = Date.UTC(2026, 0, 1, 9, 0, 0);
  const world = createWorld({ seed, epochMillis });
  const machine = (name: string): void =>
    kernel.addMachine(world, { name, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  const process = (name: string, kind: string, on: string, config: object): void =>
    kernel.addProcess(world, { name, kind, machine: on, config: Object.freeze(config) }, nobody);
  for (let index = 1; index <= servers; index++) machine(`cp-${index}`);
  process(ETCD, 'etcd', 'cp-1', {});
  for (let index = 1; index <= servers; index++) {
    const config = apiServerConfig({
      etcd: ETCD,
      epochMillis,
      serviceCidr: options.serviceCidr ?? DEFAULT_FLAGS.serviceCidr,
      servers,
      advertiseAddress: `192.168.0.${9 + index}`,
    });
    process(apiServer(index), 'kube-apiserver', `cp-${index}`, config);
  }
  machine(LOAD_BALANCER_MACHINE);
  const backends = Array.from({ length: servers }, (_, index) => apiServer(index + 1));
  process(BALANCER, 'load-balancer', LOAD_BALANCER_MACHINE, { backends });
  machine('laptop');
  process(CLIENT, 'recorder', 'laptop', {});
  const rig: BalancedRig = { kernel, world, nextId: 1 };
  run(rig, 100 * MILLISECOND);
  process(FOLLOWER, 'follower', 'laptop', { server: BALANCER });
  run(rig, SECOND);
  return rig;
}

const nobody = (): void => {};

/** Lets time pass. */
export function run(rig: BalancedRig, micros: Micros): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, nobody);
}

/** Sends a request, to the balancer unless another is named; answers its number. */
export function send(
  rig: BalancedRig,
  question: Pick<ApiRequest, 'method' | 'path'> & Partial<ApiRequest>,
  to: string = BALANCER,
): number {
  const id = rig.nextId++;
  const message: ApiRequest = {
    query: {},
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    ...question,
    type: 'api/request',
    id,
  };
  rig.kernel.inject(rig.world, { from: CLIENT, to, message, cause: undefined });
  return id;
}

/** Sends a request and waits up to a minute for its answer; undefined when the connection was lost. */
export function ask(
  rig: BalancedRig,
  question: Pick<ApiRequest, 'method' | 'path'> & Partial<ApiRequest>,
  to: string = BALANCER,
): ApiResponse | undefined {
  const before = heard(rig).length;
  const id = send(rig, question, to);
  for (let waited = 0; waited < 60_000; waited += 5) {
    run(rig, 5 * MILLISECOND);
    const answer = answerTo(rig, id);
    if (answer !== undefined) return answer;
    if (
      heard(rig)
        .slice(before)
        .some(({ type }) => type === 'kernel/connection-lost')
    )
      return undefined;
  }
  return undefined;
}

export function answerTo(rig: BalancedRig, id: number): ApiResponse | undefined {
  return heard(rig).find(
    (each): each is ApiResponse => each.type === 'api/response' && each.id === id,
  );
}

export function heard(rig: BalancedRig): Heard[] {
  // The recorder above made it.
  return (rig.world.processes.get(CLIENT) as unknown as { disk: { heard: Heard[] } }).disk.heard;
}

export function balancerOf(rig: BalancedRig): LoadBalancerMemory {
  return memoryOf(rig, BALANCER) as LoadBalancerMemory;
}

export function serverOf(rig: BalancedRig, index: number): ApiServerMemory {
  return memoryOf(rig, apiServer(index)) as ApiServerMemory;
}

export function followerOf(rig: BalancedRig): FollowerMemory {
  return memoryOf(rig, FOLLOWER) as FollowerMemory;
}

function memoryOf(rig: BalancedRig, name: string): unknown {
  return rig.world.processes.get(name)?.memory;
}

export function etcdOf(rig: BalancedRig): EtcdDisk {
  return (rig.world.processes.get(ETCD) as unknown as { disk: EtcdDisk }).disk;
}

export function stop(rig: BalancedRig, name: string): void {
  rig.kernel.stopProcess(rig.world, name, undefined);
}

export function start(rig: BalancedRig, name: string): void {
  rig.kernel.startProcess(rig.world, name, undefined, nobody);
}
