import { createKernel, type Kernel, type Sink } from '../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../kernel/machine.ts';
import type { AnyBehaviour } from '../kernel/process.ts';
import { SECOND, type Micros } from '../kernel/time.ts';
import { createWorld, type World } from '../kernel/world.ts';
import { KUBE_PROXY_IMAGE } from './addons/kube-proxy.ts';
import { CNI_AGENT_IMAGE } from './addons/network-plugin.ts';
import { kubeadmBehaviour, type KubeadmConfig } from './addons/process.ts';
import { apiServerConfig } from './apiserver/config.ts';
import { apiServerBehaviour } from './apiserver/process.ts';
import { containerdBehaviour } from './containerd/process.ts';
import type { Component, ContainerdConfig } from './containerd/state.ts';
import { controllerManagerBehaviour } from './controllers/index.ts';
import type { ControllerManagerConfig } from './controllers/state.ts';
import { cniAgentBehaviour, type CniAgentConfig } from './dataplane/cni-agent/process.ts';
import { coreDnsBehaviour } from './dataplane/coredns/process.ts';
import { kubeProxyBehaviour } from './dataplane/kube-proxy/process.ts';
import type { KubeProxyConfig } from './dataplane/kube-proxy/state.ts';
import { memberConfig, type EtcdConfig } from './etcd/config.ts';
import { etcdBehaviour } from './etcd/process.ts';
import { keepLabAppointment, type LabAppointment } from './faults/index.ts';
import { clientStorm } from './client/storm.ts';
import { gateway } from './gateway.ts';
import { kubeletBehaviour } from './kubelet/process.ts';
import type { KubeletConfig } from './kubelet/state.ts';
import type { SchedulerConfig } from './scheduler/memory.ts';
import { schedulerBehaviour } from './scheduler/process.ts';
import { metricsServerBehaviour } from './metrics-server/process.ts';
import { loadBalancerBehaviour } from './load-balancer/process.ts';
import type { LoadBalancerConfig } from './load-balancer/state.ts';
import { CONTROL_PLANE_IMAGES, controlPlaneManifests } from './static-pods/control-plane.ts';
import {
  apiEndpoint,
  CONTROL_PLANE_MACHINE,
  CONTROL_PLANE_MARKS,
  controlPlaneNode,
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
  clientStorm,
  cniAgentBehaviour,
  kubeProxyBehaviour,
  coreDnsBehaviour,
  metricsServerBehaviour,
  kubeadmBehaviour,
];

/** What moves any cluster. */
export const kernel: Kernel = createKernel(BEHAVIOURS, {
  // Only the laboratory makes appointments outside the world.
  keep: (world, message, sink) =>
    keepLabAppointment(world, kernel, sink, message as LabAppointment),
});

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
  if (setUp.controlPlanes.length > 1) addLoadBalancer(world, setUp);
  for (const [index, { name }] of setUp.controlPlanes.entries()) {
    addControlPlane(world, setUp, { machine: name, address: controlPlaneAddress(index) });
  }
  setUp.nodes.forEach((node, index) => addWorker(world, setUp, node, index));
  if (setUp.addons) addKubeadm(world, setUp);
  return world;
}

/** Where the cluster was set up: what remains to be done is creating objects. */
function addKubeadm(world: World, setUp: ClusterSetUp): void {
  const machine = setUp.controlPlanes[0]?.name ?? CONTROL_PLANE_MACHINE;
  const { clusterCidr, serviceCidr } = setUp.flags;
  const isShared = setUp.controlPlanes.length > 1;
  addProcess(world, {
    name: processNames.kubeadm(machine),
    kind: 'kubeadm',
    machine,
    config: {
      apiServer: apiEndpoint(setUp),
      clusterDns: clusterDnsAddress(serviceCidr),
      clusterCidr,
      serviceCidr,
      controlPlaneEndpoint: `${isShared ? LOAD_BALANCER_MACHINE : controlPlaneAddress(0)}:6443`,
      isShared,
    } satisfies KubeadmConfig,
  });
}

/** The tenth address of a range: where the Service `kube-dns` is. */
function clusterDnsAddress(serviceCidr: string): string {
  const parts = firstAddress(serviceCidr).split('.');
  return [...parts.slice(0, 3), Number(parts[3] ?? 0) + 9].join('.');
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

/**
 * A machine as kubeadm makes it: containerd and the kubelet run on it, and of the control plane's four components there
 * are manifests, from which the kubelet has them started.
 */
function addControlPlane(
  world: World,
  setUp: ClusterSetUp,
  { machine, address }: { readonly machine: string; readonly address: string },
): void {
  const components = {
    etcd: processNames.etcd(machine),
    'kube-apiserver': processNames.apiServer(machine),
    'kube-controller-manager': processNames.controllerManager(machine),
    'kube-scheduler': processNames.scheduler(machine),
  };
  addMachine(world, machine);
  addComponents(world, setUp, { machine, address });
  addNode(world, setUp, {
    node: controlPlaneNode(machine),
    address,
    components,
    images: setUp.addons ? [...CONTROL_PLANE_IMAGES, KUBE_PROXY_IMAGE] : CONTROL_PLANE_IMAGES,
    kubelet: {
      manifests: controlPlaneManifests({
        machine,
        address,
        members: setUp.controlPlanes.map(({ name }, index) => ({
          name,
          address: controlPlaneAddress(index),
        })),
        serviceCidr: setUp.flags.serviceCidr,
        clusterCidr: setUp.flags.clusterCidr,
        nodeCidrMaskSize: setUp.flags.podCidrMaskSize,
      }),
      registerWith: CONTROL_PLANE_MARKS,
    },
  });
}

/** Processors of a control-plane machine, which operators choose by the number of nodes. */
function coresFor(nodes: number): number {
  if (nodes <= 100) return 4;
  if (nodes <= 250) return 8;
  return nodes <= 500 ? 16 : 32;
}

/** The processes of the control plane on one machine: they wait for the container runtime to start them. */
function addComponents(
  world: World,
  setUp: ClusterSetUp,
  { machine, address }: { readonly machine: string; readonly address: string },
): void {
  const supervisor = processNames.containerd(machine);
  addProcess(world, {
    name: processNames.etcd(machine),
    kind: 'etcd',
    machine,
    supervisor,
    config: etcdConfig(setUp, machine),
  });
  addProcess(world, {
    name: processNames.apiServer(machine),
    kind: 'kube-apiserver',
    machine,
    supervisor,
    config: apiServerConfig({
      etcd: processNames.etcd(machine),
      epochMillis: setUp.epochMillis,
      serviceCidr: setUp.flags.serviceCidr,
      advertiseAddress: address,
      servers: setUp.controlPlanes.length,
      cpuCores: coresFor(setUp.nodes.length),
    }),
  });
  addProcess(world, {
    name: processNames.controllerManager(machine),
    kind: 'kube-controller-manager',
    machine,
    supervisor,
    config: {
      apiServer: processNames.apiServer(machine),
      epochMillis: setUp.epochMillis,
      flags: Object.freeze({ ...setUp.flags }),
      apiServerHost: `${address}:6443`,
    } satisfies ControllerManagerConfig,
  });
  addProcess(world, {
    name: processNames.scheduler(machine),
    kind: 'kube-scheduler',
    machine,
    supervisor,
    config: {
      apiServer: processNames.apiServer(machine),
      epochMillis: setUp.epochMillis,
      qps: setUp.flags.schedulerQps,
      burst: setUp.flags.schedulerBurst,
      apiServerHost: `${address}:6443`,
    } satisfies SchedulerConfig,
  });
}

/** systemd starts them again when they crash: `RestartSec` of their units, as packages ship them. */
const CONTAINERD_RESTART = 5 * SECOND;
const KUBELET_RESTART = 10 * SECOND;

/** What makes a machine a node: the container runtime and the kubelet. */
function addNode(
  world: World,
  setUp: ClusterSetUp,
  given: {
    readonly node: NodeSetUp;
    readonly address: string;
    /** Processes of the machine that its kubelet may have started, by their programs. */
    readonly components?: Readonly<Record<string, string>>;
    readonly images?: readonly string[];
    readonly kubelet?: Partial<KubeletConfig>;
  },
): void {
  const machine = given.node.name;
  const apiServer = apiEndpoint(setUp);
  addProcess(world, {
    name: processNames.containerd(machine),
    kind: 'containerd',
    machine,
    restartMicros: CONTAINERD_RESTART,
    config: {
      epochMillis: setUp.epochMillis,
      kubelet: processNames.kubelet(machine),
      nodeIp: given.address,
      lan: lanOf(setUp),
      clusterCidr: setUp.flags.clusterCidr,
      ...(setUp.addons
        ? {
            cniAgent: processNames.cniAgent(machine),
            kubeProxy: processNames.kubeProxy(machine),
          }
        : undefined),
      components: componentsOf(setUp, machine, given.components),
      images: given.images ?? [],
    } satisfies ContainerdConfig,
  });
  addProcess(world, {
    name: processNames.kubelet(machine),
    kind: 'kubelet',
    machine,
    restartMicros: KUBELET_RESTART,
    config: {
      node: Object.freeze({ ...given.node }),
      nodeIp: given.address,
      epochMillis: setUp.epochMillis,
      apiServer,
      containerd: processNames.containerd(machine),
      kubernetesServiceIp: firstAddress(setUp.flags.serviceCidr),
      cniAgent: setUp.addons,
      ...given.kubelet,
    } satisfies KubeletConfig,
  });
  if (setUp.addons) addDataPlane(world, setUp, machine);
}

/** What containers of a machine can be processes of it, and the images that those must have. */
function componentsOf(
  setUp: ClusterSetUp,
  machine: string,
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Component>> {
  const of = (process: string, repository: string) => Object.freeze({ process, repository });
  const components = Object.entries(own).map(
    ([program, process]) => [program, of(process, `registry.k8s.io/${program}`)] as const,
  );
  if (setUp.addons)
    components.push(
      ['kube-proxy', of(processNames.kubeProxy(machine), repositoryOf(KUBE_PROXY_IMAGE))],
      ['cni-agent', of(processNames.cniAgent(machine), repositoryOf(CNI_AGENT_IMAGE))],
    );
  return Object.freeze(Object.fromEntries(components));
}

function repositoryOf(image: string): string {
  return image.slice(0, image.lastIndexOf(':'));
}

/** What sees to a node's network. Both wait for the container runtime to start them: they are in Pods of DaemonSets. */
function addDataPlane(world: World, setUp: ClusterSetUp, machine: string): void {
  const apiServer = apiEndpoint(setUp);
  const containerd = processNames.containerd(machine);
  addProcess(world, {
    name: processNames.cniAgent(machine),
    kind: 'cni-agent',
    machine,
    supervisor: containerd,
    config: { node: machine, apiServer, containerd } satisfies CniAgentConfig,
  });
  addProcess(world, {
    name: processNames.kubeProxy(machine),
    kind: 'kube-proxy',
    machine,
    supervisor: containerd,
    config: {
      node: machine,
      apiServer,
      containerd,
      epochMillis: setUp.epochMillis,
    } satisfies KubeProxyConfig,
  });
}

const lans = new WeakMap<ClusterSetUp, Readonly<Record<string, string>>>();

/** The machines that share the network, by address; every node of a cluster knows the same table. */
function lanOf(setUp: ClusterSetUp): Readonly<Record<string, string>> {
  let lan = lans.get(setUp);
  if (lan === undefined) {
    const entries: [string, string][] = [
      ...setUp.controlPlanes.map(({ name }, index): [string, string] => [
        controlPlaneAddress(index),
        name,
      ]),
      ...setUp.nodes.map(({ name }, index): [string, string] => [nodeAddress(index), name]),
    ];
    lan = Object.freeze(Object.fromEntries(entries));
    lans.set(setUp, lan);
  }
  return lan;
}

function addWorker(world: World, setUp: ClusterSetUp, node: NodeSetUp, index: number): void {
  addMachine(world, node.name);
  addNode(world, setUp, { node, address: nodeAddress(index) });
}

/** The machines' own network is 192.168.0.0/16; the control plane begins at .0.10, workers at .1.1. */
function etcdConfig({ controlPlanes }: ClusterSetUp, machine: string): EtcdConfig {
  const members = controlPlanes.map(({ name }, index) => ({
    name,
    address: controlPlaneAddress(index),
    process: processNames.etcd(name),
  }));
  return memberConfig(machine, members);
}

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
    readonly supervisor?: string;
    readonly restartMicros?: Micros;
  },
): void {
  kernel.addProcess(world, { ...process, config: Object.freeze(process.config) }, nobodyListens);
}
