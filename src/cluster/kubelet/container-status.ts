import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  VolumeMount,
  VolumeMountStatus,
} from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import type { CriContainer } from '../messages.ts';
import { isStarted } from './decide.ts';
import type { ContainerWork } from './state.ts';

/** A container's entry in the Pod's status. Pure; `epochMillis` turns instants into calendar time. */
export function containerStatus(
  work: ContainerWork,
  container: Container,
  defaultWaiting: string,
  epochMillis: number,
): ContainerStatus {
  const { current, previous } = work;
  const isRunning = current?.state === 'running';
  const isDone =
    current?.state === 'exited' && work.init && !work.sidecar && current.exitCode === 0;
  const state = stateOf(work, defaultWaiting, epochMillis);
  const last = state.waiting !== undefined && current?.state === 'exited' ? current : previous;
  const started = isStarted(work);
  const status: Mutable<ContainerStatus> = {
    name: work.name,
    state,
    lastState: last === undefined ? NO_STATE : { terminated: terminated(last, epochMillis) },
    ready: isRunning ? started && isReady(work) : isDone,
    restartCount: work.restartCount,
    image: current?.image ?? container.image ?? '',
    imageID: current?.imageId ?? '',
    started,
  };
  // Field by field, because a literal put together from pieces costs several times as much.
  if (current !== undefined) status.containerID = `containerd://${current.id}`;
  if (container.volumeMounts !== undefined)
    status.volumeMounts = mountStatuses(container.volumeMounts);
  if (!isRunning) return status;
  const { resources } = container;
  status.resources = work.actuated ?? resources ?? NO_RESOURCES;
  if (resources?.requests !== undefined) status.allocatedResources = resources.requests;
  status.user = userOf(container);
  return status;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_STATE: ContainerState = Object.freeze({});
const NO_RESOURCES = Object.freeze({});
const ROOT = Object.freeze({
  linux: Object.freeze({ uid: 0, gid: 0, supplementalGroups: Object.freeze([0]) }),
});

function isReady(work: ContainerWork): boolean {
  if (work.init && !work.sidecar) return false;
  const readiness = work.probes?.readiness;
  return readiness === undefined || readiness.result === 'success';
}

function userOf(container: Container): ContainerStatus['user'] & object {
  const uid = container.securityContext?.runAsUser;
  if (uid === undefined) return ROOT;
  const gid = container.securityContext?.runAsGroup ?? 0;
  return { linux: { uid, gid, supplementalGroups: [gid] } };
}

const mounts = new WeakMap<object, readonly VolumeMountStatus[]>();

/** One list for all statuses of a container. */
function mountStatuses(volumeMounts: readonly VolumeMount[]): readonly VolumeMountStatus[] {
  let statuses = mounts.get(volumeMounts);
  if (statuses === undefined) {
    statuses = Object.freeze(
      volumeMounts.map(({ name, mountPath, readOnly }) =>
        readOnly === true
          ? { name, mountPath, readOnly, recursiveReadOnly: 'Disabled' }
          : { name, mountPath },
      ),
    );
    mounts.set(volumeMounts, statuses);
  }
  return statuses;
}

function stateOf(work: ContainerWork, defaultWaiting: string, epochMillis: number): ContainerState {
  const { current, waiting } = work;
  if (current?.state === 'running') {
    return { running: { startedAt: formatTime(epochMillis + (current.startedAt ?? 0) / 1000) } };
  }
  if (waiting !== undefined) return { waiting };
  if (current === undefined) return { waiting: { reason: defaultWaiting } };
  return { terminated: terminated(current, epochMillis) };
}

function terminated(container: CriContainer, epochMillis: number): ContainerStateTerminated {
  const time = (at: number | undefined) =>
    at === undefined ? '1970-01-01T00:00:00Z' : formatTime(epochMillis + at / 1000);
  return {
    exitCode: container.exitCode ?? 0,
    reason: container.reason ?? '',
    ...(container.message === undefined ? undefined : { message: container.message }),
    startedAt: time(container.startedAt),
    finishedAt: time(container.finishedAt),
    containerID: `containerd://${container.id}`,
  };
}
