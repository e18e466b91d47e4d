import type { Container, Pod, PodSpec, Volume } from '../../../api/generated/types.ts';
import { isContainerRestartable } from '../../../api/pod-containers.ts';
import { claimsOfPod, type PodClaim } from '../../../api/pod-volume-claims.ts';
import { parseTime } from '../../../api/time.ts';
import { affinityTermsOf, type PodAffinityTerms } from './affinity-term.ts';
import { type LabelSet, labelSetOf } from './label-set.ts';
import {
  isResizing,
  isSameAmounts,
  plainAmounts,
  type PodAmounts,
  podAmountsAsked,
  podAmountsOnNode,
} from './pod-requests.ts';

/**
 * A Pod as the scheduler computes with it. Made once for each Pod object and remembered with it: objects
 * are immutable, so it is a pure function of the object.
 */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labelSet: LabelSet;
  readonly priority: number;
  /** `status.startTime` in milliseconds; a Pod that has not started counts as starting last. */
  readonly startMillis: number;
  readonly isTerminating: boolean;
  readonly amounts: PodAmounts;
  /** The kubelet has said that it grants other amounts than are wished for: `amounts` say more than the spec. */
  readonly isResizing: boolean;
  readonly hostPorts: readonly HostPort[];
  readonly affinity: PodAffinityTerms | undefined;
  /** The claims behind its volumes. */
  readonly claims: readonly PodClaim[];
  /** Volumes that are disks which cannot be mounted on a node twice. */
  readonly disks: readonly Volume[];
}

export interface HostPort {
  readonly protocol: string;
  readonly hostIP: string;
  readonly port: number;
}

const NO_PORTS: readonly HostPort[] = Object.freeze([]);
const NO_DISKS: readonly Volume[] = Object.freeze([]);
const infos = new WeakMap<Pod, PodInfo>();
const askedAmounts = new WeakMap<PodSpec, PodAmounts>();

/** The scheduler's view of a Pod. */
export function podInfoOf(pod: Pod): PodInfo {
  let info = infos.get(pod);
  if (info === undefined) {
    info = makePodInfo(pod);
    infos.set(pod, info);
  }
  return info;
}

/** The same for the next state of a Pod that may be known. */
export function podInfoAfter(old: Pod | undefined, pod: Pod): PodInfo {
  const known = infos.get(pod);
  if (known !== undefined) return known;
  const before = old === undefined ? undefined : infos.get(old);
  const info = before === undefined ? makePodInfo(pod) : nextPodInfo(before, pod);
  infos.set(pod, info);
  return info;
}

/**
 * The view of another state of a Pod, not remembered with it. Most updates are of its status: what was found out about its
 * spec and labels is taken over.
 */
export function nextPodInfo(before: PodInfo, pod: Pod): PodInfo {
  const old = before.pod;
  if (!isSameSpec(old, pod)) return makePodInfo(pod);
  const resizing = isResizing(pod);
  return {
    pod,
    key: before.key,
    uid: before.uid,
    namespace: before.namespace,
    name: before.name,
    labelSet: before.labelSet,
    priority: before.priority,
    startMillis:
      old.status?.startTime === pod.status?.startTime ? before.startMillis : startOf(pod),
    isTerminating: pod.metadata.deletionTimestamp !== undefined,
    amounts: resizing || before.isResizing ? amountsAfter(before, pod) : before.amounts,
    isResizing: resizing,
    hostPorts: before.hostPorts,
    affinity: before.affinity,
    claims: before.claims,
    disks: before.disks,
  };
}

/**
 * Takes over another state of a Pod that has been placed in the view that is kept of it, as long as nothing has changed of
 * what counts: most updates are of its status. False: something has, and the view is as it was.
 */
export function takeState(info: PodInfo, pod: Pod): boolean {
  const old = info.pod;
  if (
    info.isResizing ||
    !isSameSpec(old, pod) ||
    info.isTerminating !== (pod.metadata.deletionTimestamp !== undefined) ||
    isResizing(pod)
  ) {
    return false;
  }
  const kept: { -readonly [Key in keyof PodInfo]: PodInfo[Key] } = info;
  kept.pod = pod;
  if (old.status?.startTime !== pod.status?.startTime) kept.startMillis = startOf(pod);
  return true;
}

/** The same object while nothing has changed: amounts are compared by identity. */
function amountsAfter(before: PodInfo, pod: Pod): PodAmounts {
  const amounts = podAmountsOnNode(pod);
  return isSameAmounts(before.amounts, amounts) ? before.amounts : amounts;
}

/** What a Pod is known by, beside its name: Pods of one name come one after another. */
export function podUid({ metadata }: Pod): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** Whether two states of a Pod are the same in all but status and what binding writes. */
function isSameSpec(old: Pod, pod: Pod): boolean {
  if (old.metadata.labels !== pod.metadata.labels || old.metadata.uid !== pod.metadata.uid) {
    return false;
  }
  const { spec } = old;
  const next = pod.spec;
  return (
    spec === next ||
    (spec.containers === next.containers &&
      spec.initContainers === next.initContainers &&
      spec.volumes === next.volumes &&
      spec.overhead === next.overhead &&
      spec.resources === next.resources &&
      spec.affinity === next.affinity &&
      spec.priority === next.priority)
  );
}

/** Whether two states of a Pod count alike wherever placed Pods are counted. */
export function countsAlike(a: PodInfo, b: PodInfo): boolean {
  return (
    a.amounts === b.amounts &&
    a.labelSet === b.labelSet &&
    a.hostPorts === b.hostPorts &&
    a.affinity === b.affinity &&
    a.claims === b.claims &&
    a.priority === b.priority &&
    a.isTerminating === b.isTerminating
  );
}

/** What the Pod asks for while it is to be placed. */
export function amountsAskedBy(info: PodInfo): PodAmounts {
  const plain = plainAmounts(info.pod);
  if (plain !== undefined) return plain;
  const { spec } = info.pod;
  let amounts = askedAmounts.get(spec);
  if (amounts === undefined) {
    amounts = podAmountsAsked(info.pod);
    askedAmounts.set(spec, amounts);
  }
  return amounts;
}

/** Whether a Pod has ended: the scheduler does not watch such Pods, and they occupy nothing. */
export function isTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

function disksOf({ volumes }: PodSpec): readonly Volume[] {
  return volumes?.some(isDisk) === true ? volumes.filter(isDisk) : NO_DISKS;
}

function isDisk(volume: Volume): boolean {
  return (
    volume.gcePersistentDisk !== undefined ||
    volume.awsElasticBlockStore !== undefined ||
    volume.rbd !== undefined ||
    volume.iscsi !== undefined
  );
}

function makePodInfo(pod: Pod): PodInfo {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? '';
  const name = metadata.name ?? '';
  return {
    pod,
    key: `${namespace}/${name}`,
    uid: podUid(pod),
    namespace,
    name,
    labelSet: labelSetOf(namespace, metadata.labels),
    priority: spec.priority ?? 0,
    startMillis: startOf(pod),
    isTerminating: metadata.deletionTimestamp !== undefined,
    amounts: podAmountsOnNode(pod),
    isResizing: isResizing(pod),
    hostPorts: hostPortsOf(spec),
    affinity: affinityTermsOf(spec.affinity, namespace),
    claims: claimsOfPod(pod),
    disks: disksOf(spec),
  };
}

function startOf({ status }: Pod): number {
  const start = status?.startTime;
  if (start === undefined) return Number.MAX_SAFE_INTEGER;
  if (start !== lastStart) {
    lastStart = start;
    lastStartMillis = parseTime(start) ?? Number.MAX_SAFE_INTEGER;
  }
  return lastStartMillis;
}

// Many Pods of a workload start within the same second.
let lastStart = '';
let lastStartMillis = Number.MAX_SAFE_INTEGER;

/** Ports on the node's own addresses, of containers and of init containers that go on running. */
function hostPortsOf({ containers, initContainers }: PodSpec): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  for (let index = 0; index < containers.length; index++) {
    ports = withHostPorts(ports, containers[index]!); // In range by the loop's bound.
  }
  for (const container of initContainers ?? NO_CONTAINERS) {
    if (isContainerRestartable(container)) ports = withHostPorts(ports, container);
  }
  return ports ?? NO_PORTS;
}

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

function withHostPorts(
  found: HostPort[] | undefined,
  { ports }: Container,
): HostPort[] | undefined {
  let all = found;
  for (let index = 0; ports !== undefined && index < ports.length; index++) {
    const { hostIP, hostPort, protocol } = ports[index]!; // In range by the loop's bound.
    if (hostPort === undefined || hostPort <= 0) continue;
    all ??= [];
    all.push({
      protocol: protocol ?? 'TCP',
      hostIP: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP,
      port: hostPort,
    });
  }
  return all;
}
