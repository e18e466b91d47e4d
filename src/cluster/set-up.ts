/**
 * What a cluster is built from: the shape of its machines and the flags of its components. With the
 * seed and the commands it determines everything that follows, so it is small, plain and shareable.
 */
export interface ClusterSetUp {
  readonly seed: number;
  /** Calendar time of the beginning, milliseconds since 1970. */
  readonly epochMillis: number;
  /** The control-plane machines, each with an etcd member and an API server (kubeadm's stacked topology): 1, 3 or 5. */
  readonly controlPlanes: readonly ControlPlaneSetUp[];
  readonly nodes: readonly NodeSetUp[];
  /**
   * Whether kubeadm's addons are there: CoreDNS, and on each node kube-proxy and the agent of the network plugin. Without
   * them Services lead nowhere, names do not resolve, and Pods get addresses from a plugin without an agent.
   */
  readonly addons: boolean;
  readonly flags: ComponentFlags;
}

/** One machine of the control plane. */
export interface ControlPlaneSetUp {
  readonly name: string;
}

/** One worker: its machine and what its kubelet registers. */
export interface NodeSetUp {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly podsMax: number;
  /** Labels beside those every kubelet sets itself. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Flags of the components, under upstream's names without the dashes; durations in seconds. */
export interface ComponentFlags {
  /** kube-controller-manager: how long a node may be silent before it is NotReady. */
  readonly nodeMonitorGracePeriodSeconds: number;
  readonly nodeMonitorPeriodSeconds: number;
  /** Requests a second and burst of each controller's client, and of the scheduler's. */
  readonly controllerManagerQps: number;
  readonly controllerManagerBurst: number;
  readonly schedulerQps: number;
  readonly schedulerBurst: number;
  readonly podCidrMaskSize: number;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
}

/** kubeadm's defaults. The grace period is the classic 40 s of the documentation (today's is 50 s). */
export const DEFAULT_FLAGS: ComponentFlags = {
  nodeMonitorGracePeriodSeconds: 40,
  nodeMonitorPeriodSeconds: 5,
  controllerManagerQps: 20,
  controllerManagerBurst: 30,
  schedulerQps: 50,
  schedulerBurst: 100,
  podCidrMaskSize: 24,
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
};

/** Above fifty nodes operators raise the client limits, as Kubernetes' own scale tests do. */
const LARGE_FLAGS: ComponentFlags = {
  ...DEFAULT_FLAGS,
  controllerManagerQps: 100,
  controllerManagerBurst: 100,
  schedulerQps: 100,
  schedulerBurst: 100,
  clusterCidr: '10.0.0.0/8',
  serviceCidr: '172.16.0.0/12',
};

const GIBIBYTE = 2 ** 30;
const EPOCH_MILLIS = Date.UTC(2026, 0, 1, 9, 0, 0);

/** A cluster of equal workers (4 CPU, 16 GiB, 110 Pods); one control-plane machine, `cp-1`, unless more are asked for. */
export function defaultSetUp(
  options: {
    readonly nodes?: number;
    readonly seed?: number;
    readonly controlPlanes?: number;
    readonly addons?: boolean;
  } = {},
): ClusterSetUp {
  const count = options.nodes ?? 3;
  const nodes: NodeSetUp[] = [];
  for (let index = 1; index <= count; index++) {
    nodes.push({
      name: `node-${index}`,
      cpuMilli: 4000,
      memoryBytes: 16 * GIBIBYTE,
      podsMax: 110,
      labels: {},
    });
  }
  return {
    seed: options.seed ?? 7,
    epochMillis: EPOCH_MILLIS,
    controlPlanes: controlPlanesNamed(options.controlPlanes ?? 1),
    nodes,
    addons: options.addons ?? true,
    flags: count > 50 ? LARGE_FLAGS : DEFAULT_FLAGS,
  };
}

/** A control-plane machine as a node: 2 CPU and 4 GiB, which is twice what kubeadm asks for. */
export function controlPlaneNode(name: string): NodeSetUp {
  return { name, cpuMilli: 2000, memoryBytes: 4 * GIBIBYTE, podsMax: 110, labels: {} };
}

/** How kubeadm marks the nodes of the control plane. */
export const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';
export const CONTROL_PLANE_MARKS = Object.freeze({
  labels: Object.freeze({
    [CONTROL_PLANE_LABEL]: '',
    'node.kubernetes.io/exclude-from-external-load-balancers': '',
  }),
  taints: Object.freeze([Object.freeze({ key: CONTROL_PLANE_LABEL, effect: 'NoSchedule' })]),
});

function controlPlanesNamed(count: number): readonly ControlPlaneSetUp[] {
  return Array.from({ length: count }, (_, index) => ({ name: `cp-${index + 1}` }));
}

/** Names of processes, in one place: a process is addressed by its program and its machine. */
export const processNames = {
  etcd: (machine: string) => `etcd-${machine}`,
  apiServer: (machine: string) => `kube-apiserver-${machine}`,
  scheduler: (machine: string) => `kube-scheduler-${machine}`,
  controllerManager: (machine: string) => `kube-controller-manager-${machine}`,
  kubelet: (machine: string) => `kubelet-${machine}`,
  containerd: (machine: string) => `containerd-${machine}`,
  /** systemd units on each node: the service proxy, and the agent of the network plugin. */
  kubeProxy: (machine: string) => `kube-proxy-${machine}`,
  cniAgent: (machine: string) => `cni-agent-${machine}`,
  /** Runs once, where the cluster is set up. */
  kubeadm: (machine: string) => `kubeadm-${machine}`,
  /** What stands before the API servers when there are several. */
  loadBalancer: (machine: string) => `load-balancer-${machine}`,
} as const;

/** The machine of the load balancer, outside the cluster's own hosts. */
export const LOAD_BALANCER_MACHINE = 'lb-1';

/** Where everybody but the control plane's own components finds the API: the only server, or what stands before several. */
export function apiEndpoint({ controlPlanes }: Pick<ClusterSetUp, 'controlPlanes'>): string {
  return controlPlanes.length > 1
    ? processNames.loadBalancer(LOAD_BALANCER_MACHINE)
    : processNames.apiServer(controlPlanes[0]?.name ?? CONTROL_PLANE_MACHINE);
}

/** The first control-plane machine; the only one of a default cluster. */
export const CONTROL_PLANE_MACHINE = 'cp-1';
