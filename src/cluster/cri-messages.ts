import type { ResolverConfig } from './network/names.ts';
// The container runtime interface: what a kubelet and the containerd of its machine say to each other.

/** What to run. Everything the runtime needs is resolved by the kubelet: environment, image, limits. Frozen. */
export interface ContainerConfig {
  readonly podUid: string;
  readonly podNamespace: string;
  readonly podName: string;
  readonly hostname: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  /** What the Pod says in place of the image's entry point; empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly workingDir: string;
  readonly ports: readonly {
    readonly containerPort: number;
    readonly hostPort?: number;
    readonly protocol: string;
    readonly name?: string;
  }[];
  /** Files of mounted ConfigMaps, Secrets and projections, by path. Without a prototype. */
  readonly files: Readonly<Record<string, string>>;
  /** Writable volumes. */
  readonly mounts: readonly ContainerMount[];
  /** An init container that is no sidecar: a program of which nothing is known ends well after a while. */
  readonly runsToCompletion: boolean;
  /** Whose processes it sees beside its own: a container's of its Pod, the whole Pod's, or the node's. */
  readonly processes?: ProcessNamespace;
  /** Standard input stays open, so that a shell without a script waits instead of ending. */
  readonly stdin: boolean;
  /** It has a terminal. */
  readonly tty?: boolean;
  /** Its standard input ends with the first client that was attached to it. */
  readonly stdinOnce?: boolean;
  readonly memoryLimitBytes: number | undefined;
  readonly cpuLimitMilli: number | undefined;
  /** Its `/etc/resolv.conf`. */
  readonly dns?: ResolverConfig;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: 'File' | 'FallbackToLogsOnError';
}

export type ProcessNamespace =
  | { readonly of: 'container'; readonly name: string }
  | { readonly of: 'pod' }
  | { readonly of: 'node' };

/** A writable directory. Volumes of one name in one Pod (`empty/…`) or on one node (`host/…`) are shared. */
export interface ContainerMount {
  readonly mountPath: string;
  /** `empty/NAME` for one of the Pod's own, `host/PATH` for a directory of the node. */
  readonly volume: string;
}

/** A check from outside, or a command run inside, of one container. */
export type CriProbe =
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | {
      readonly kind: 'http';
      readonly scheme: string;
      readonly port: number;
      readonly path: string;
      /** Empty: the Pod's address. */
      readonly host: string;
    }
  | { readonly kind: 'tcp'; readonly port: number; readonly host: string }
  | { readonly kind: 'grpc'; readonly port: number; readonly service: string };

export type CriRequest =
  /** The addresses that this node's Pods get. No answer. */
  | { readonly type: 'cri/runtime-config'; readonly podCidr: string; readonly nodeIp: string }
  | {
      readonly type: 'cri/pull-image';
      readonly id: number;
      readonly image: string;
      readonly hasCredentials: boolean;
    }
  | {
      readonly type: 'cri/run-sandbox';
      readonly id: number;
      readonly podUid: string;
      readonly podNamespace: string;
      readonly podName: string;
      readonly hostNetwork: boolean;
    }
  /** Releases the Pod's address; its containers' records and logs stay. No answer. */
  | { readonly type: 'cri/stop-sandbox'; readonly podUid: string }
  /** The same with an answer: for a kubelet that has to know, because the network plugin may fail. */
  | { readonly type: 'cri/end-sandbox'; readonly id: number; readonly podUid: string }
  /** Forgets the Pod: sandbox, containers (killed where they still run), logs, volumes. No answer. */
  | { readonly type: 'cri/remove-sandbox'; readonly podUid: string }
  | { readonly type: 'cri/start-container'; readonly id: number; readonly config: ContainerConfig }
  /** Other limits for a container that runs (upstream: UpdateContainerResources). */
  | {
      readonly type: 'cri/update-container';
      readonly id: number;
      readonly containerId: string;
      readonly memoryLimitBytes: number | undefined;
      readonly cpuLimitMilli: number | undefined;
    }
  /**
   * SIGTERM now, SIGKILL after the grace. The answer is the event of the exit; a container that has
   * already exited is reported once more.
   */
  | {
      readonly type: 'cri/stop-container';
      readonly containerId: string;
      readonly graceMicros: number;
    }
  | {
      readonly type: 'cri/probe';
      readonly id: number;
      readonly containerId: string;
      readonly probe: CriProbe;
      /** How long the caller waits; undefined: as long as it takes. */
      readonly timeoutMicros: number | undefined;
      /** It will be sent again: whether its answer stands is worth knowing. */
      readonly again?: true;
    }
  | { readonly type: 'cri/list'; readonly id: number }
  /** What every running container uses now. */
  | { readonly type: 'cri/stats'; readonly id: number }
  /** Removes images by their full names. No answer. */
  | { readonly type: 'cri/remove-images'; readonly images: readonly string[] }
  | ContainerFault;

/** A fault from outside the cluster: one container dies at once. */
export interface ContainerFault {
  readonly type: 'containerd/kill-container';
  readonly podUid: string;
  readonly container: string;
  readonly how: 'crash' | 'oom';
}

/** A container as the runtime knows it. Frozen. */
export interface CriContainer {
  readonly id: string;
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  /** The reference it was started with, as the runtime writes it: `docker.io/library/nginx:1.25`. */
  readonly image: string;
  readonly imageId: string;
  readonly state: 'running' | 'exited';
  /** Virtual instants in microseconds; undefined for a container that never started. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly exitCode: number | undefined;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown`. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** The process of the machine that it is, where it is one of the cluster's own components. */
  readonly process?: string;
}

/** A Pod's shared surroundings: its address and volumes. Frozen. */
export interface CriSandbox {
  readonly podUid: string;
  readonly podNamespace: string;
  readonly podName: string;
  readonly hostNetwork: boolean;
  readonly ip: string;
  readonly state: 'ready' | 'notready';
  readonly createdAt: number;
}

export interface CriImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

export type CriResponse =
  | { readonly type: 'cri/done'; readonly id: number; readonly result: CriResult }
  | {
      readonly type: 'cri/failed';
      readonly id: number;
      /** What the kubelet shows as the waiting reason, for example `ErrImagePull`, `RunContainerError`. */
      readonly reason: string;
      readonly message: string;
      /** The record of a container that could be created but not started. */
      readonly container?: CriContainer;
    };

export type CriResult =
  | {
      readonly kind: 'pulled';
      readonly image: string;
      readonly imageId: string;
      readonly sizeBytes: number;
      readonly tookMicros: number;
    }
  | { readonly kind: 'sandbox'; readonly sandbox: CriSandbox }
  | { readonly kind: 'sandbox-stopped' }
  | { readonly kind: 'container'; readonly container: CriContainer }
  /** `memoryBytes`: it uses more than the new limit, and keeps the old one. */
  | { readonly kind: 'updated'; readonly memoryBytes: number | undefined }
  | { readonly kind: 'stats'; readonly uses: readonly CriContainerUse[] }
  | {
      readonly kind: 'probed';
      /** `error`: the check itself could not be made, so it says nothing about the container. */
      readonly outcome: 'success' | 'failure' | 'error';
      readonly output: string;
      /** The same probe would find the same, until `cri/news` comes or somebody acts on the world. */
      readonly stands?: true;
    }
  | {
      readonly kind: 'listed';
      readonly network: CriNetworkState;
      readonly containers: readonly CriContainer[];
      readonly sandboxes: readonly CriSandbox[];
      readonly images: readonly CriImage[];
    };

/** What one running container uses at an instant. */
export interface CriContainerUse {
  readonly podUid: string;
  readonly container: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** The runtime's own news: a container exited. (Upstream: evented PLEG.) */
export interface CriEvent {
  readonly type: 'cri/event';
  readonly container: CriContainer;
}

/** Something happens in a Pod whose probes have been told that their answers stand: they are to be sent again. */
export interface CriNews {
  readonly type: 'cri/news';
  readonly podUid: string;
}

/** The runtime's own news: its network plugin is configured, or its agent has come or gone. */
export interface CriNetwork {
  readonly type: 'cri/network';
  readonly network: CriNetworkState;
}

/** `uninitialized`: there is no configuration; `agent-down`: there is, but calls of the plugin fail. */
export type CriNetworkState = 'uninitialized' | 'agent-down' | 'ready';
