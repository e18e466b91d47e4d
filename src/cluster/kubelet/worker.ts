import type { Container, ContainerStatus, Pod } from '../../api/generated/types.ts';
import { isContainerRestartable } from '../../api/pod-containers.ts';
import { parseTime } from '../../api/time.ts';
import type { Micros } from '../../kernel/time.ts';
import type { CriContainer, CriSandbox } from '../messages.ts';
import { NOT_FETCHED } from './references.ts';
import type { ContainerProbes, ContainerWork, PodWorker, ProbeWork } from './state.ts';

/** The kubelet's side of a Pod that it has just heard of. */
export function createWorker(
  pod: Pod,
  options: {
    readonly now: Micros;
    readonly epochMillis: number;
    readonly source: PodWorker['source'];
  },
): PodWorker {
  const containers = new Map<string, ContainerWork>();
  const { initContainers, containers: mains } = pod.spec;
  if (initContainers !== undefined) {
    for (const container of initContainers)
      containers.set(container.name, createContainer(container, true));
  }
  for (let i = 0; i < mains.length; i += 1) {
    const container = mains[i] as Container; // In range.
    containers.set(container.name, createContainer(container, false));
  }
  addEphemeral(containers, pod);
  const startTime = pod.status?.startTime;
  const startedMillis = startTime === undefined ? undefined : parseTime(startTime);
  return {
    uid: pod.metadata.uid ?? '',
    source: options.source,
    pod,
    inApi: true,
    mirrorUid: '',
    mirroring: false,
    stage: 'syncing',
    failure: undefined,
    admitted: false,
    operation: undefined,
    sandbox: undefined,
    references: NOT_FETCHED,
    containers,
    termination: undefined,
    status: undefined,
    made: undefined,
    wakeAt: undefined,
    writing: false,
    dirty: false,
    allocated: undefined,
    resize: undefined,
    failures: 0,
    startedAt:
      startedMillis === undefined ? options.now : (startedMillis - options.epochMillis) * 1000,
    cause: undefined,
  };
}

/** Takes up the containers that have been added for debugging. True when there is a new one. */
export function addEphemeral(containers: Map<string, ContainerWork>, { spec }: Pod): boolean {
  if (spec.ephemeralContainers === undefined) return false;
  let isNew = false;
  for (const container of spec.ephemeralContainers) {
    if (containers.has(container.name)) continue;
    containers.set(container.name, createContainer(container, false, true));
    isNew = true;
  }
  return isNew;
}

function createContainer(container: Container, init: boolean, ephemeral = false): ContainerWork {
  const sidecar = init && isContainerRestartable(container);
  return {
    name: container.name,
    init,
    sidecar,
    ephemeral,
    current: undefined,
    previous: undefined,
    restartCount: 0,
    waiting: undefined,
    pullBackoff: undefined,
    crashBackoff: undefined,
    retryAt: undefined,
    imageReady: false,
    hooked: container.lifecycle?.postStart === undefined,
    probes: init && !sidecar ? undefined : createProbes(container),
    killing: undefined,
    actuated: undefined,
    restarting: false,
  };
}

function createProbes(container: Container): ContainerProbes | undefined {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe === undefined && readinessProbe === undefined && startupProbe === undefined)
    return undefined;
  return {
    liveness: livenessProbe === undefined ? undefined : createProbe('success'),
    readiness: readinessProbe === undefined ? undefined : createProbe('failure'),
    startup: startupProbe === undefined ? undefined : createProbe('unknown'),
  };
}

function createProbe(result: ProbeWork['result']): ProbeWork {
  return { containerId: '', result, run: 0, last: undefined };
}

/** Sets a container's probes back to their beginning, for a container that has just started. */
export function resetProbes(work: ContainerWork, containerId: string): void {
  const { probes } = work;
  if (probes === undefined) return;
  const { liveness, readiness, startup } = probes;
  if (liveness !== undefined) reset(liveness, containerId, 'success');
  if (readiness !== undefined) reset(readiness, containerId, 'failure');
  if (startup !== undefined) reset(startup, containerId, 'unknown');
}

function reset(probe: ProbeWork, containerId: string, result: ProbeWork['result']): void {
  probe.containerId = containerId;
  probe.result = result;
  probe.run = 0;
  probe.last = undefined;
}

/** Takes over what the runtime already has of a Pod: after a restart of the kubelet nothing is started twice. */
export function adopt(
  worker: PodWorker,
  sandbox: CriSandbox | undefined,
  containers: readonly CriContainer[],
): void {
  worker.sandbox = sandbox;
  for (const work of worker.containers.values()) {
    work.current = undefined;
    work.previous = undefined;
    work.killing = undefined;
  }
  for (const container of containers) {
    const work = worker.containers.get(container.name);
    if (work === undefined) continue;
    // The runtime lists them oldest first.
    work.previous = work.current;
    work.current = container;
    work.restartCount = container.attempt;
    if (container.state !== 'running') continue;
    work.hooked = true;
    resetProbes(work, container.id);
    restoreProbes(work, statusOf(worker.pod, work.name));
  }
}

function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  return (
    pod.status?.containerStatuses?.find((each) => each.name === name) ??
    pod.status?.initContainerStatuses?.find((each) => each.name === name)
  );
}

/** What was known of a container that goes on running holds until its probes say otherwise. */
function restoreProbes(work: ContainerWork, status: ContainerStatus | undefined): void {
  if (work.probes?.readiness !== undefined && status?.ready === true)
    work.probes.readiness.result = 'success';
  if (work.probes?.startup !== undefined && status?.started === true)
    work.probes.startup.result = 'success';
}

/** The spec's entry for a container. */
export function specOf(pod: Pod, name: string): Container | undefined {
  const first = pod.spec.containers[0];
  // Nearly every Pod has one container.
  return first?.name === name ? first : specAmong(pod, name);
}

function specAmong({ spec }: Pod, name: string): Container | undefined {
  return (
    spec.containers.find((each) => each.name === name) ??
    spec.initContainers?.find((each) => each.name === name) ??
    spec.ephemeralContainers?.find((each) => each.name === name)
  );
}

/** Arms a worker's timer for an instant, unless it is armed for it already. */
export function nextWakeIs(worker: PodWorker, at: Micros | undefined): boolean {
  if (worker.wakeAt === at) return false;
  worker.wakeAt = at;
  return at !== undefined;
}
