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
import {
  CONTROL_PLANE_MACHINE,
  processNames,
  type ClusterSetUp,
  type NodeSetUp,
} from './set-up.ts';

/** Every program that runs in a cluster, one line each. */
const BEHAVIOURS: readonly AnyBehaviour[] = [
  gateway,
  etcdBehaviour,
  apiServerBehaviour,
  controllerManagerBehaviour,
  containerdBehaviour,
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
  addControlPlane(world, setUp);
  for (const node of setUp.nodes) addWorker(world, setUp, node);
  return world;
}

function addControlPlane(world: World, setUp: ClusterSetUp): void {
  const machine = CONTROL_PLANE_MACHINE;
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
}

function addWorker(world: World, setUp: ClusterSetUp, node: NodeSetUp): void {
  const machine = node.name;
  const apiServer = processNames.apiServer(CONTROL_PLANE_MACHINE);
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
