import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { etcdBehaviour } from '../etcd/process.ts';
import type { EtcdDisk } from '../etcd/store.ts';
import type {
  ApiRequest,
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  WatchEvent,
} from '../messages.ts';
import { DEFAULT_FLAGS } from '../set-up.ts';
import { apiServerConfig } from './config.ts';
import { apiServerBehaviour } from './process.ts';
import type { ApiServerMemory } from './server.ts';

/** For tests: an API server with its etcd, and a client that keeps whatever it is told. */
export interface ApiServerRig {
  readonly kernel: Kernel;
  world: World;
  nextId: number;
  /** What processes have emitted. */
  readonly observed: unknown[];
}

export const ETCD = 'etcd-cp-1';
export const API_SERVER = 'kube-apiserver-cp-1';
export const CLIENT = 'client';

type Heard = ApiResponse | ApiWatchEvents | ApiWatchEnded;

const recorder = defineBehaviour<unknown, { heard: Heard[] }, { up: true }, Heard>({
  kind: 'recorder',
  initialDisk: () => ({ heard: [] }),
  start: () => ({ up: true }),
  step({ disk }, message) {
    disk.heard.push(message);
  },
});

/** A rig whose server has filled its caches and made its own objects. */
export function apiServerRig(seed = 1): ApiServerRig {
  const kernel = createKernel([etcdBehaviour, apiServerBehaviour, recorder]);
  const epochMillis = Date.UTC(2026, 0, 1, 9, 0, 0);
  const world = createWorld({ seed, epochMillis });
  const rig: ApiServerRig = { kernel, world, nextId: 1, observed: [] };
  const sink = sinkOf(rig);
  kernel.addMachine(world, { name: 'cp-1', power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  kernel.addProcess(world, { name: ETCD, kind: 'etcd', machine: 'cp-1', config: {} }, sink);
  const { serviceCidr } = DEFAULT_FLAGS;
  const config = apiServerConfig({
    etcd: ETCD,
    epochMillis,
    serviceCidr,
    bootstrapPolicy: false,
  });
  kernel.addProcess(
    world,
    { name: API_SERVER, kind: 'kube-apiserver', machine: 'cp-1', config },
    sink,
  );
  kernel.addProcess(world, { name: CLIENT, kind: 'recorder', machine: 'cp-1', config: {} }, sink);
  run(rig, 100 * MILLISECOND);
  return rig;
}

function sinkOf(rig: ApiServerRig): (observation: unknown) => void {
  return (observation) => rig.observed.push(observation);
}

/** Lets time pass. */
export function run(rig: ApiServerRig, micros: Micros = SECOND): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, sinkOf(rig));
}

/** What a test says of a request; the rest has the usual answer. */
export type Question = Partial<Omit<ApiRequest, 'type' | 'id' | 'query'>> &
  Pick<ApiRequest, 'method'> & {
    /** With a query, as a URL has it. */
    readonly path: string;
  };

/** Sends a request without waiting; answers its number. */
export function send(rig: ApiServerRig, question: Question): number {
  const id = rig.nextId++;
  const [path = '', search = ''] = question.path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const message: ApiRequest = {
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    ...question,
    type: 'api/request',
    id,
    path,
    query,
  };
  rig.kernel.inject(rig.world, { from: CLIENT, to: API_SERVER, message, cause: undefined });
  return id;
}

/** Sends a request and waits up to a minute for its answer. */
export function ask(rig: ApiServerRig, question: Question): ApiResponse {
  const id = send(rig, question);
  for (let waited = 0; waited < 60_000; waited += 10) {
    run(rig, 10 * MILLISECOND);
    const answer = answerTo(rig, id);
    if (answer !== undefined) return answer;
  }
  throw new Error(`no answer to ${question.method} ${question.path}`);
}

export function answerTo(rig: ApiServerRig, id: number): ApiResponse | undefined {
  return heard(rig).find(
    (each): each is ApiResponse => each.type === 'api/response' && each.id === id,
  );
}

/** All that a watch has brought. */
export function eventsOf(rig: ApiServerRig, id: number): readonly WatchEvent[] {
  return heard(rig).flatMap((each) =>
    each.type === 'api/watch' && each.id === id ? each.events : [],
  );
}

export function hasEnded(rig: ApiServerRig, id: number): boolean {
  return heard(rig).some((each) => each.type === 'api/watch-ended' && each.id === id);
}

export function heard(rig: ApiServerRig): Heard[] {
  // The recorder above made it.
  return (rig.world.processes.get(CLIENT) as unknown as { disk: { heard: Heard[] } }).disk.heard;
}

export function etcdOf(rig: ApiServerRig): EtcdDisk {
  return (rig.world.processes.get(ETCD) as unknown as { disk: EtcdDisk }).disk;
}

export function memoryOf(rig: ApiServerRig): ApiServerMemory {
  return (rig.world.processes.get(API_SERVER) as unknown as { memory: ApiServerMemory }).memory;
}

/** A rig with the ServiceAccount that Pods of the default namespace need. */
export function rigWithAccount(seed = 1): ApiServerRig {
  const rig = apiServerRig(seed);
  const path = '/api/v1/namespaces/default/serviceaccounts';
  ask(rig, { method: 'POST', path, body: { metadata: { name: 'default' } } });
  return rig;
}

/** The body of a Pod with one container. */
export function podBody(name: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(more['metadata'] as object | undefined) },
    spec: {
      containers: [{ name: 'main', image: 'nginx:1.29' }],
      ...(more['spec'] as object | undefined),
    },
  };
}

/** The body of a ConfigMap. */
export function configBody(name: string, data: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}
