import type { Cause } from '../kernel/cause.ts';
import type { ConnectionLost } from '../kernel/kernel.ts';
import type { ResolverConfig } from './network/names.ts';
import type {
  CniConfigure,
  NetAnswer,
  NetConnect,
  NetIHave,
  NetListen,
  NetRules,
  NetWhoHas,
} from './network/packets.ts';

/**
 * The cluster's vocabulary: every message that crosses the wire between processes. Timers that a
 * process sends itself are its own affair and are typed in its own folder. Messages are immutable.
 */
export type WireMessage =
  | ApiRequest
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | ApiCancel
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | EtcdMaintenanceRequest
  | EtcdMaintenanceResponse
  | EtcdFault
  | HealthCheck
  | HealthAnswer
  | CriRequest
  | CriResponse
  | CriEvent
  | CriNetwork
  | NetConnect
  | NetAnswer
  | NetRules
  | NetWhoHas
  | NetIHave
  | NetListen
  | CniConfigure
  | ConnectionLost;

// ── Kubernetes API: HTTP in the shape of fetch, as data ─────────────────────────────────────────

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An HTTP request to the API server. */
export interface ApiRequest {
  readonly type: 'api/request';
  /** The sender's own number for it; answers carry it back. */
  readonly id: number;
  readonly method: Method;
  /** Path without the query, for example `/api/v1/namespaces/default/pods/web`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The media type of the body; matters for PATCH. */
  readonly contentType?: string;
  /** The media types the client takes; asks for a Table. */
  readonly accept?: string;
  readonly user: string;
  /** The groups that the user is in, where they are not those of his name (see apiserver/authorization). */
  readonly groups?: readonly string[];
  /** On whose behalf the request is made: `--as` and `--as-group`. */
  readonly impersonate?: { readonly user: string; readonly groups?: readonly string[] };
  readonly userAgent: string;
  /** The body, already parsed from JSON. Immutable. */
  readonly body?: unknown;
  /**
   * True when the body was built by one of the cluster's own components from typed objects, so that
   * strict decoding of unknown fields and types can be skipped. Validation never is.
   */
  readonly typed?: true;
}

/** The answer to a request that is not a watch. `body` is the object, a list, a Table or a Status. */
export interface ApiResponse {
  readonly type: 'api/response';
  readonly id: number;
  /** HTTP status code. */
  readonly code: number;
  readonly body: unknown;
  /** Texts of `Warning` headers. */
  readonly warnings?: readonly string[];
  /** Seconds of a `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  /** Set on plain-text answers (`/healthz`, logs). */
  readonly contentType?: string;
}

/** One step of a watch, as on the wire: ADDED, MODIFIED, DELETED, BOOKMARK, ERROR (a Status). */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
  /** Why the change was written. Beside the object and not in it: no client of a real cluster sees it. */
  readonly cause?: Cause | undefined;
}

/** Events of an open watch, in order. The first batch may be empty: it says that the watch is open. */
export interface ApiWatchEvents {
  readonly type: 'api/watch';
  /** The id of the request that opened the watch. */
  readonly id: number;
  readonly events: readonly WatchEvent[];
}

/** The server ended a watch in the ordinary way (its time was up, or the client was too slow). */
export interface ApiWatchEnded {
  readonly type: 'api/watch-ended';
  readonly id: number;
}

/** The client ends a watch: like closing the HTTP stream. */
export interface ApiCancel {
  readonly type: 'api/cancel';
  readonly id: number;
}

// ── Health checks: any component ────────────────────────────────────────────────────────────────

/** A GET of a health endpoint (`/health`, `/healthz`, `/livez`, `/readyz`), as a kubelet's probe or a balancer sends it. */
export interface HealthCheck {
  readonly type: 'health/check';
  readonly id: number;
  readonly path: string;
}

/** The answer: a status code and the text that the component's endpoint prints. */
export interface HealthAnswer {
  readonly type: 'health/answer';
  readonly id: number;
  readonly code: number;
  readonly body: string;
}

// ── etcd: what the API server asks of it ────────────────────────────────────────────────────────

/** One key as etcd holds it. `value` is an immutable object, shared by reference. */
export interface EtcdKeyValue {
  readonly key: string;
  readonly value: unknown;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often the key was put since it was created. */
  readonly version: number;
}

export type EtcdRequest =
  | {
      readonly type: 'etcd/range';
      readonly id: number;
      /** First key; with `end` every key k with key ≤ k < end, without it that key alone. */
      readonly key: string;
      readonly end?: string;
      /** Reads as of this revision; absent: now. */
      readonly revision?: number;
      readonly limit?: number;
      /** What this member holds will do, however old it is: no quorum is asked. */
      readonly serializable?: true;
    }
  | {
      /** Puts or deletes one key if its modRevision is still the expected one (0: it must not exist; −1: whatever it is). */
      readonly type: 'etcd/txn';
      readonly id: number;
      readonly key: string;
      readonly expectedModRevision: number;
      readonly op:
        | { readonly kind: 'put'; readonly value: unknown; readonly ttlSeconds?: number }
        | { readonly kind: 'delete' };
    }
  | {
      readonly type: 'etcd/watch';
      readonly id: number;
      readonly key: string;
      readonly end: string;
      /** The first revision wanted; an older one than the compaction ends the watch with `compacted`. */
      readonly fromRevision: number;
    }
  | { readonly type: 'etcd/compact'; readonly id: number; readonly revision: number };

export type EtcdResponse =
  | {
      readonly type: 'etcd/range-result';
      readonly id: number;
      /** The store's revision when the answer was made. */
      readonly revision: number;
      readonly keyValues: readonly EtcdKeyValue[];
      /** How many keys the range holds in all. */
      readonly count: number;
      readonly more: boolean;
    }
  | {
      readonly type: 'etcd/txn-result';
      readonly id: number;
      readonly revision: number;
      readonly succeeded: boolean;
      /** What the key holds when the comparison failed; undefined: nothing. */
      readonly current: EtcdKeyValue | undefined;
    }
  | { readonly type: 'etcd/compact-result'; readonly id: number; readonly revision: number }
  | {
      readonly type: 'etcd/error';
      readonly id: number;
      /** The gRPC error text, for example `etcdserver: mvcc: required revision has been compacted`. */
      readonly error: string;
      readonly compactRevision?: number;
    };

/** One change of a key. `previous` is undefined for a key that did not exist. */
export interface EtcdEvent {
  readonly kind: 'put' | 'delete';
  readonly key: string;
  /** The new value; for a delete the last one, with the delete's revision. */
  readonly keyValue: EtcdKeyValue;
  readonly previous: EtcdKeyValue | undefined;
  /** Why it was written. */
  readonly cause?: Cause | undefined;
}

/** Events of an open etcd watch, in revision order, or its progress when `events` is empty. */
export interface EtcdWatchEvents {
  readonly type: 'etcd/events';
  readonly id: number;
  readonly events: readonly EtcdEvent[];
  /** Everything up to this revision has been sent. */
  readonly revision: number;
  /** Set when the watch ended because its start has been compacted away. */
  readonly compactRevision?: number;
}

/** What an operator asks of one member (etcdctl's cluster and maintenance commands). */
export interface EtcdMaintenanceRequest {
  readonly type: 'etcd/maintenance';
  readonly id: number;
  readonly op: EtcdMaintenance;
}

export type EtcdMaintenance =
  | { readonly kind: 'status' }
  | { readonly kind: 'member-list' }
  | {
      readonly kind: 'member-add';
      readonly peerUrl: string;
      readonly isLearner?: boolean;
    }
  | { readonly kind: 'member-promote'; readonly member: string }
  | { readonly kind: 'member-remove'; readonly member: string }
  | { readonly kind: 'member-update'; readonly member: string; readonly peerUrl: string }
  | { readonly kind: 'move-leader'; readonly target: string }
  | { readonly kind: 'alarm-list' }
  /** Without a member and an alarm: all of them. */
  | { readonly kind: 'alarm-disarm' }
  | { readonly kind: 'defragment' }
  | { readonly kind: 'hash-kv'; readonly revision?: number }
  | { readonly kind: 'snapshot' };

export type EtcdMaintenanceResponse =
  | {
      readonly type: 'etcd/maintenance-result';
      readonly id: number;
      readonly result: EtcdMaintenanceResult;
    }
  | {
      readonly type: 'etcd/maintenance-error';
      readonly id: number;
      /** The gRPC error text, for example `etcdserver: member not found`. */
      readonly error: string;
    };

export type EtcdMaintenanceResult =
  | { readonly kind: 'status'; readonly status: EtcdStatus }
  | { readonly kind: 'members'; readonly members: readonly EtcdMember[]; readonly added?: string }
  | { readonly kind: 'alarms'; readonly alarms: readonly EtcdAlarm[] }
  | {
      readonly kind: 'hash';
      readonly hash: string;
      readonly revision: number;
      readonly compactRevision: number;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: EtcdSnapshot }
  | { readonly kind: 'done' };

/** What `etcdctl endpoint status` tells of a member. */
export interface EtcdStatus {
  readonly clusterId: string;
  readonly memberId: string;
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly dbSizeQuota: number;
  /** Empty: there is none. */
  readonly leader: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
}

/** A member of the cluster. Ids are 16 hexadecimal digits. Frozen. */
export interface EtcdMember {
  readonly id: string;
  /** Empty until it has started. */
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly isLearner: boolean;
}

export interface EtcdAlarm {
  readonly member: string;
  readonly alarm: 'NOSPACE' | 'CORRUPT';
}

/** A saved database, as `etcdctl snapshot save` writes it. Immutable. */
export interface EtcdSnapshot {
  readonly hash: string;
  readonly revision: number;
  readonly totalKeys: number;
  readonly totalSize: number;
  readonly version: string;
  /** etcd's own affair. */
  readonly data: unknown;
}

/** A fault from outside the cluster: one member's disk gives another value for a key than was written. */
export interface EtcdFault {
  readonly type: 'etcd/flip-value';
  readonly key: string;
}

// ── Container runtime interface: kubelet ⇄ containerd, on one machine ───────────────────────────

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
    readonly protocol: string;
    readonly name?: string;
  }[];
  /** Files of mounted ConfigMaps, Secrets and projections, by path. Without a prototype. */
  readonly files: Readonly<Record<string, string>>;
  /** Writable volumes. */
  readonly mounts: readonly ContainerMount[];
  /** An init container that is no sidecar: a program of which nothing is known ends well after a while. */
  readonly runsToCompletion: boolean;
  /** Standard input stays open, so that a shell without a script waits instead of ending. */
  readonly stdin: boolean;
  readonly memoryLimitBytes: number | undefined;
  readonly cpuLimitMilli: number | undefined;
  /** Its `/etc/resolv.conf`. */
  readonly dns?: ResolverConfig;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: 'File' | 'FallbackToLogsOnError';
}

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
    }
  | { readonly type: 'cri/list'; readonly id: number }
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
  | {
      readonly kind: 'probed';
      /** `error`: the check itself could not be made, so it says nothing about the container. */
      readonly outcome: 'success' | 'failure' | 'error';
      readonly output: string;
    }
  | {
      readonly kind: 'listed';
      readonly network: CriNetworkState;
      readonly containers: readonly CriContainer[];
      readonly sandboxes: readonly CriSandbox[];
      readonly images: readonly CriImage[];
    };

/** The runtime's own news: a container exited. (Upstream: evented PLEG.) */
export interface CriEvent {
  readonly type: 'cri/event';
  readonly container: CriContainer;
}

/** The runtime's own news: its network plugin is configured, or its agent has come or gone. */
export interface CriNetwork {
  readonly type: 'cri/network';
  readonly network: CriNetworkState;
}

/** `uninitialized`: there is no configuration; `agent-down`: there is, but calls of the plugin fail. */
export type CriNetworkState = 'uninitialized' | 'agent-down' | 'ready';
