import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ConnectionLost, ProcessExited } from '../../kernel/kernel.ts';
import type { Env } from '../../kernel/process.ts';
import type {
  ApiRequest,
  ApiResponse,
  ContainerConfig,
  CriContainer,
  CriEvent,
  CriNews,
  CriNetwork,
  CriRequest,
  CriResponse,
  CriSandbox,
  StreamCall,
  StreamMessage,
} from '../messages.ts';
import type {
  CniConfigure,
  NetAnswer,
  NetConnect,
  NetIHave,
  NetListen,
  NetOutcome,
  NetRules,
  NetWhoHas,
} from '../network/packets.ts';
import type { ServiceRule } from '../network/service-rules.ts';
import type { AffinityTable } from '../network/translate.ts';
import type { FileTable } from '../programs/files.ts';
import type { Program } from '../programs/program.ts';
import type { Question } from '../programs/program-probes.ts';
import type { Target } from './connections.ts';
import type { Lookup } from './network.ts';
import type { Asker } from './ports.ts';

/** What the runtime of one machine is started with. */
export interface ContainerdConfig {
  readonly epochMillis: number;
  /** The machines by address: the network that they share. */
  readonly lan?: Readonly<Record<string, string>>;
  /** The range of all Pods' addresses. */
  readonly clusterCidr?: string;
  /** The agent of the network plugin; undefined: a plugin without one, configured with the range the kubelet is given. */
  readonly cniAgent?: string;
  /** The service proxy of the same machine, which answers on its own ports. */
  readonly kubeProxy?: string;
  /** The kubelet of the same machine. */
  readonly kubelet: string;
  /** The machine's own address, which Pods of its network have. */
  readonly nodeIp?: string;
  /** Images that are there from the beginning. */
  readonly images?: readonly string[];
  /** The cluster's own components that can run here: the process of the machine, by the program a container names. */
  readonly components?: Readonly<Record<string, Component>>;
}

/** Frozen. */
export interface Component {
  readonly process: string;
  /** The repository of the only images that the program is in. */
  readonly repository: string;
}

/**
 * What outlives the runtime's own process: images, records, logs, volumes, and the containers themselves,
 * which run under shims of their own. A reboot ends those; the records say so.
 */
export interface ContainerdDisk {
  /** The boot of the machine in which the containers here were running. */
  boots: number;
  podCidr: string;
  nodeIp: string;
  /** The address given last, as a number within the range. */
  lastAddress: number;
  /** Addresses given, with the UIDs of the Pods that have them. */
  readonly addresses: Map<string, string>;
  readonly images: Map<string, StoredImage>;
  /** By the Pod's UID. */
  readonly sandboxes: Map<string, Sandbox>;
  /** The Pods' own volumes that have been written to: UID → name → files. */
  readonly volumes: Map<string, Map<string, FileTable>>;
  readonly containers: Map<string, Container>;
  /** Directories of the node that Pods mount, by path. */
  readonly hostVolumes: Map<string, FileTable>;
  readonly network: NodeNetwork;
}

/** What the machine's kernel and `/etc/cni/net.d` hold. Rules, affinity and routes are gone with a reboot. */
export interface NodeNetwork {
  /** Whether the network plugin's configuration is there. */
  configured: boolean;
  /** The zone of the node, as kube-proxy has last said. */
  zone: string;
  /** What kube-proxy has written, by the Service's `namespace/name`. */
  readonly rules: Map<string, readonly ServiceRule[]>;
  readonly affinity: AffinityTable;
  /** The first three numbers of a range of Pod addresses → the machine that it is on. */
  readonly routes: Map<string, string>;
}

/** Frozen. */
export interface StoredImage {
  readonly name: string;
  readonly imageId: string;
  readonly sizeBytes: number;
}

/** A Pod's surroundings. Frozen, and replaced when it changes: a checkpoint shares it. */
export interface Sandbox {
  readonly record: CriSandbox;
  /** Ids of the Pod's containers, oldest first. */
  readonly containers: readonly string[];
}

export interface Container {
  /** Frozen, and replaced when its limits change. */
  config: ContainerConfig;
  record: CriContainer;
  /** Undefined once it has exited, and where the container is a process of the machine (`record.process`). */
  program: Program | undefined;
  log: ContainerLog | undefined;
  /** What its ports answer, where it is a process that says so itself. */
  listen?: NetListen;
  /** The instant its timer is set for; a timer for another one is stale. */
  wakeAt: Micros | undefined;
  /** When it is killed if it has not ended by then. */
  killAt: Micros | undefined;
}

/** The last lines a container wrote. Frozen, and replaced with each piece: a checkpoint shares it. */
export interface ContainerLog {
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** A line that has not ended yet. */
  readonly partial: string;
  /** Lines written in all. */
  readonly count: number;
}

export interface LogEntry {
  readonly at: Micros;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface ContainerdMemory {
  readonly connections: Connections;
  /** The network plugin's agent listens. */
  agentUp: boolean;
  /** Commands from outside that containers are still running, by the caller's number. */
  readonly execs: Map<number, PendingExec>;
  /** Streams that are open, by the kubelet's number (see streams.ts). */
  readonly streams: Map<number, RuntimeStream>;
  /** Containers that this step may have changed; empty between steps (see resting.ts). */
  readonly touched: string[];
  /** Containers that this step has sent a signal to from another; empty between steps. */
  readonly signalled: string[];
  /** UIDs of Pods whose probes' answers stand until one of their containers is touched. */
  readonly pledged: Set<string>;
}

/** A stream into a container, or to a port of its Pod. */
export interface RuntimeStream {
  readonly id: number;
  readonly call: StreamCall;
  readonly podUid: string;
  readonly containerId: string;
  /** Of a followed log: lines handed on. */
  seen: number;
  /** Of a forwarded connection: what the client has said and nobody has answered. */
  said: string;
  /** Bytes that may still be sent (`limitBytes`). */
  left: number | undefined;
}

/** Connections that programs here are opening, or that are passed on. */
export interface Connections {
  nextId: number;
  readonly open: Map<number, OpenConnection>;
  /** Addresses to which no route is known yet, with the connections that wait for one. */
  readonly unrouted: Map<string, number[]>;
}

/** Frozen. */
export interface OpenConnection {
  readonly then: NetThen;
  readonly target: Target;
  /** The process that is to answer; undefined: none has been asked. */
  readonly peer: string | undefined;
  readonly since: Micros;
  readonly cause: Cause | undefined;
}

/** Who is told what came of a connection. */
export type NetThen =
  | { readonly kind: 'lookup'; readonly lookup: Lookup }
  | {
      readonly kind: 'connect';
      readonly containerId: string;
      readonly question: Question;
      /** The address the program has connected to, before any rule. */
      readonly ip: string;
    }
  | { readonly kind: 'relay'; readonly peer: string; readonly id: number };

export interface PendingExec {
  readonly containerId: string;
  readonly command: readonly string[];
  readonly timeoutMicros: Micros | undefined;
  readonly cause: Cause | undefined;
}

/** The runtime's timers. */
export type ContainerdTimer =
  | {
      readonly type: 'containerd/pulled';
      readonly id: number;
      readonly image: string;
      readonly hasCredentials: boolean;
      readonly since: Micros;
    }
  | {
      readonly type: 'containerd/sandbox';
      readonly id: number;
      readonly podUid: string;
      readonly podNamespace: string;
      readonly podName: string;
      readonly hostNetwork: boolean;
    }
  | { readonly type: 'containerd/start'; readonly id: number; readonly config: ContainerConfig }
  | {
      readonly type: 'containerd/update';
      readonly id: number;
      readonly containerId: string;
      readonly memoryLimitBytes: number | undefined;
      readonly cpuLimitMilli: number | undefined;
    }
  | { readonly type: 'containerd/wake'; readonly containerId: string; readonly at: Micros }
  | { readonly type: 'containerd/exec-timeout'; readonly id: number }
  | { readonly type: 'containerd/connection-timeout'; readonly id: number }
  /** A log that is followed may have grown. */
  | { readonly type: 'containerd/look' }
  | { readonly type: 'containerd/neighbour-timeout'; readonly ip: string }
  | { readonly type: 'containerd/nobody'; readonly asker: Asker; readonly outcome: NetOutcome };

/** Everything the runtime hears or sends. */
export type ContainerdMessage =
  | CriRequest
  | CriResponse
  | CriEvent
  | CriNews
  | StreamMessage
  | ContainerdTimer
  | CriNetwork
  | NetConnect
  | NetAnswer
  | NetRules
  | NetWhoHas
  | NetIHave
  | NetListen
  | CniConfigure
  | ApiRequest
  | ApiResponse
  | ProcessExited
  | ConnectionLost;

export type ContainerdEnv = Env<ContainerdMessage>;

/** What the runtime's functions work on during one step. */
export interface Runtime {
  readonly disk: ContainerdDisk;
  readonly memory: ContainerdMemory;
  readonly config: ContainerdConfig;
}

/** The disk of a machine on which nothing has run. */
export function emptyDisk(config: Pick<ContainerdConfig, 'nodeIp'>): ContainerdDisk {
  return {
    boots: 1,
    podCidr: '',
    nodeIp: config.nodeIp ?? '',
    lastAddress: 1,
    addresses: new Map(),
    images: new Map(),
    sandboxes: new Map(),
    volumes: new Map(),
    containers: new Map(),
    hostVolumes: new Map(),
    network: {
      configured: false,
      zone: '',
      rules: new Map(),
      affinity: new Map(),
      routes: new Map(),
    },
  };
}
