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
import type { PodWorker } from './state.ts';

/** The instant and place a status is made for. */
export interface StatusFacts {
  readonly now: Micros;
  readonly epochMillis: number;
  readonly hostIp: string;
}

/** The status of a Pod, from what its containers do. Pure. Frozen. */
export function podStatus(worker: PodWorker, facts: StatusFacts): PodStatus {
  const { pod, failure, sandbox, status: last, made } = worker;
  const { spec, status: told } = pod;
  const { epochMillis, hostIp } = facts;
  const nowText = formatTime(epochMillis + facts.now / 1000);
  const startTime = last?.startTime ?? told?.startTime ?? nowText;
  const qos = made?.qosClass ?? told?.qosClass ?? qosClass(spec);
  const { generation: observedGeneration } = pod.metadata;
  // A Pod that was refused has run nothing.
  if (failure !== undefined && !worker.admitted) {
    const { reason, message } = failure;
    return ofForm({
      phase: 'Failed',
      startTime,
      qosClass: qos,
      observedGeneration,
      reason,
      message,
    });
  }
  const { initContainers = NO_CONTAINERS } = spec;
  const waiting = initContainers.length === 0 ? 'ContainerCreating' : 'PodInitializing';
  const granted = worker.allocated === undefined ? spec : allocatedPod(worker).spec;
  const inits =
    initContainers.length === 0
      ? NO_STATUSES
      : statusesOf(worker, granted.initContainers, waiting, epochMillis, NO_STATUSES);
  const shown = made?.containerStatuses ?? NO_STATUSES;
  const mains = statusesOf(worker, granted.containers, waiting, epochMillis, shown);
  const phase = phaseOf(worker, inits, mains);
  const conditions = podConditions({
    pod,
    phase,
    sandboxReady: sandbox?.state === 'ready',
    initStatuses: inits,
    statuses: mains,
    nowText,
    before: last?.conditions ?? told?.conditions,
  });
  const isRare = worker.resize !== undefined || failure !== undefined;
  const ip = sandbox?.ip ?? told?.podIP;
  return ofForm({
    phase,
    startTime,
    qosClass: qos,
    observedGeneration,
    reason: failure?.reason,
    message: failure?.message,
    conditions: isRare ? withRare(worker, conditions, nowText) : conditions,
    hostIP: hostIp,
    // What stays the same stays the same list: who compares finds that at once.
    hostIPs: made?.hostIPs ?? listOf(hostIp),
    podIP: ip,
    podIPs: ip === undefined ? undefined : (made?.podIP === ip && made.podIPs) || listOf(ip),
    containerStatuses: mains.length < 2 ? mains : byName(mains),
    initContainerStatuses: inits.length === 0 ? undefined : inits,
    ephemeralContainerStatuses:
      spec.ephemeralContainers === undefined
        ? undefined
        : ephemeralStatuses(worker, spec.ephemeralContainers, waiting, epochMillis),
  });
}

/**
 * What there is nothing to say of is undefined, and not absent: statuses then have one form, in which fields are found
 * fastest. They are for `statusPatch`, and go nowhere else.
 */
function ofForm(
  status: { readonly [Field in keyof PodStatus]: PodStatus[Field] | undefined },
): PodStatus {
  return Object.freeze(status) as PodStatus;
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
