import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
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
  const resources = container.resources;
  return {
    name: work.name,
    state,
    lastState: last === undefined ? NO_STATE : { terminated: terminated(last, epochMillis) },
    ready: isRunning ? started && isReady(work) : isDone,
    restartCount: work.restartCount,
    image: current?.image ?? container.image ?? '',
    imageID: current?.imageId ?? '',
    ...(current === undefined ? undefined : { containerID: `containerd://${current.id}` }),
    started,
    ...(isRunning ? { resources: resources ?? NO_RESOURCES } : undefined),
    ...(isRunning && resources?.requests !== undefined
      ? { allocatedResources: resources.requests }
      : undefined),
    ...(container.volumeMounts === undefined
      ? undefined
      : { volumeMounts: mountStatuses(container) }),
    ...(isRunning ? { user: userOf(container) } : undefined),
  };
}

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

/** The same list for every status of the Pods that share a container's mounts. */
function mountStatuses(container: Container): readonly VolumeMountStatus[] {
  const { volumeMounts } = container;
  if (volumeMounts === undefined) return [];
  let statuses = mounts.get(volumeMounts);
  if (statuses === undefined) {
    statuses = Object.freeze(
      volumeMounts.map(({ name, mountPath, readOnly }) => ({
        name,
        mountPath,
        ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : undefined),
      })),
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
