import type {
  Container,
  ContainerStatus,
  PodCondition,
  PodStatus,
} from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { podPhase, type PodPhase } from '../../api/pod-phase.ts';
import { qosClass } from '../../api/qos.ts';
import { formatTime } from '../../api/time.ts';
import type { Micros } from '../../kernel/time.ts';
import { allocatedPod } from './allocation.ts';
import { podConditions } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import type { ContainerWork, PodWorker } from './state.ts';

/** The instant and place a status is made for. */
export interface StatusFacts {
  readonly now: Micros;
  readonly epochMillis: number;
  readonly hostIp: string;
}

/** The status of a Pod, from what its containers do. Pure. Frozen. */
export function podStatus(worker: PodWorker, facts: StatusFacts): PodStatus {
  const { pod, failure, sandbox } = worker;
  const { spec } = pod;
  const nowText = formatTime(facts.epochMillis + facts.now / 1000);
  const startTime = worker.status?.startTime ?? pod.status?.startTime ?? nowText;
  const status: Mutable<PodStatus> = {
    phase: 'Failed',
    startTime,
    qosClass: pod.status?.qosClass ?? qosClass(spec),
  };
  // Field by field, because a literal put together from pieces costs several times as much.
  if (pod.metadata.generation !== undefined) status.observedGeneration = pod.metadata.generation;
  if (failure !== undefined) {
    status.reason = failure.reason;
    status.message = failure.message;
    // A Pod that was refused has run nothing.
    if (!worker.admitted) return Object.freeze(status);
  }
  const inits = spec.initContainers ?? NO_CONTAINERS;
  const waiting = inits.length === 0 ? 'ContainerCreating' : 'PodInitializing';
  const granted = worker.allocated === undefined ? spec : allocatedPod(worker).spec;
  const initStatuses = statusesOf(worker, granted.initContainers ?? inits, waiting, facts);
  const statuses = statusesOf(worker, granted.containers, waiting, facts);
  const phase = phaseOf(worker, initStatuses, statuses);
  status.phase = phase;
  status.conditions = podConditions({
    pod,
    phase,
    sandboxReady: sandbox?.state === 'ready',
    initStatuses,
    statuses,
    nowText,
    before: worker.status?.conditions ?? pod.status?.conditions,
  });
  if (worker.resize !== undefined)
    status.conditions = withResize(worker, status.conditions, nowText);
  if (failure?.reason === 'Evicted')
    status.conditions = [...status.conditions, disruption(worker, failure.message, nowText)];
  status.hostIP = facts.hostIp;
  status.hostIPs = hostIps(facts.hostIp);
  const ip = sandbox?.ip ?? pod.status?.podIP;
  if (ip !== undefined) {
    status.podIP = ip;
    status.podIPs = [{ ip }];
  }
  if (initStatuses.length > 0) status.initContainerStatuses = initStatuses;
  status.containerStatuses = byName(statuses);
  if (spec.ephemeralContainers !== undefined && spec.ephemeralContainers.length > 0) {
    const ephemeral = statusesOf(worker, spec.ephemeralContainers, waiting, facts);
    status.ephemeralContainerStatuses = byName(ephemeral.map(asEphemeral));
  }
  return Object.freeze(status);
}

/** Nobody asks whether a container for debugging is ready. */
function asEphemeral(status: ContainerStatus): ContainerStatus {
  const { started: _, ...rest } = status;
  return { ...rest, ready: false };
}

/** Conditions of a resize come before all others (upstream: generateAPIPodStatus). */
function withResize(
  worker: PodWorker,
  conditions: readonly PodCondition[],
  nowText: string,
): readonly PodCondition[] {
  const made = (['PodResizePending', 'PodResizeInProgress'] as const).flatMap((type) => {
    const news = type === 'PodResizePending' ? worker.resize?.pending : worker.resize?.inProgress;
    if (news === undefined) return [];
    const before = findCondition(worker.status?.conditions ?? worker.pod.status?.conditions, type);
    return [
      {
        type,
        status: 'True',
        ...(news.reason === undefined ? undefined : { reason: news.reason }),
        ...(news.message === undefined ? undefined : { message: news.message }),
        lastTransitionTime: before?.lastTransitionTime ?? nowText,
        observedGeneration: worker.pod.metadata.generation ?? 1,
      },
    ];
  });
  return made.length === 0 ? conditions : [...made, ...conditions];
}

/** The condition that says that the kubelet itself has ended a Pod. */
function disruption(worker: PodWorker, message: string, nowText: string): PodCondition {
  const before = findCondition(worker.status?.conditions, 'DisruptionTarget');
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message,
    lastTransitionTime: before?.lastTransitionTime ?? nowText,
    observedGeneration: worker.pod.metadata.generation ?? 1,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

function statusesOf(
  worker: PodWorker,
  containers: readonly Container[],
  waiting: string,
  facts: StatusFacts,
): readonly ContainerStatus[] {
  const isFresh = containers.every(({ name }) => isUntouched(worker.containers.get(name)));
  const known = isFresh ? firstStatuses.get(containers) : undefined;
  if (known?.waiting === waiting) return known.statuses;
  const statuses = containers.map((container) => {
    const work = worker.containers.get(container.name);
    if (work === undefined)
      throw new TypeError(`pod ${worker.uid} has no container ${container.name}`);
    return containerStatus(work, container, waiting, facts.epochMillis);
  });
  if (isFresh) firstStatuses.set(containers, { waiting, statuses });
  return statuses;
}

// What containers are before anything has come of them, by their specs, which the Pods of a ReplicaSet share.
const firstStatuses = new WeakMap<
  readonly Container[],
  { readonly waiting: string; readonly statuses: readonly ContainerStatus[] }
>();

function isUntouched(work: ContainerWork | undefined): boolean {
  return (
    work !== undefined &&
    work.current === undefined &&
    work.previous === undefined &&
    work.waiting === undefined &&
    work.restartCount === 0
  );
}

/** Main containers are listed by name, whatever their order in the spec. */
function byName(statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
  return statuses.length < 2
    ? statuses
    : statuses.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

let lastHost: { readonly ip: string; readonly ips: readonly { readonly ip: string }[] } | undefined;

/** One list for all Pods of a node. A memo only. */
function hostIps(ip: string): readonly { readonly ip: string }[] {
  if (lastHost?.ip !== ip) lastHost = { ip, ips: Object.freeze([Object.freeze({ ip })]) };
  return lastHost.ips;
}

function phaseOf(
  worker: PodWorker,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): PodPhase {
  if (worker.failure !== undefined)
    return worker.stage === 'terminated' ? 'Failed' : alivePhase(worker);
  const phase = podPhase(
    worker.pod.spec,
    initStatuses.length === 0 ? statuses : [...initStatuses, ...statuses],
    worker.stage === 'terminated',
  );
  // A phase that is final is not told before the last container has ended.
  const isFinal = phase === 'Succeeded' || phase === 'Failed';
  return isFinal && worker.stage !== 'terminated' ? alivePhase(worker) : phase;
}

function alivePhase(worker: PodWorker): PodPhase {
  const before = worker.status?.phase ?? worker.pod.status?.phase;
  return before === 'Running' ? 'Running' : 'Pending';
}
