import type {
  EndpointSlice,
  Job,
  PersistentVolumeClaim,
  Pod,
  Service,
} from '../../../api/generated/types.ts';
import { podStatusReason } from '../../../api/printers/pod.ts';
import { jobStatusText } from '../../../api/printers/workloads.ts';
import { isWorkload, workloadCounts, type Workload } from '../../../api/workload-counts.ts';
import type { KubeObject } from '../../../cluster/client/kube-object.ts';
import { storedObjects } from '../../../cluster/observe.ts';
import type { World } from '../../../kernel/world.ts';

/** What a manifest has led to, read from the truth in etcd. */
export interface Outcome {
  readonly pods: readonly PodOutcome[];
  readonly workloads: readonly WorkloadOutcome[];
  readonly services: readonly ServiceOutcome[];
  /** Phases of claims, by namespace/name. */
  readonly claims: Readonly<Record<string, string>>;
}

export interface PodOutcome {
  /** `Pod/name` or the top of its owners, `Deployment/web`. */
  readonly owner: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly status: string;
  readonly restarts: number;
  /** Everything in its status and Events that a message may be looked for in. */
  readonly messages: string;
}

export interface WorkloadOutcome {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly pods: number;
  readonly ready: number;
  /** Jobs only. */
  readonly job?: JobOutcome;
}

export interface JobOutcome {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly status: string;
  readonly completedIndexes: string;
  readonly failedIndexes: string;
  /** Reasons of its conditions. */
  readonly reasons: readonly string[];
}

export interface ServiceOutcome {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly headless: boolean;
  readonly readyEndpoints: number;
  readonly nodePorts: readonly number[];
}

/** Reads the outcome; `known` are objects that were there before the manifest. */
export function readOutcome(world: World, known: ReadonlySet<string>): Outcome {
  const objects: KubeObject[] = [];
  for (const { value } of storedObjects(world)) objects.push(value as KubeObject);
  const fresh = objects.filter((object) => !known.has(object.metadata.uid ?? ''));
  const byUid = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
  const events = new Map<string, string[]>();
  for (const object of objects) {
    if (object.kind !== 'Event') continue;
    const event = object as KubeObject & {
      involvedObject?: { uid?: string };
      message?: string;
      reason?: string;
    };
    const about = event.involvedObject?.uid ?? '';
    const texts = events.get(about) ?? [];
    texts.push(`${event.reason}: ${event.message}`);
    events.set(about, texts);
  }
  const pods = fresh.filter((object): object is Pod => object.kind === 'Pod');
  const slices = objects.filter(
    (object): object is EndpointSlice => object.kind === 'EndpointSlice',
  );
  return {
    pods: pods.map((pod) => podOutcome(pod, byUid, events)),
    workloads: fresh.filter(isWorkload).map((workload) => workloadOutcome(workload, pods, byUid)),
    services: fresh
      .filter((object): object is Service => object.kind === 'Service')
      .map((service) => serviceOutcome(service, slices)),
    claims: Object.fromEntries(
      fresh
        .filter(
          (object): object is PersistentVolumeClaim => object.kind === 'PersistentVolumeClaim',
        )
        .map(({ metadata, status }) => [
          `${metadata.namespace}/${metadata.name}`,
          status?.phase ?? '',
        ]),
    ),
  };
}

/** The uids of everything stored now. */
export function uidsOf(world: World): ReadonlySet<string> {
  const known = new Set<string>();
  for (const { value } of storedObjects(world)) known.add((value as KubeObject).metadata.uid ?? '');
  return known;
}

function podOutcome(
  pod: Pod,
  byUid: ReadonlyMap<string, KubeObject>,
  events: ReadonlyMap<string, readonly string[]>,
): PodOutcome {
  const statuses = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return {
    owner: topOwner(pod, byUid),
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    node: pod.spec.nodeName ?? '',
    phase: pod.status?.phase ?? 'Pending',
    ready:
      pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ??
      false,
    status: podStatusReason(pod),
    restarts: statuses.reduce((sum, each) => sum + each.restartCount, 0),
    messages: [JSON.stringify(pod.status), ...(events.get(pod.metadata.uid ?? '') ?? [])].join(
      '\n',
    ),
  };
}

function topOwner(object: KubeObject, byUid: ReadonlyMap<string, KubeObject>): string {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return `${object.kind}/${object.metadata.name}`;
  const found = byUid.get(owner.uid);
  return found === undefined ? `${owner.kind}/${owner.name}` : topOwner(found, byUid);
}

function workloadOutcome(
  workload: Workload,
  pods: readonly Pod[],
  byUid: ReadonlyMap<string, KubeObject>,
): WorkloadOutcome {
  const name = `${workload.kind}/${workload.metadata.name}`;
  const { desired, ready } = workloadCounts(workload);
  return {
    kind: workload.kind,
    namespace: workload.metadata.namespace ?? '',
    name: workload.metadata.name ?? '',
    desired,
    pods: pods.filter(
      (pod) =>
        pod.metadata.namespace === workload.metadata.namespace && topOwner(pod, byUid) === name,
    ).length,
    ready,
    ...(workload.kind === 'Job' ? { job: jobOutcome(workload) } : undefined),
  };
}

function jobOutcome(job: Job): JobOutcome {
  const { status } = job;
  return {
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
    active: status?.active ?? 0,
    status: jobStatusText(job),
    completedIndexes: status?.completedIndexes ?? '',
    failedIndexes: status?.failedIndexes ?? '',
    reasons: (status?.conditions ?? []).map((each) => each.reason ?? ''),
  };
}

function serviceOutcome(service: Service, slices: readonly EndpointSlice[]): ServiceOutcome {
  const { metadata, spec } = service;
  const own = slices.filter(
    (slice) =>
      slice.metadata.namespace === metadata.namespace &&
      slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
  );
  const ready = new Set<string>();
  for (const slice of own) {
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready !== false && endpoint.targetRef?.kind === 'Pod') {
        ready.add(endpoint.targetRef.uid ?? endpoint.addresses[0] ?? '');
      }
    }
  }
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    type: spec?.type ?? 'ClusterIP',
    headless: spec?.clusterIP === 'None',
    readyEndpoints: ready.size,
    nodePorts: (spec?.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port > 0),
  };
}
