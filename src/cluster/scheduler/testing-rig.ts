import type { Event, Node, Pod } from '../../api/generated/types.ts';
import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { apiServerConfig } from '../apiserver/config.ts';
import { apiServerBehaviour } from '../apiserver/process.ts';
import { etcdBehaviour } from '../etcd/process.ts';
import type { ApiRequest, ApiResponse, WireMessage } from '../messages.ts';
import { DEFAULT_FLAGS } from '../set-up.ts';
import type { SchedulerConfiguration } from './configuration/configuration.ts';
import type { SchedulerConfig, SchedulerMemory } from './memory.ts';
import { schedulerBehaviour } from './process.ts';

/** For tests: etcd, API server and scheduler, without kubelets: Pods are bound and stay Pending. */
export interface SchedulerRig {
  readonly kernel: Kernel;
  world: World;
  readonly answers: Map<number, ApiResponse>;
  nextId: number;
}

const EPOCH_MILLIS = Date.UTC(2026, 0, 1, 9, 0, 0);
const SERVER = 'kube-apiserver-cp-1';
export const SCHEDULER = 'kube-scheduler-cp-1';

const client = defineBehaviour<object, null, object, WireMessage>({
  kind: 'test-client',
  initialDisk: () => null,
  start: () => ({}),
  step(_process, message, env) {
    env.emit(message);
  },
});

/** A cluster with some equal nodes (4 CPU, 16Gi, 110 Pods) and a scheduler that leads. */
export function schedulerRig(
  options: {
    readonly nodes?: number;
    readonly seed?: number;
    readonly configuration?: SchedulerConfiguration;
  } = {},
): SchedulerRig {
  const kernel = createKernel([etcdBehaviour, apiServerBehaviour, schedulerBehaviour, client]);
  const world = createWorld({ seed: options.seed ?? 1, epochMillis: EPOCH_MILLIS });
  const rig: SchedulerRig = { kernel, world, answers: new Map(), nextId: 1 };
  for (const machine of ['cp-1', 'laptop']) {
    kernel.addMachine(world, { name: machine, power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  }
  const add = (name: string, kind: string, machine: string, config: object) =>
    kernel.addProcess(
      world,
      // As a kubelet would, the rig starts again what has ended by itself.
      { name, kind, machine, config: Object.freeze(config), restartMicros: 1_000_000 },
      sinkOf(rig),
    );
  add('etcd-cp-1', 'etcd', 'cp-1', {});
  const { serviceCidr } = DEFAULT_FLAGS;
  add(
    SERVER,
    'kube-apiserver',
    'cp-1',
    apiServerConfig({ etcd: 'etcd-cp-1', epochMillis: EPOCH_MILLIS, serviceCidr }),
  );
  add('client', 'test-client', 'laptop', {});
  run(rig, SECOND);
  ask(rig, 'POST', '/api/v1/namespaces/default/serviceaccounts', {
    metadata: { name: 'default' },
  });
  for (let index = 1; index <= (options.nodes ?? 3); index++) {
    addNode(rig, aNode(`node-${index}`));
  }
  const { configuration } = options;
  add(SCHEDULER, 'kube-scheduler', 'cp-1', {
    apiServer: SERVER,
    epochMillis: EPOCH_MILLIS,
    qps: 50,
    burst: 100,
    ...(configuration === undefined ? undefined : { configuration }),
  } satisfies SchedulerConfig);
  run(rig, SECOND);
  return rig;
}

/** Registers a node and, as the node lifecycle controller would, takes off the taint new nodes come with. */
export function addNode(rig: SchedulerRig, node: Node): void {
  ask(rig, 'POST', '/api/v1/nodes', node);
  ask(rig, 'PATCH', `/api/v1/nodes/${node.metadata.name}`, { spec: { taints: null } });
}

/** Lets time pass. */
export function run(rig: SchedulerRig, micros: Micros): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, sinkOf(rig));
}

/** Sends a request and waits for its answer; a refusal is thrown. */
export function ask(
  rig: SchedulerRig,
  method: ApiRequest['method'],
  path: string,
  body?: unknown,
): unknown {
  const id = rig.nextId++;
  const [target = '', search = ''] = path.split('?');
  const message: ApiRequest = {
    type: 'api/request',
    id,
    method,
    path: target,
    query: Object.fromEntries(new URLSearchParams(search)),
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    ...(body === undefined ? {} : { body }),
    ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
  };
  rig.kernel.inject(rig.world, { from: 'client', to: SERVER, message, cause: undefined });
  for (let waited = 0; waited < 6000; waited++) {
    run(rig, MILLISECOND);
    const answer = rig.answers.get(id);
    if (answer === undefined) continue;
    if (answer.code >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  throw new Error(`no answer to ${method} ${path}`);
}

export function memoryOf(rig: SchedulerRig): SchedulerMemory {
  return rig.world.processes.get(SCHEDULER)?.memory as SchedulerMemory;
}

export function podOf(rig: SchedulerRig, name: string): Pod {
  return ask(rig, 'GET', `/api/v1/namespaces/default/pods/${name}`) as Pod;
}

/** The messages of a Pod's events, in order, with their reasons. */
export function eventsAbout(rig: SchedulerRig, name: string): readonly string[] {
  const { items } = ask(rig, 'GET', '/api/v1/namespaces/default/events') as {
    items: readonly Event[];
  };
  return items
    .filter((each) => each.involvedObject.name === name)
    .map((each) => `${each.reason}: ${each.message}`);
}

export function createPod(
  rig: SchedulerRig,
  name: string,
  spec: Partial<Pod['spec']> & {
    readonly cpu?: string;
    readonly labels?: Readonly<Record<string, string>>;
  } = {},
): Pod {
  const { cpu, labels, ...rest } = spec;
  const resources = cpu === undefined ? undefined : { resources: { requests: { cpu } } };
  return ask(rig, 'POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(labels === undefined ? undefined : { labels }) },
    spec: { containers: [{ name: 'main', image: 'nginx:1.27', ...resources }], ...rest },
  }) as Pod;
}

export function aNode(name: string, cpu = '4'): Node {
  const amounts = { cpu, memory: '16Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

function sinkOf(rig: SchedulerRig): (observation: unknown) => void {
  return (observation) => {
    const answer = observation as ApiResponse;
    if (answer.type === 'api/response') rig.answers.set(answer.id, answer);
  };
}
