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
import { roomFor } from '../../base/room.ts';
import type { Micros } from '../../kernel/time.ts';
import { allocatedPod } from './allocation.ts';
import { podConditions } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import type { PodFailure, PodWorker } from './state.ts';

/**
 * A status in which what there is nothing to say of is undefined, and not absent: statuses then have one form, in which
 * fields are found fastest. They are for `statusPatch`, and go nowhere else.
 */
type Formed = { readonly [Field in keyof PodStatus]: PodStatus[Field] | undefined };

/** The status of a Pod, from what its containers do, for an instant of the calendar and a machine. Pure. Frozen. */
export function podStatus(
  worker: PodWorker,
  now: Micros,
  epochMillis: number,
  hostIp: string,
): PodStatus {
  const { pod, failure, sandbox, status: last, made } = worker;
  const { spec, status: told } = pod;
  const nowText = formatTime(epochMillis + now / 1000);
  if (failure !== undefined && !worker.admitted) return refusedStatus(worker, failure, nowText);
  const isPlain = spec.initContainers === undefined || spec.initContainers.length === 0;
  const waiting = isPlain ? 'ContainerCreating' : 'PodInitializing';
  const granted = worker.allocated === undefined ? spec : allocatedPod(worker).spec;
  const inits = isPlain
    ? NO_STATUSES
    : statusesOf(worker, granted.initContainers, waiting, epochMillis, NO_STATUSES);
  const shown = made?.containerStatuses ?? NO_STATUSES;
  const mains = statusesOf(worker, granted.containers, waiting, epochMillis, shown);
  const phase = phaseOf(worker, inits, mains);
  const isUp = sandbox?.state === 'ready';
  const before = last?.conditions ?? told?.conditions;
  const conditions = podConditions(pod, phase, isUp, inits, mains, nowText, before);
  const isRare = worker.resize !== undefined || failure !== undefined;
  const ip = sandbox?.ip ?? told?.podIP;
  const status: Formed = {
    phase,
    startTime: last?.startTime ?? told?.startTime ?? nowText,
    qosClass: made?.qosClass ?? told?.qosClass ?? qosClass(spec),
    observedGeneration: pod.metadata.generation,
    reason: failure?.reason,
    message: failure?.message,
    conditions: isRare ? withRare(worker, conditions, nowText) : conditions,
    hostIP: hostIp,
    // What stays the same stays the same list: `statusPatch` finds that at once.
    hostIPs: (made?.hostIP === hostIp && made.hostIPs) || hostListOf(hostIp),
    podIP: ip,
    podIPs: ip === undefined ? undefined : (made?.podIP === ip && made.podIPs) || listOf(ip),
    containerStatuses: mains.length < 2 ? mains : byName(mains),
    initContainerStatuses: isPlain ? undefined : inits,
    ephemeralContainerStatuses:
      spec.ephemeralContainers === undefined
        ? undefined
        : ephemeralStatuses(worker, spec.ephemeralContainers, waiting, epochMillis),
  };
  return Object.freeze(status) as PodStatus;
}

/** Of a Pod that was refused, and has run nothing. */
function refusedStatus(
  { pod, status: last, made }: PodWorker,
  { reason, message }: PodFailure,
  nowText: string,
): PodStatus {
  const told = pod.status;
  const status: Formed = {
    phase: 'Failed',
    startTime: last?.startTime ?? told?.startTime ?? nowText,
    qosClass: made?.qosClass ?? told?.qosClass ?? qosClass(pod.spec),
    observedGeneration: pod.metadata.generation,
    reason,
    message,
  };
  return Object.freeze(status) as PodStatus;
}

// The addresses of the machines whose Pods are spoken of, so that a machine's Pods share them. A memo only.
const hostLists = new Map<string, NonNullable<PodStatus['hostIPs']>>();
const HOST_LISTS_MAX = 5000;

function hostListOf(ip: string): NonNullable<PodStatus['hostIPs']> {
  let list = hostLists.get(ip);
  if (list === undefined) {
    if (hostLists.size >= HOST_LISTS_MAX) hostLists.clear();
    list = listOf(ip);
    hostLists.set(ip, list);
  }
  return list;
}

function listOf(ip: string): NonNullable<PodStatus['podIPs']> {
  // By itself: one literal within another costs twice as much.
  const address = { ip };
  return [address];
}

function ephemeralStatuses(
  worker: PodWorker,
  containers: readonly Container[],
  waiting: string,
  epochMillis: number,
): readonly ContainerStatus[] | undefined {
  if (containers.length === 0) return undefined;
  const statuses = statusesOf(worker, containers, waiting, epochMillis, NO_STATUSES);
  return byName(statuses.map(asEphemeral));
}

/** Conditions that few Pods have: of a resize, and of an eviction. */
function withRare(
  worker: PodWorker,
  conditions: readonly PodCondition[],
  nowText: string,
): readonly PodCondition[] {
  const { resize, failure } = worker;
  const all = resize === undefined ? conditions : withResize(worker, conditions, nowText);
  return failure?.reason === 'Evicted'
    ? [...all, disruption(worker, failure.message, nowText)]
    : all;
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

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

/** Entries for containers, in their order; `shown` are those that were made last. */
function statusesOf(
  worker: PodWorker,
  containers: readonly Container[] = NO_CONTAINERS,
  waiting: string,
  epochMillis: number,
  shown: readonly ContainerStatus[],
): readonly ContainerStatus[] {
  const statuses = roomFor<ContainerStatus>(containers.length);
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container; // In range.
    const work = worker.containers.get(container.name);
    if (work === undefined)
      throw new TypeError(`pod ${worker.uid} has no container ${container.name}`);
    const last = shown[i];
    const known = last?.name === container.name ? last : undefined;
    statuses[i] = containerStatus(work, container, waiting, epochMillis, known);
  }
  return statuses;
}

const NO_STATUSES: readonly ContainerStatus[] = Object.freeze([]);

/** Main containers are listed by name, whatever their order in the spec. */
function byName(statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
  return statuses.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
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
