/**
 * Rows of a frame: small flat records that the canvas and the lists draw. They are derived from the
 * objects in etcd and from the machines, never edited. `id` is the object's uid.
 */

/** The five colour classes of a status; the text always goes with it. */
export type StatusClass = 'good' | 'moving' | 'attention' | 'failed' | 'inert';

export interface PodCard {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty while no node is chosen. */
  readonly node: string;
  /** What kubectl prints under STATUS: Running, Pending, CrashLoopBackOff, Init:0/1 … */
  readonly status: string;
  readonly statusClass: StatusClass;
  readonly phase: string;
  readonly ready: boolean;
  /** Ready containers and all, as kubectl's READY column counts them. */
  readonly containersReady: number;
  readonly containers: number;
  readonly restarts: number;
  readonly ip: string;
  readonly ownerKind: string;
  readonly ownerName: string;
  readonly ownerId: string;
  /** The workload at the top of the owners (a Deployment's name for its ReplicaSets' Pods): its hue. */
  readonly workload: string;
  readonly cpuRequestMilli: number;
  readonly memoryRequestBytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly deleting: boolean;
  /** While Pending without a node: the scheduler's lane and its message. */
  readonly queue: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'unseen' | '';
  readonly message: string;
  readonly containerNames: readonly string[];
  /** Labels matter to hovering a Service or workload. */
  readonly resourceVersion: string;
}

export interface NodeCard {
  readonly id: string;
  readonly name: string;
  readonly machine: string;
  readonly ready: 'True' | 'False' | 'Unknown';
  /** `Ready`, `NotReady`, `Ready,SchedulingDisabled` as kubectl prints. */
  readonly status: string;
  readonly statusClass: StatusClass;
  readonly unschedulable: boolean;
  readonly taints: readonly string[];
  /** Truth from outside: the machine's power, and the state of its processes. */
  readonly power: 'on' | 'off';
  readonly cut: boolean;
  readonly kubelet: 'up' | 'down';
  readonly containerd: 'up' | 'down';
  /** `none`: the cluster has no such unit. */
  readonly kubeProxy: 'up' | 'down' | 'none';
  readonly cniAgent: 'up' | 'down' | 'none';
  /** A machine of the control plane: it has its place above the field. */
  readonly controlPlane: boolean;
  /** Microseconds since the world began at the kubelet's last renewed lease. */
  readonly heartbeatAt: number;
  readonly zone: string;
  readonly cpuAllocatableMilli: number;
  readonly memoryAllocatableBytes: number;
  readonly podsMax: number;
  readonly cpuRequestedMilli: number;
  readonly memoryRequestedBytes: number;
  readonly cpuUsedMilli: number;
  readonly memoryUsedBytes: number;
  readonly pods: number;
  readonly pressures: readonly string[];
}

export interface ServiceCard {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly clusterIP: string;
  /** For example `80→8080/TCP`. */
  readonly ports: readonly string[];
  readonly selector: Readonly<Record<string, string>>;
  /** uids of Pods behind ready and not ready endpoints of its EndpointSlices. */
  readonly ready: readonly string[];
  readonly notReady: readonly string[];
}

/** Deployments, ReplicaSets and other things that own Pods. */
export interface WorkloadCard {
  readonly id: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly current: number;
  readonly readyCount: number;
  readonly updated: number;
  readonly available: number;
  readonly ownerId: string;
  readonly statusClass: StatusClass;
  /** For example `Progressing: 2 of 3 updated`, or the failing condition's message. */
  readonly message: string;
  readonly paused: boolean;
  readonly revision: string;
}

export interface ObjectRow {
  readonly id: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural, for paths. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** Where the API serves it. */
  readonly path: string;
  readonly createdAt: number;
}

export interface EventRow {
  readonly id: string;
  readonly namespace: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly kind: string;
  readonly name: string;
  /** uid of the object it is about. */
  readonly about: string;
  readonly component: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export type LampState = 'good' | 'attention' | 'failed' | 'off';

/** A control-plane component: its lamp and the measurement behind it. */
export interface ComponentHealth {
  /** `etcd`, `kube-apiserver`, `kube-scheduler`, `kube-controller-manager`, `load-balancer`, `coredns`. */
  readonly component: string;
  readonly process: string;
  readonly machine: string;
  readonly state: 'up' | 'stopped' | 'off';
  readonly lamp: LampState;
  /** What it is among its like: `leader`, `follower`, `holds the lease`, `stands by`, `out of the balancer`; often empty. */
  readonly role: string;
  /** It is the one that acts: etcd's leader, the holder of a lease. Of others: it runs. */
  readonly leads: boolean;
  /** The figures behind the lamp, the most telling first, ready to print: `p99 18 ms`, `42 req/s`. */
  readonly figures: readonly {
    readonly label: string;
    readonly value: string;
    readonly lamp?: LampState;
  }[];
  /** A short series for a spark line, oldest first; meaning in `sparkLabel`. */
  readonly spark: readonly number[];
  readonly sparkLabel: string;
}

export interface ControlPlaneHealth {
  /** Machine by machine, in order of installation; then the load balancer, then CoreDNS. */
  readonly components: readonly ComponentHealth[];
  readonly nodesReady: number;
  readonly nodes: number;
  /** The control plane's machines in order, and their balancer's. */
  readonly machines: readonly {
    readonly name: string;
    readonly power: 'on' | 'off';
    readonly cut: boolean;
    /** It runs a part of the control plane. */
    readonly controlPlane: boolean;
  }[];
}

/** What was measured of the processes that a panel draws, at one moment. Sent about once a second. */
export interface HealthSample {
  /** Microseconds since the world began. */
  readonly at: number;
  /** By process, then by figure; the names are those of `scenarios/FORMAT.md`. A process that is down has none. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One API request, drawn as a mark moving from its client to the API server. */
export interface TrafficMark {
  /** Process names. */
  readonly from: string;
  readonly to: string;
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  readonly at: number;
  readonly latencyMicros: number;
}

export interface FaultRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly since: number;
  /** When it mends itself; undefined: it stays until somebody mends it. */
  readonly until?: number;
}

/** A fault that comes back by itself; called off like a fault is mended, by its id. */
export interface FaultScheduleRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly everyMicros: number;
  readonly forMicros?: number;
  /** How often it still comes; undefined: until it is called off. */
  readonly left?: number;
  readonly nextAt: number;
}
