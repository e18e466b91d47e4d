import type { Container, ContainerStatus, PodSpec } from './generated/types.ts';
import {
  isContainerRestartable,
  restartPolicyOf,
  shouldContainerRestart,
} from './pod-containers.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export type PhaseSpec = Pick<PodSpec, 'containers' | 'initContainers' | 'restartPolicy'>;

/** What of a container's status the phase follows from. */
export type PhaseStatus = Pick<ContainerStatus, 'name' | 'state' | 'lastState' | 'started'>;

/**
 * The phase of a Pod by its containers (Kubernetes documentation: "Pod Lifecycle", Pod phase), as the kubelet works
 * it out. `statuses` are those of init and main containers; `isTerminal` says that the kubelet has finished with the
 * Pod, so that nothing will be restarted whatever the policy.
 */
export function podPhase(
  spec: PhaseSpec,
  statuses: readonly PhaseStatus[],
  isTerminal: boolean,
): PodPhase {
  const { containers, initContainers: inits = NO_CONTAINERS } = spec;
  let isInitPending = false;
  const counts: Counts = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    succeeded: 0,
    restarting: 0,
  };

  // By index: several phases are made of every Pod that starts, and an iterator is garbage at once.
  for (let i = 0; i < inits.length; i += 1) {
    const container = inits[i] as Container; // In range, here and below.
    if (isContainerRestartable(container)) continue;
    const ended = initEnd(statusOf(statuses, container));
    if (ended === undefined) isInitPending = true;
    else if (ended !== 0 && !shouldContainerRestart(container, spec, ended)) return 'Failed';
  }
  // Once a main container has run, a sidecar that restarts does not put the Pod back to Pending.
  let hasInitialized = false;
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container;
    const status = statusOf(statuses, container);
    countContainer(counts, container, spec, status);
    hasInitialized ||= hasStarted(status);
  }
  for (let i = 0; i < inits.length; i += 1) {
    const container = inits[i] as Container;
    if (!isContainerRestartable(container)) continue;
    const isStarting = countSidecar(counts, statusOf(statuses, container));
    if (isStarting && !hasInitialized) isInitPending = true;
  }

  if (isInitPending || counts.waiting > 0) return 'Pending';
  if (counts.unknown > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  if (counts.stopped === 0) return 'Pending';
  const haveAllSucceeded = counts.stopped === counts.succeeded;
  if (isTerminal) return haveAllSucceeded ? 'Succeeded' : 'Failed';
  if (counts.restarting > 0) return 'Running';
  return haveAllSucceeded ? 'Succeeded' : 'Failed';
}

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

function statusOf(statuses: readonly PhaseStatus[], { name }: Container): PhaseStatus | undefined {
  for (let i = 0; i < statuses.length; i += 1) {
    const status = statuses[i];
    if (status?.name === name) return status;
  }
  return undefined;
}

interface Counts {
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  succeeded: number;
  restarting: number;
}

/** The exit code of an init container that has run; undefined while it has yet to. */
function initEnd(status: PhaseStatus | undefined): number | undefined {
  if (status?.state?.running !== undefined) return undefined;
  if (status?.state?.terminated !== undefined) return status.state.terminated.exitCode;
  if (status?.state?.waiting === undefined) return undefined;
  const last = status.lastState?.terminated;
  // One that waits to be restarted after a success has, by upstream's count, neither failed nor to be waited for.
  return last?.exitCode;
}

function countContainer(
  counts: Counts,
  container: Container,
  spec: PhaseSpec,
  status: PhaseStatus | undefined,
): void {
  const state = status?.state;
  if (state?.running !== undefined) counts.running += 1;
  else if (state?.terminated !== undefined) {
    counts.stopped += 1;
    if (state.terminated.exitCode === 0) counts.succeeded += 1;
    if (shouldContainerRestart(container, spec, state.terminated.exitCode)) counts.restarting += 1;
  } else if (state?.waiting === undefined) counts.unknown += 1;
  else if (status?.lastState?.terminated !== undefined) {
    counts.stopped += 1;
    if (restartPolicyOf(container, spec) !== 'Never') counts.restarting += 1;
  } else counts.waiting += 1;
}

/** Counts a sidecar; answers whether it has yet to start for the first time. Ended ones do not count at all. */
function countSidecar(counts: Counts, status: PhaseStatus | undefined): boolean {
  const state = status?.state;
  if (status === undefined || state === undefined) {
    counts.unknown += 1;
    return status !== undefined;
  }
  if (state.running !== undefined) {
    counts.running += 1;
    return status.started !== true;
  }
  if (state.terminated !== undefined) return false;
  if (state.waiting === undefined) {
    counts.unknown += 1;
    return true;
  }
  if (status.lastState?.terminated !== undefined) return false;
  counts.waiting += 1;
  return true;
}

function hasStarted(status: PhaseStatus | undefined): boolean {
  const state = status?.state;
  return (
    state?.running !== undefined ||
    state?.terminated !== undefined ||
    status?.lastState?.terminated !== undefined
  );
}
