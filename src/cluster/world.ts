import { createKernel, type Sink } from '../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../kernel/machine.ts';
import type { AnyBehaviour } from '../kernel/process.ts';
import { createWorld, type World } from '../kernel/world.ts';
import { apiServerConfig } from './apiserver/config.ts';
import { apiServerBehaviour } from './apiserver/process.ts';
import { containerdBehaviour } from './containerd/process.ts';
import type { ContainerdConfig } from './containerd/state.ts';
import { controllerManagerBehaviour } from './controllers/index.ts';
import type { ControllerManagerConfig } from './controllers/state.ts';
import { etcdBehaviour } from './etcd/process.ts';
import { gateway } from './gateway.ts';
import { kubeletBehaviour } from './kubelet/process.ts';
import type { KubeletConfig } from './kubelet/state.ts';
import type { SchedulerConfig } from './scheduler/memory.ts';
import { schedulerBehaviour } from './scheduler/process.ts';
import { loadBalancerBehaviour } from './load-balancer/process.ts';
import type { LoadBalancerConfig } from './load-balancer/state.ts';
import {
  apiEndpoint,
  LOAD_BALANCER_MACHINE,
  processNames,
  type ClusterSetUp,
  type NodeSetUp,
} from './set-up.ts';

/** Every program that runs in a cluster, one line each. */
const BEHAVIOURS: readonly AnyBehaviour[] = [
  gateway,
  etcdBehaviour,
  apiServerBehaviour,
  loadBalancerBehaviour,
  controllerManagerBehaviour,
  schedulerBehaviour,
  containerdBehaviour,
  kubeletBehaviour,
];

/** What moves any cluster. */
export const kernel = createKernel(BEHAVIOURS);

/** The computer outside the cluster, and the process on it that a person's requests come from. */
export const GATEWAY_MACHINE = 'laptop';
export const GATEWAY_PROCESS = 'kubectl';

const nobodyListens: Sink = () => {};

/** Builds a cluster at instant 0: machines are on, every component starts. */
export function createCluster(setUp: ClusterSetUp): World {
  const world = createWorld({ seed: setUp.seed, epochMillis: setUp.epochMillis });
  addMachine(world, GATEWAY_MACHINE);
  addProcess(world, {
    name: GATEWAY_PROCESS,
    kind: 'gateway',
    machine: GATEWAY_MACHINE,
    config: {},
  });
  for (const [index, { name }] of setUp.controlPlanes.entries()) {
    addControlPlane(world, setUp, { machine: name, address: controlPlaneAddress(index) });
  }
  if (setUp.controlPlanes.length > 1) addLoadBalancer(world, setUp);
  setUp.nodes.forEach((node, index) => addWorker(world, setUp, node, index));
  return world;
}

/** The machine in front of several API servers. */
function addLoadBalancer(world: World, { controlPlanes }: ClusterSetUp): void {
  addMachine(world, LOAD_BALANCER_MACHINE);
  addProcess(world, {
    name: processNames.loadBalancer(LOAD_BALANCER_MACHINE),
    kind: 'load-balancer',
    machine: LOAD_BALANCER_MACHINE,
    config: {
      backends: Object.freeze(controlPlanes.map(({ name }) => processNames.apiServer(name))),
    } satisfies LoadBalancerConfig,
  });
}

function addControlPlane(
  world: World,
  setUp: ClusterSetUp,
  { machine, address }: { readonly machine: string; readonly address: string },
): void {
  addMachine(world, machine);
  addProcess(world, { name: processNames.etcd(machine), kind: 'etcd', machine, config: {} });
  addProcess(world, {
    name: processNames.apiServer(machine),
    kind: 'kube-apiserver',
    machine,
    config: apiServerConfig({
      etcd: processNames.etcd(machine),
      epochMillis: setUp.epochMillis,
      serviceCidr: setUp.flags.serviceCidr,
      advertiseAddress: address,
    }),
  });
  addProcess(world, {
    name: processNames.controllerManager(machine),
    kind: 'kube-controller-manager',
    machine,
    config: {
      apiServer: processNames.apiServer(machine),
      epochMillis: setUp.epochMillis,
      flags: Object.freeze({ ...setUp.flags }),
    } satisfies ControllerManagerConfig,
  });
  addProcess(world, {
    name: processNames.scheduler(machine),
    kind: 'kube-scheduler',
    machine,
    config: {
      apiServer: processNames.apiServer(machine),
      epochMillis: setUp.epochMillis,
      qps: setUp.flags.schedulerQps,
      burst: setUp.flags.schedulerBurst,
    } satisfies SchedulerConfig,
  });
}

function addWorker(world: World, setUp: ClusterSetUp, node: NodeSetUp, index: number): void {
  const machine = node.name;
  const apiServer = apiEndpoint(setUp);
  addMachine(world, machine);
  addProcess(world, {
    name: processNames.containerd(machine),
    kind: 'containerd',
    machine,
    config: {
      epochMillis: setUp.epochMillis,
      apiServer,
      kubelet: processNames.kubelet(machine),
    } satisfies ContainerdConfig,
  });
  addProcess(world, {
    name: processNames.kubelet(machine),
    kind: 'kubelet',
    machine,
    config: {
      node: Object.freeze({ ...node }),
      nodeIp: nodeAddress(index),
      epochMillis: setUp.epochMillis,
      apiServer,
      containerd: processNames.containerd(machine),
      kubernetesServiceIp: firstAddress(setUp.flags.serviceCidr),
    } satisfies KubeletConfig,
  });
}

/** The machines' own network is 192.168.0.0/16; the control plane begins at .0.10, workers at .1.1. */
function controlPlaneAddress(index: number): string {
  return `192.168.0.${10 + index}`;
}

function nodeAddress(index: number): string {
  return `192.168.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** The first address of a range: where the Service `kubernetes` is. */
function firstAddress(cidr: string): string {
  const [base = ''] = cidr.split('/');
  const parts = base.split('.');
  return [...parts.slice(0, 3), Number(parts[3] ?? 0) + 1].join('.');
}

function addMachine(world: World, name: string): void {
  kernel.addMachine(world, {
    name,
    power: 'on',
    fsyncMicros: Object.freeze([...SSD_FSYNC_MICROS]),
  });
}

function addProcess(
  world: World,
  process: {
    readonly name: string;
    readonly kind: string;
    readonly machine: string;
    readonly config: object;
  },
): void {
  kernel.addProcess(world, { ...process, config: Object.freeze(process.config) }, nobodyListens);
}
