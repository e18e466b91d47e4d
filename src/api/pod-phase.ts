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
  // By index: several phases are made of every Pod that starts, and an iterator is garbage at once.
  for (let i = 0; i < inits.length; i += 1) {
    const container = inits[i] as Container; // In range, here and below.
    if (isContainerRestartable(container)) continue;
    const ended = initEnd(statusOf(statuses, container));
    if (ended === undefined) isInitPending = true;
    else if (ended !== 0 && !shouldContainerRestart(container, spec, ended)) return 'Failed';
  }
  let unknown = 0;
  let running = 0;
  let waiting = 0;
  let stopped = 0;
  let succeeded = 0;
  let restarting = 0;
  // Once a main container has run, a sidecar that restarts does not put the Pod back to Pending.
  let hasInitialized = false;
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container;
    // Without init containers both lists have one order.
    const status =
      statuses[i]?.name === container.name ? statuses[i] : statusOf(statuses, container);
    const standing = standingOf(status);
    if (standing === 'waiting') {
      waiting += 1;
      continue;
    }
    if (standing !== 'unknown' || status?.lastState?.terminated !== undefined)
      hasInitialized = true;
    if (standing === 'running') running += 1;
    else if (standing === 'unknown') unknown += 1;
    else {
      stopped += 1;
      if (status?.state?.terminated?.exitCode === 0) succeeded += 1;
      if (isRestarted(container, spec, status)) restarting += 1;
    }
  }
  for (let i = 0; i < inits.length; i += 1) {
    const container = inits[i] as Container;
    if (!isContainerRestartable(container)) continue;
    const status = statusOf(statuses, container);
    const standing = standingOf(status);
    // Ended ones do not count at all.
    if (standing === 'stopped') continue;
    if (standing === 'running') running += 1;
    else if (standing === 'waiting') waiting += 1;
    else unknown += 1;
    // It has yet to start for the first time.
    const isStarting = status !== undefined && !(standing === 'running' && status.started === true);
    if (isStarting && !hasInitialized) isInitPending = true;
  }

  if (isInitPending || waiting > 0) return 'Pending';
  if (unknown > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  const haveAllSucceeded = stopped === succeeded;
  if (isTerminal) return haveAllSucceeded ? 'Succeeded' : 'Failed';
  if (restarting > 0) return 'Running';
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

/** How a container stands; `waiting` is for its first start, and one that waits for another one counts as stopped. */
type Standing = 'unknown' | 'running' | 'waiting' | 'stopped';

function standingOf(status: PhaseStatus | undefined): Standing {
  const state = status?.state;
  if (state?.running !== undefined) return 'running';
  if (state?.terminated !== undefined) return 'stopped';
  if (state?.waiting === undefined) return 'unknown';
  return status?.lastState?.terminated === undefined ? 'waiting' : 'stopped';
}

/** Whether a container that has stopped is, or will be, started anew. */
function isRestarted(
  container: Container,
  spec: PhaseSpec,
  status: PhaseStatus | undefined,
): boolean {
  const ended = status?.state?.terminated;
  return ended === undefined
    ? restartPolicyOf(container, spec) !== 'Never'
    : shouldContainerRestart(container, spec, ended.exitCode);
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
