import type { Pod, PodCondition, ReplicaSet } from '../../api/generated/types.ts';
import { forkStream } from '../../kernel/random.ts';
import type { Env } from '../../kernel/process.ts';
import { createApiClient } from '../client/api-client.ts';
import {
  createInformer,
  informersStep,
  type Informer,
  type InformerChange,
} from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { WireMessage } from '../messages.ts';
import { DEFAULT_FLAGS, type ComponentFlags } from '../set-up.ts';
import { createClusterView, type ClusterView } from './cluster-view.ts';
import { createDerived, updateDerived, type Derived } from './derived.ts';
import type { Plan } from './plan.ts';
import { informerSpecs, type ResourceName, type Resources } from './resources.ts';

/** Calendar time of instant 0 in tests: 2026-01-01T09:00:00Z. */
export const EPOCH_MILLIS = Date.UTC(2026, 0, 1, 9, 0, 0);

/** A cluster as one process sees it, fed by hand: what reconcile tables are run against. */
export interface SeenCluster {
  readonly view: ClusterView;
  readonly derived: Derived;
  readonly informers: ReadonlyMap<string, Informer>;
  /** Adds or replaces an object, as a watch would. */
  put<R extends ResourceName>(resource: R, object: Resources[R], now?: number): void;
  remove<R extends ResourceName>(resource: R, object: Resources[R], now?: number): void;
}

type Objects = { readonly [R in ResourceName]?: readonly Resources[R][] };

/** A cluster that shows these objects. */
export function seenCluster(
  objects: Objects = {},
  flags: Partial<ComponentFlags> = {},
  /** Told of every change, once everything derived has taken it in. */
  heed: (change: InformerChange) => void = () => {},
): SeenCluster {
  const derived = createDerived();
  const informers = new Map(informerSpecs.map((spec) => [spec.name, createInformer(spec)]));
  const view = createClusterView({
    epochMillis: EPOCH_MILLIS,
    flags: { ...DEFAULT_FLAGS, ...flags },
    informers,
    derived,
  });
  const client = createApiClient<never>({ server: '', user: '', userAgent: '', qps: 0, burst: 0 });
  let revision = 1000;
  const tell = (resource: string, type: 'ADDED' | 'DELETED', object: KubeObject, now: number) => {
    const informer = informers.get(resource);
    if (informer === undefined) throw new Error(`no informer of ${resource}`);
    informer.streamId = 1;
    revision += 1;
    const stamped = Object.freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    });
    const message = { type: 'api/watch', id: 1, events: [{ type, object: stamped }] };
    informersStep(informerSpecs, new Map([[resource, informer]]), client, message, deafEnv(now), {
      onChange(change) {
        updateDerived(derived, change, view, now);
        heed(change);
      },
    });
  };
  const cluster: SeenCluster = {
    view,
    derived,
    informers,
    put: (resource, object, now = 0) => tell(resource, 'ADDED', object, now),
    remove: (resource, object, now = 0) => tell(resource, 'DELETED', object, now),
  };
  for (const [resource, list] of Object.entries(objects)) {
    for (const object of list ?? []) tell(resource, 'ADDED', object, 0);
  }
  return cluster;
}

/** An Env that sends nothing. */
function deafEnv(now: number): Env<never> {
  const stream = forkStream(1, 'test');
  return {
    now,
    self: 'test',
    machine: 'test',
    from: undefined,
    cause: undefined,
    send: (_to: string, _message: WireMessage) => {},
    after: () => {},
    fsync: () => {},
    random: () => stream,
    note: () => {},
    reset: () => {},
    clockSkewMicros: () => 0,
    taken: () => 0,
    diskFull: () => false,
    startProcess: () => {},
    stopProcess: () => {},
    isRunning: () => false,
    exit: () => {},
    resumeCause: () => {},
    emit: () => {},
  } as Env<never>;
}

/** A plan's writes on one line each, as tables show them. */
export function summary(plan: Plan): readonly string[] {
  return plan.writes.map((write) => {
    switch (write.verb) {
      case 'create':
        return `create ${write.resource} ${write.object.metadata.name ?? `${write.object.metadata.generateName}*`}`;
      case 'update':
        return `update ${write.resource}${write.subresource === undefined ? '' : `/${write.subresource}`} ${write.object.metadata.name}`;
      case 'patch':
        return `patch ${write.resource}${write.subresource === undefined ? '' : `/${write.subresource}`} ${write.key}`;
      case 'delete':
      case 'get':
        return `${write.verb} ${write.resource} ${write.key}`;
      case 'delete collection':
        return `delete collection ${write.resource} ${write.namespace}`;
      case 'event':
        return `event ${write.type} ${write.reason} ${write.message}`;
      default:
        return 'unknown';
    }
  });
}

/** The object of the plan's first update of a resource (or its subresource). */
export function updated<R extends ResourceName>(
  plan: Plan,
  resource: R,
  subresource?: 'status' | 'finalize',
): Resources[R] | undefined {
  for (const write of plan.writes) {
    if (write.verb !== 'update' || write.resource !== resource) continue;
    // A write's object is of its resource.
    if (write.subresource === subresource) return write.object as KubeObject as Resources[R];
  }
  return undefined;
}

/** A ReplicaSet `web` of pods labelled `app: web`. */
export function aReplicaSet(
  more: {
    readonly name?: string;
    readonly uid?: string;
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly deleting?: boolean;
    readonly status?: ReplicaSet['status'];
    readonly owner?: KubeObject;
  } = {},
): ReplicaSet {
  const name = more.name ?? 'web';
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: more.uid ?? `uid-${name}`,
      generation: 1,
      ...(more.deleting === true ? { deletionTimestamp: '2026-01-01T09:00:00Z' } : undefined),
      ...(more.owner === undefined ? undefined : { ownerReferences: [controllerRef(more.owner)] }),
    },
    spec: {
      replicas: more.replicas ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
      ...(more.minReadySeconds === undefined
        ? undefined
        : { minReadySeconds: more.minReadySeconds }),
    },
    ...(more.status === undefined ? undefined : { status: more.status }),
  };
}

/** A pod; ready at a time given as RFC 3339, or not at all. */
export function aPod(
  name: string,
  more: {
    readonly owner?: KubeObject;
    readonly labels?: Readonly<Record<string, string>>;
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
    readonly readySince?: string;
    readonly deleting?: boolean;
    readonly node?: string;
    readonly ip?: string;
    readonly tolerations?: Pod['spec']['tolerations'];
    readonly conditions?: readonly PodCondition[];
  } = {},
): Pod {
  const ready: readonly PodCondition[] =
    more.readySince === undefined
      ? []
      : [{ type: 'Ready', status: 'True', lastTransitionTime: more.readySince }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      labels: more.labels ?? { app: 'web' },
      ...(more.deleting === true ? { deletionTimestamp: '2026-01-01T09:00:00Z' } : undefined),
      ...(more.owner === undefined ? undefined : { ownerReferences: [controllerRef(more.owner)] }),
    },
    spec: {
      containers: [{ name: 'web', image: 'nginx' }],
      ...(more.node === undefined ? undefined : { nodeName: more.node }),
      ...(more.tolerations === undefined ? undefined : { tolerations: more.tolerations }),
    },
    status: {
      phase: more.phase ?? 'Running',
      conditions: [...ready, ...(more.conditions ?? [])],
      ...(more.ip === undefined ? undefined : { podIP: more.ip, podIPs: [{ ip: more.ip }] }),
    },
  };
}

/** A controller reference to an object. */
export function controllerRef(owner: KubeObject): {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: true;
  blockOwnerDeletion: true;
} {
  return {
    apiVersion: owner.apiVersion ?? '',
    kind: owner.kind ?? '',
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
