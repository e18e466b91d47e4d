import type { Pod } from '../../api/generated/types.ts';
import { formatMicroTime, formatTime } from '../../api/time.ts';
import { createKernel, type Kernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour, type Env } from '../../kernel/process.ts';
import { MILLISECOND, SECOND, type Micros } from '../../kernel/time.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import { apiServerConfig } from '../apiserver/config.ts';
import { apiServerBehaviour } from '../apiserver/process.ts';
import { apiClientStep, call, createApiClient, type ApiClient } from '../client/api-client.ts';
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
import type { ApiRequest, ApiResponse, WireMessage } from '../messages.ts';
import { DEFAULT_FLAGS, type ComponentFlags } from '../set-up.ts';
import type { ApiClientTimer } from '../client/api-client.ts';
import { controllerManagerBehaviour } from './index.ts';
import type { ControllerManagerMemory } from './state.ts';

/** For tests: etcd, API server and controller manager, with a stand-in for scheduler and kubelets. */
export interface ManagerRig {
  readonly kernel: Kernel;
  readonly world: World;
  readonly answers: Map<number, ApiResponse>;
  nextId: number;
}

const EPOCH_MILLIS = Date.UTC(2026, 0, 1, 9, 0, 0);
export const SERVER = 'kube-apiserver-cp-1';
export const MANAGER = 'kube-controller-manager-cp-1';

export function managerRig(
  options: {
    readonly flags?: Partial<ComponentFlags>;
    readonly nodes?: number;
    readonly seed?: number;
    /** Nodes that stop renewing their leases at an instant. */
    readonly silent?: { readonly nodes: readonly string[]; readonly from: Micros };
  } = {},
): ManagerRig {
  const flags = { ...DEFAULT_FLAGS, ...options.flags };
  const kernel = createKernel([
    etcdBehaviour,
    apiServerBehaviour,
    controllerManagerBehaviour,
    client,
    hollow,
  ]);
  const world = createWorld({ seed: options.seed ?? 1, epochMillis: EPOCH_MILLIS });
  const rig: ManagerRig = { kernel, world, answers: new Map(), nextId: 1 };
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
  add(
    SERVER,
    'kube-apiserver',
    'cp-1',
    apiServerConfig({
      etcd: 'etcd-cp-1',
      epochMillis: EPOCH_MILLIS,
      serviceCidr: flags.serviceCidr,
    }),
  );
  add('client', 'test-client', 'laptop', {});
  // By then the server has made its own namespaces.
  run(rig, SECOND);
  add(MANAGER, 'kube-controller-manager', 'cp-1', {
    apiServer: SERVER,
    epochMillis: EPOCH_MILLIS,
    flags,
  });
  run(rig, SECOND);
  const nodes = options.nodes ?? 0;
  if (nodes > 0) {
    for (let index = 1; index <= nodes; index++)
      ask(rig, 'POST', '/api/v1/nodes', aNode(`node-${index}`));
    add('hollow', 'hollow', 'laptop', { nodes, silent: options.silent });
    run(rig, SECOND);
  }
  return rig;
}

/** Lets time pass. */
export function run(rig: ManagerRig, micros: Micros): void {
  rig.kernel.runUntil(rig.world, rig.world.now + micros, sinkOf(rig));
}

/** Sends a request and waits up to a minute for its answer; a refusal is thrown. */
export function ask(
  rig: ManagerRig,
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
    run(rig, 10 * MILLISECOND);
    const answer = rig.answers.get(id);
    if (answer === undefined) continue;
    if (answer.code >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  throw new Error(`no answer to ${method} ${path}`);
}

/** The objects of a collection. */
export function list<T extends KubeObject>(rig: ManagerRig, path: string): readonly T[] {
  return (ask(rig, 'GET', path) as { items: readonly T[] }).items;
}

export function memoryOf(rig: ManagerRig): ControllerManagerMemory {
  return rig.world.processes.get(MANAGER)?.memory as ControllerManagerMemory;
}

function sinkOf(rig: ManagerRig): (observation: unknown) => void {
  return (observation) => {
    const answer = observation as ApiResponse;
    if (answer.type === 'api/response') rig.answers.set(answer.id, answer);
  };
}

const client = defineBehaviour<object, null, object, WireMessage>({
  kind: 'test-client',
  initialDisk: () => null,
  start: () => ({}),
  step(_process, message, env) {
    env.emit(message);
  },
});

export function aNode(name: string): KubeObject & { readonly status: object } {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: {
      capacity: { cpu: '64', memory: '256Gi', pods: '1000' },
      allocatable: { cpu: '64', memory: '256Gi', pods: '1000' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

interface HollowMemory {
  readonly client: ApiClient<{ readonly what: 'bound' | 'reported' }>;
  readonly informers: Map<string, Informer>;
  placed: number;
}

interface HollowConfig {
  readonly nodes: number;
  readonly silent?: { readonly nodes: readonly string[]; readonly from: Micros };
}

const POD_SPEC: InformerSpec = { name: 'pods', path: '/api/v1/pods' };

/** Binds each pod to the next node or the one it names, says that it runs and is ready, and lets deleted ones go at once. */
const hollow = defineBehaviour<
  HollowConfig,
  null,
  HollowMemory,
  WireMessage | ApiClientTimer | InformerTimer | { readonly type: 'hollow/renew' }
>({
  kind: 'hollow',
  initialDisk: () => null,
  start(_disk, env) {
    const memory: HollowMemory = {
      client: createApiClient({
        server: SERVER,
        user: 'kubernetes-admin',
        userAgent: 'hollow/v1',
        qps: 0,
        burst: 0,
      }),
      informers: new Map([['pods', createInformer(POD_SPEC)]]),
      placed: 0,
    };
    startInformer(POD_SPEC, memory.informers.get('pods') as Informer, memory.client, env);
    env.after(0, { type: 'hollow/renew' });
    return memory;
  },
  step({ memory, config }, message, env) {
    const { client, informers } = memory;
    if (message.type === 'hollow/renew') {
      env.after(10 * SECOND, message);
      renewLeases(memory, config, env);
      return;
    }
    if (apiClientStep(client, message, env, () => {})) return;
    informersStep([POD_SPEC], informers, client, message, env, {
      onChange({ next }) {
        const pod = next as Pod | undefined;
        if (pod === undefined) return;
        const { name, namespace, uid } = pod.metadata;
        const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
        if (isSilent(config, pod.spec.nodeName ?? '', env.now)) return;
        if (pod.metadata.deletionTimestamp !== undefined) {
          const body = { gracePeriodSeconds: 0, preconditions: { uid } };
          call(client, env, { method: 'DELETE', path, body, then: { what: 'bound' } });
        } else if ((pod.spec.nodeName ?? '') === '') {
          const target = {
            apiVersion: 'v1',
            kind: 'Node',
            name: namedNode(pod) ?? `node-${1 + (memory.placed++ % config.nodes)}`,
          };
          const body = {
            apiVersion: 'v1',
            kind: 'Binding',
            metadata: { name, namespace, uid },
            target,
          };
          call(client, env, {
            method: 'POST',
            path: `${path}/binding`,
            body,
            then: { what: 'bound' },
          });
        } else if (pod.status?.phase === 'Pending') {
          const at = formatTime(EPOCH_MILLIS + env.now / 1000);
          const ip = `10.${1 + (memory.placed++ >> 16)}.${(memory.placed >> 8) & 255}.${memory.placed & 255}`;
          const body = {
            status: {
              phase: 'Running',
              podIP: ip,
              podIPs: [{ ip }],
              conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }],
            },
          };
          call(client, env, {
            method: 'PATCH',
            path: `${path}/status`,
            contentType: 'application/strategic-merge-patch+json',
            body,
            then: { what: 'reported' },
          });
        }
      },
    });
  },
});

/** The node that a daemon's affinity names. */
function namedNode({ spec }: Pod): string | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
}

function renewLeases(
  memory: HollowMemory,
  config: HollowConfig,
  env: Env<WireMessage | ApiClientTimer>,
): void {
  for (let index = 1; index <= config.nodes; index++) {
    const name = `node-${index}`;
    if (isSilent(config, name, env.now)) continue;
    const renewTime = formatMicroTime(EPOCH_MILLIS * 1000 + env.now);
    call(memory.client, env, {
      method: 'PATCH',
      path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`,
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: 'hollow', force: 'true' },
      body: {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      },
      then: { what: 'reported' },
    });
  }
}

function isSilent({ silent }: HollowConfig, node: string, now: Micros): boolean {
  return silent !== undefined && now >= silent.from && silent.nodes.includes(node);
}
