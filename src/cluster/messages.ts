import type { Cause } from '../kernel/cause.ts';
import type { ConnectionLost } from '../kernel/kernel.ts';
import type { CriRequest, CriResponse, CriEvent, CriNetwork } from './cri-messages.ts';

import type { ApiData, ApiInput, StreamMessage } from './stream-messages.ts';

export type * from './cri-messages.ts';
export type * from './stream-messages.ts';
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
  | ApiData
  | ApiInput
  | StreamMessage
  | EtcdRequest
  | EtcdResponse
  | EtcdWatchEvents
  | EtcdMaintenanceRequest
  | EtcdMaintenanceResponse
  | EtcdFault
  | HealthCheck
  | HealthAnswer
  | HealthNews
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

/** On whose behalf a request is made (the headers `Impersonate-User`, `-Group`, `-Uid` and `-Extra-…`). */
export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

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
  readonly contentType?: string | undefined;
  /** The media types the client takes; asks for a Table. */
  readonly accept?: string;
  /** Every `command` of the query, which may come several times (exec). */
  readonly command?: readonly string[];
  /** The client wants to speak in both directions (HTTP's `Upgrade`). */
  readonly upgrade?: true;
  readonly user: string;
  /** The groups that the user is in, where they are not those of his name (see apiserver/authorization). */
  readonly groups?: readonly string[];
  /** The user's uid and whatever else is known of him, where an authenticator or an impersonator says it. */
  readonly userUid?: string;
  readonly userExtra?: Readonly<Record<string, readonly string[]>>;
  /** The bearer token that the user's name was read from: the server looks whether it holds. */
  readonly token?: string;
  /** On whose behalf the request is made: `--as`, `--as-group`, `--as-uid` and `--as-user-extra`. */
  readonly impersonate?: Impersonation;
  readonly userAgent: string;
  /** The body, already parsed from JSON. Immutable. */
  readonly body?: unknown;
  /** Paths of fields that the body's text had twice; only who parsed it can know. */
  readonly duplicateFields?: readonly string[];
  /** In the body's place, where its text was no JSON. */
  readonly unreadable?: UnreadableBody;
  /**
   * True when the body was built by one of the cluster's own components from typed objects, so that
   * strict decoding of unknown fields and types can be skipped. Validation never is.
   */
  readonly typed?: true | undefined;
}

/** A text that is no JSON: what is wrong with it in a decoder's words, and its head. */
export interface UnreadableBody {
  readonly fault: string;
  readonly head: string;
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
  /** Who asks, where he showed a certificate or a token; nobody needs one for health. */
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
  readonly token?: string;
  /** Who asks will ask again: it wants to know whether the answer holds until it is told otherwise. */
  readonly again?: true;
}

/** The answer: a status code and the text that the component's endpoint prints. */
export interface HealthAnswer {
  readonly type: 'health/answer';
  readonly id: number;
  readonly code: number;
  readonly body: string;
  /** Asked again it would say the same, as long as nobody acts on the world and no `health/news` comes. */
  readonly stands?: true;
}

/** What this component has last said of its health may no longer be true: it is to be asked anew. */
export interface HealthNews {
  readonly type: 'health/news';
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
      /** As of a health check: `health/news` comes when a later answer may be another one. */
      readonly again?: true;
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
  /** The end of a watch that was opened under the number. Nothing answers it. */
  | { readonly type: 'etcd/cancel'; readonly id: number }
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
      /** As of a health answer. */
      readonly stands?: true;
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
