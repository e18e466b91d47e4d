import type {
  ConfigMap,
  Lease,
  Node,
  Pod,
  PodStatus,
  ResourceRequirements,
  PersistentVolumeClaim,
  Secret,
  Taint,
} from '../../api/generated/types.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { ConnectionLost, Disturbed } from '../../kernel/kernel.ts';
import type { Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiClient, ApiClientMessage } from '../client/api-client.ts';
import type { EventRecorder, EventThen } from '../client/event-recorder.ts';
import type { Informer, InformerSpec, InformerTimer } from '../client/informer.ts';
import type {
  ApiResponse,
  ApiWatchEnded,
  ApiWatchEvents,
  CriContainer,
  CriEvent,
  CriNetwork,
  CriNews,
  CriNetworkState,
  CriRequest,
  CriResponse,
  CriSandbox,
  HealthAnswer,
  HealthCheck,
  HealthNews,
  StreamMessage,
} from '../messages.ts';
import type { NodeSetUp } from '../set-up.ts';
import type { PressureState } from './eviction.ts';
import type { KubeletStreams } from './streams.ts';
import type { StandingProbe } from './resting-probes.ts';
import type { ProcessCheck } from './process-probes.ts';

/** What a kubelet is started with. Frozen. */
export interface KubeletConfig {
  readonly node: NodeSetUp;
  /** The machine's own address: InternalIP. */
  readonly nodeIp: string;
  readonly epochMillis: number;
  readonly apiServer: string;
  /** The container runtime of the same machine. */
  readonly containerd: string;
  /** The address of the Service `kubernetes`, which every container finds in its environment. */
  readonly kubernetesServiceIp: string;
  /** The network plugin has an agent, which configures it; otherwise it is ready with the node's range of addresses. */
  readonly cniAgent?: boolean;
  /** What is in `/etc/kubernetes/manifests` of a new machine, by file name. */
  readonly manifests?: ReadonlyMap<string, Pod>;
  /** Labels and taints that the node is registered with. */
  readonly registerWith?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Taint[];
  };
}

/** What survives a restart of the kubelet; containers are the runtime's business. */
export interface KubeletDisk {
  /** The boot in which it last ran, so that it can tell that the machine was rebooted. */
  boots: number;
  /** `/etc/kubernetes/manifests`: the Pods that it runs whatever the API says, by file name. */
  readonly manifests: Map<string, Pod>;
  /** Manifests that somebody has moved out of that directory, by file name. */
  readonly manifestsAside: Map<string, Pod>;
  /** What Pods have been granted while they ask for something else, by UID. */
  allocations?: Map<string, ReadonlyMap<string, ResourceRequirements>>;
}

export interface KubeletMemory {
  readonly client: ApiClient<KubeletThen>;
  readonly recorder: EventRecorder;
  /** What it watches: one informer for each. Frozen. */
  readonly specs: readonly InformerSpec[];
  readonly informers: ReadonlyMap<string, Informer>;
  readonly runtime: RuntimeLink;
  readonly node: NodeState;
  /** By the Pod's UID: two Pods of one name may be here at once, an old one that is ending and a new one. */
  readonly workers: Map<string, PodWorker>;
  /** Workers that are awake (see resting.ts). */
  readonly touched: string[];
  /** Amounts and ports of the admitted Pods that have not ended. */
  readonly admitted: AdmittedTotals;
  readonly pulls: PullQueue;
  readonly pressure: PressureState;
  /** Probes' requests to components of this machine that have not been answered, by their numbers. */
  readonly checks: Map<number, ProcessCheck>;
  nextCheck: number;
  /** Probes that are left out while their last answers stand, by container and probe (see resting-probes.ts). */
  readonly standing: Map<string, StandingProbe>;
  /** UIDs of mirror Pods whose removal is under way. */
  readonly mirrorsLeaving: Set<string>;
  /** Logs, commands and connections that pass through. */
  readonly streams: KubeletStreams;
  /** Pods whose resize has been put off, by UID, and when they are looked at anyway. */
  readonly resizes: { readonly waiting: string[]; retryAt: Micros | undefined };
}

/** The connection to the container runtime. */
export interface RuntimeLink {
  nextId: number;
  /** Requests that have not been answered. */
  readonly pending: Map<number, RuntimeThen>;
  /** Whether its first listing has come: before that no Pod is touched. */
  listed: boolean;
  /** Whether what the machine declares itself (static Pods) has been matched with it. */
  adopted: boolean;
  /** Whether the API's Pods have been matched with it. */
  stocked: boolean;
  up: boolean;
  /** How its network plugin is. */
  network: CriNetworkState;
  /** Full names of images on the disk, with their sizes. */
  readonly images: Map<string, number>;
}

/** What a runtime request's answer is for. */
export type RuntimeThen =
  | { readonly kind: 'list' }
  | { readonly kind: 'stats' }
  | { readonly kind: 'sandbox'; readonly uid: string; readonly cause: Cause | undefined }
  | { readonly kind: 'stop-sandbox'; readonly uid: string; readonly cause: Cause | undefined }
  | {
      readonly kind: 'pull';
      readonly uid: string;
      readonly container: string;
      readonly cause: Cause | undefined;
    }
  | {
      readonly kind: 'start' | 'update';
      readonly uid: string;
      readonly container: string;
      readonly cause: Cause | undefined;
    }
  | {
      readonly kind: 'probe';
      /** Under which it came, and will come again. */
      readonly timer: ProbeTimer;
      /** From one of these probes to the next. */
      readonly period: Micros;
    }
  | {
      readonly kind: 'hook';
      readonly uid: string;
      readonly container: string;
      readonly hook: 'postStart' | 'preStop';
      readonly containerId: string;
      readonly cause: Cause | undefined;
    };

export interface NodeState {
  /** The API's object as last seen; undefined until it is registered. */
  object: Node | undefined;
  lease: Lease | undefined;
  podCidr: string;
  registered: boolean;
  /** The Ready condition was True when last posted. */
  ready: boolean;
  /** The status has to be posted anew as soon as the API server can be reached. */
  stale: boolean;
  /** A status write is under way. */
  writing: boolean;
  readonly bootId: string;
  readonly rebooted: boolean;
  /** When the regular report is due. */
  reportAt: Micros;
}

export interface AdmittedTotals {
  readonly amounts: Map<string, number>;
  pods: number;
}

/** Pulls go one by one (`serializeImagePulls: true`). */
export interface PullQueue {
  running: boolean;
  readonly waiting: QueuedPull[];
}

export interface QueuedPull {
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  readonly hasCredentials: boolean;
  readonly since: Micros;
  readonly cause: Cause | undefined;
}

/** What is being done for a Pod right now: one thing at a time, as upstream's pod workers do. */
export type Operation =
  | { readonly kind: 'fetch' }
  | { readonly kind: 'sandbox' }
  /** Its network is being taken down. */
  | { readonly kind: 'stop-sandbox' }
  /** The node has no addresses for Pods yet. */
  | { readonly kind: 'network' }
  | { readonly kind: 'pull'; readonly container: string; readonly since: Micros }
  | { readonly kind: 'start'; readonly container: string }
  | { readonly kind: 'post-start'; readonly container: string }
  /** A container's limits are being changed. */
  | { readonly kind: 'resize'; readonly container: string };

/** The kubelet's side of one Pod. */
export interface PodWorker {
  readonly uid: string;
  /** Where the Pod is declared: in the API, or in a file on this machine (a static Pod). */
  readonly source: 'api' | 'file';
  /** Its latest version. Frozen. */
  pod: Pod;
  /** False once its source no longer has it. */
  inApi: boolean;
  /** Of a static Pod: the UID of the mirror that has its status; empty: none yet. */
  mirrorUid: string;
  /** Its mirror is being written. */
  mirroring: boolean;
  stage: 'syncing' | 'terminating' | 'terminated';
  /** Refused, evicted or over its deadline: what its final status says. Frozen. */
  failure: PodFailure | undefined;
  admitted: boolean;
  operation: Operation | undefined;
  sandbox: CriSandbox | undefined;
  /** What its volumes and variables refer to. */
  references: References;
  /** Containers by name, in order of the spec: init containers first. */
  readonly containers: Map<string, ContainerWork>;
  termination: Termination | undefined;
  /** The status last handed over to the API. Frozen. */
  status: PodStatus | undefined;
  /** The status made last, whatever the API has had since: what of it still holds is used again. Frozen. */
  made: PodStatus | undefined;
  /** The instant its timer is set for; a timer for another one is stale. */
  wakeAt: Micros | undefined;
  /** A status write is under way; another may be needed after it. */
  writing: boolean;
  dirty: boolean;
  /** What its containers have been granted, where that is not what the spec asks for. Frozen. */
  allocated: ReadonlyMap<string, ResourceRequirements> | undefined;
  /** What there is to say of resizing; undefined: it has never been resized. Frozen. */
  resize: PodResize | undefined;
  /** Failed writes in a row. */
  failures: number;
  startedAt: Micros;
  /** Why the Pod's state last changed: what later writes are filed under. */
  cause: Cause | undefined;
}

/** Conditions PodResizePending and PodResizeInProgress, while they stand. */
export interface PodResize {
  readonly pending: ResizeNews | undefined;
  readonly inProgress: ResizeNews | undefined;
  /** When a change that failed is tried again. */
  readonly retryAt: Micros | undefined;
}

export interface ResizeNews {
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export interface PodFailure {
  readonly reason: string;
  readonly message: string;
}

/** How far the kubelet is with ending a Pod. */
export interface Termination {
  readonly since: Micros;
  graceMicros: Micros;
  /** Containers whose preStop hook is running. */
  readonly hooks: Set<string>;
  /** Containers told to stop. */
  readonly stopped: Set<string>;
  /** The API has been asked to remove the Pod. */
  deleting: boolean;
}

/** What the kubelet fetches for a Pod. */
export type Referenced = ConfigMap | Secret | PersistentVolumeClaim;

/**
 * ConfigMaps, Secrets and claims a Pod needs, as they were fetched for it. Frozen where there is nothing to fetch, so
 * that Pods share it; otherwise the worker has one of its own.
 */
export interface References {
  state: 'unknown' | 'fetching' | 'ready' | 'failed';
  /** `configmaps/name`, `secrets/name` or `persistentvolumeclaims/name` → the object; null: there is none. */
  readonly objects: Map<string, Referenced | null>;
  /** Services of the Pod's namespace, where its containers look at their variables. */
  services: readonly ServiceVariables[] | undefined;
  outstanding: number;
  /** When they were last fetched. */
  fetchedAt: Micros;
  /** The next try, and how long after it the one after that. */
  retryAt: Micros;
  delay: Micros;
}

/** What variables of a Service say. Frozen. */
export interface ServiceVariables {
  readonly name: string;
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly name: string | undefined;
    readonly port: number;
    readonly protocol: string;
  }[];
}

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

/** One container of a Pod. */
export interface ContainerWork {
  readonly name: string;
  readonly init: boolean;
  readonly sidecar: boolean;
  /** Added for debugging: started once, and never again. */
  readonly ephemeral: boolean;
  /** The newest container of that name. */
  current: CriContainer | undefined;
  /** The one before it, for `lastState`. */
  previous: CriContainer | undefined;
  restartCount: number;
  /** Why it waits, once something has gone wrong. Frozen. */
  waiting: { readonly reason: string; readonly message: string } | undefined;
  /** Image pulls: not before this instant, with this delay next. */
  pullBackoff: Backoff | undefined;
  /** Starts after a crash. */
  crashBackoff: Backoff | undefined;
  /** After an error that only time can mend. */
  retryAt: Micros | undefined;
  /** The image has been pulled, or found there, for the start that comes next. */
  imageReady: boolean;
  /** The postStart hook has ended well, or there is none. */
  hooked: boolean;
  /** What its probes say. */
  readonly probes: ContainerProbes | undefined;
  /** It is being killed, for this reason, to be started anew. */
  killing: string | undefined;
  /** The amounts that the current container has, where those are not what it has been granted. */
  actuated: ResourceRequirements | undefined;
  /** It is started anew in any case, since a resize has ended it. */
  restarting: boolean;
}

export interface ContainerProbes {
  readonly liveness: ProbeWork | undefined;
  readonly readiness: ProbeWork | undefined;
  readonly startup: ProbeWork | undefined;
}

export interface Backoff {
  delay: Micros;
  /** When the delay was last set. */
  since: Micros;
}

/** The state of one probe of the current container. */
export interface ProbeWork {
  /** The container it is about; a timer or answer about another is stale. */
  containerId: string;
  result: 'success' | 'failure' | 'unknown';
  /** How often in a row the last outcome has come. */
  run: number;
  last: 'success' | 'failure' | undefined;
}

/** What an API request's answer is for. */
export type KubeletThen =
  | EventThen
  | { readonly type: 'node/registered' }
  | { readonly type: 'node/fetched' }
  | { readonly type: 'node/status-written'; readonly ready: boolean }
  | { readonly type: 'lease/created' }
  | { readonly type: 'lease/fetched' }
  | { readonly type: 'lease/renewed' }
  | { readonly type: 'pod/status-written'; readonly uid: string }
  | { readonly type: 'pod/deleted'; readonly uid: string }
  | { readonly type: 'mirror/created' | 'mirror/deleted'; readonly uid: string }
  | { readonly type: 'pod/reference'; readonly uid: string; readonly key: string };

/** A probe of one container is due: each comes under the same timer as the one before it. */
export interface ProbeTimer {
  readonly type: 'kubelet/probe';
  readonly uid: string;
  readonly container: string;
  readonly probe: ProbeKind;
  readonly containerId: string;
}

/** The kubelet's timers. */
export type KubeletTimer =
  | { readonly type: 'kubelet/lease' }
  | { readonly type: 'kubelet/register' }
  | { readonly type: 'kubelet/look-at-node' }
  | { readonly type: 'kubelet/node-status'; readonly at: Micros }
  | { readonly type: 'kubelet/list-runtime' }
  | { readonly type: 'kubelet/mirrors' }
  | { readonly type: 'kubelet/monitor'; readonly at: Micros }
  /** The kernel's notifier: the machine's memory, disk or process ids run low, or no longer do. */
  | { readonly type: 'kubelet/pressure' }
  /** The directory of manifests has changed (inotify). */
  | { readonly type: 'kubelet/manifests' }
  | { readonly type: 'kubelet/pod'; readonly uid: string; readonly at: Micros }
  | { readonly type: 'kubelet/status-retry'; readonly uid: string }
  /** What was put off for want of room is looked at again. */
  | { readonly type: 'kubelet/resize'; readonly at: Micros | undefined }
  | ProbeTimer
  | {
      readonly type: 'kubelet/post-started';
      readonly uid: string;
      readonly container: string;
      readonly containerId: string;
    }
  | {
      readonly type: 'kubelet/stop';
      readonly uid: string;
      readonly container: string;
      readonly containerId: string;
      readonly graceMicros: Micros;
    };

/** Everything the kubelet hears or sends. */
export type KubeletMessage =
  | KubeletTimer
  | ApiClientMessage
  | InformerTimer
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | CriRequest
  | CriResponse
  | CriEvent
  | CriNews
  | CriNetwork
  | HealthCheck
  | HealthAnswer
  | HealthNews
  | StreamMessage
  | Disturbed
  | ConnectionLost;

export type KubeletEnv = Env<KubeletMessage>;

/** What the kubelet's functions work on during one step. */
export interface Kubelet {
  readonly disk: KubeletDisk;
  readonly memory: KubeletMemory;
  readonly config: KubeletConfig;
}

/** What the machine's calendar shows now, as milliseconds since 1970. */
export function calendarMillis(
  kubelet: Kubelet,
  env: Pick<KubeletEnv, 'now' | 'clockSkewMicros'>,
): number {
  return kubelet.config.epochMillis + (env.now + env.clockSkewMicros()) / 1000;
}
