import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  VolumeMount,
  VolumeMountStatus,
} from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import type { Micros } from '../../kernel/time.ts';
import type { CriContainer } from '../messages.ts';
import { isStarted } from './decide.ts';
import type { ContainerWork } from './state.ts';

/**
 * A container's entry in the Pod's status. Pure; `epochMillis` turns instants into calendar time. Of the entry that was
 * made last, what still holds is used again.
 */
export function containerStatus(
  work: ContainerWork,
  container: Container,
  defaultWaiting: string,
  epochMillis: number,
  made: ContainerStatus | undefined,
): ContainerStatus {
  const { current } = work;
  if (current?.state !== 'running')
    return idleStatus(work, container, defaultWaiting, epochMillis, made);
  const started = isStarted(work);
  const readiness = work.probes?.readiness;
  const isAsked = !work.init || work.sidecar;
  const ready = started && isAsked && (readiness === undefined || readiness.result === 'success');
  if (made === undefined || !isAboutSame(made, work, current, container))
    return runningStatus(work, current, container, started, ready, epochMillis, made);
  return made.ready === ready && made.started === started ? made : { ...made, ready, started };
}

/** Whether an entry is about a container that is running now, so that only what its probes have found may be news. */
function isAboutSame(
  made: ContainerStatus,
  work: ContainerWork,
  current: CriContainer,
  { resources }: Container,
): boolean {
  return (
    made.state?.running !== undefined &&
    made.containerID?.endsWith(current.id) === true &&
    made.restartCount === work.restartCount &&
    // There was none before it, neither then nor now.
    made.lastState === NO_STATE &&
    work.previous === undefined &&
    made.resources === (work.actuated ?? resources ?? NO_RESOURCES) &&
    made.allocatedResources === resources?.requests
  );
}

function runningStatus(
  work: ContainerWork,
  current: CriContainer,
  container: Container,
  started: boolean,
  ready: boolean,
  epochMillis: number,
  made: ContainerStatus | undefined,
): ContainerStatus {
  const { resources } = container;
  const { previous } = work;
  const status: Mutable<ContainerStatus> = {
    name: work.name,
    state: { running: { startedAt: timeOf(current.startedAt ?? 0, epochMillis) } },
    lastState:
      previous === undefined ? NO_STATE : { terminated: terminated(previous, epochMillis) },
    ready,
    restartCount: work.restartCount,
    image: current.image,
    imageID: current.imageId,
    started,
    containerID: `containerd://${current.id}`,
  };
  // Field by field, because a literal put together from pieces costs several times as much.
  if (container.volumeMounts !== undefined)
    status.volumeMounts = made?.volumeMounts ?? mountStatuses(container.volumeMounts);
  status.resources = work.actuated ?? resources ?? NO_RESOURCES;
  if (resources?.requests !== undefined) status.allocatedResources = resources.requests;
  status.user = container.securityContext === undefined ? ROOT : userOf(container);
  return status;
}

/** Of one that has not started yet, or has ended. */
function idleStatus(
  work: ContainerWork,
  container: Container,
  defaultWaiting: string,
  epochMillis: number,
  made: ContainerStatus | undefined,
): ContainerStatus {
  const { current, previous } = work;
  const state = stateOf(work, defaultWaiting, epochMillis);
  const last = state.waiting !== undefined && current !== undefined ? current : previous;
  const status: Mutable<ContainerStatus> = {
    name: work.name,
    state,
    lastState: last === undefined ? NO_STATE : { terminated: terminated(last, epochMillis) },
    ready: current !== undefined && work.init && !work.sidecar && current.exitCode === 0,
    restartCount: work.restartCount,
    image: current?.image ?? container.image ?? '',
    imageID: current?.imageId ?? '',
    started: false,
  };
  if (current !== undefined) status.containerID = `containerd://${current.id}`;
  if (container.volumeMounts !== undefined)
    status.volumeMounts = made?.volumeMounts ?? mountStatuses(container.volumeMounts);
  return status;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_STATE: ContainerState = Object.freeze({});
const NO_RESOURCES = Object.freeze({});
const ROOT = Object.freeze({
  linux: Object.freeze({ uid: 0, gid: 0, supplementalGroups: Object.freeze([0]) }),
});

function userOf(container: Container): ContainerStatus['user'] & object {
  const uid = container.securityContext?.runAsUser;
  if (uid === undefined) return ROOT;
  const gid = container.securityContext?.runAsGroup ?? 0;
  return { linux: { uid, gid, supplementalGroups: [gid] } };
}

function mountStatuses(volumeMounts: readonly VolumeMount[]): readonly VolumeMountStatus[] {
  return volumeMounts.map(({ name, mountPath, readOnly }) =>
    readOnly === true
      ? { name, mountPath, readOnly, recursiveReadOnly: 'Disabled' }
      : { name, mountPath },
  );
}

function stateOf(work: ContainerWork, defaultWaiting: string, epochMillis: number): ContainerState {
  const { current, waiting } = work;
  if (waiting !== undefined) return { waiting };
  if (current === undefined) return waitingFor(defaultWaiting);
  return { terminated: terminated(current, epochMillis) };
}

const CREATING: ContainerState = Object.freeze({
  waiting: Object.freeze({ reason: 'ContainerCreating' }),
});

function waitingFor(reason: string): ContainerState {
  return reason === 'ContainerCreating' ? CREATING : { waiting: { reason } };
}

function terminated(container: CriContainer, epochMillis: number): ContainerStateTerminated {
  const { startedAt, finishedAt } = container;
  return {
    exitCode: container.exitCode ?? 0,
    reason: container.reason ?? '',
    ...(container.message === undefined ? undefined : { message: container.message }),
    startedAt: startedAt === undefined ? NEVER : timeOf(startedAt, epochMillis),
    finishedAt: finishedAt === undefined ? NEVER : timeOf(finishedAt, epochMillis),
    containerID: `containerd://${container.id}`,
  };
}

const NEVER = '1970-01-01T00:00:00Z';

function timeOf(at: Micros, epochMillis: number): string {
  return formatTime(epochMillis + at / 1000);
}
