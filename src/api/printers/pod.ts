import type { ContainerStatus, Pod, PodCondition } from '../generated/types.ts';
import type { KindTable, TableRowCondition } from '../kinds/kind.ts';
import { isContainerRestartable } from '../pod-containers.ts';
import { ageColumn, ageOf, nameColumn, textColumn, timeSince, wideColumn } from './columns.ts';

/** What the columns of a pod say, worked out in one walk over its container statuses. */
export interface PodSummary {
  /** kubectl's STATUS: the phase, or what keeps the pod from it (`CrashLoopBackOff`, `Init:0/1`, `Terminating`). */
  readonly reason: string;
  readonly readyCount: number;
  readonly totalCount: number;
  readonly restarts: number;
  /** When a container last ended to be restarted, RFC 3339; empty when none has. */
  readonly lastRestart: string;
}

/** The STATUS column of a pod alone. Cheap enough for every pod of every frame. */
export function podStatusReason(pod: Pod): string {
  return podSummary(pod).reason;
}

/** Everything that the READY, STATUS and RESTARTS columns need (upstream: printPod). */
export function podSummary(pod: Pod): PodSummary {
  const status = pod.status ?? {};
  const tally: Tally = { restarts: 0, lastRestart: '', readyCount: 0 };
  const sidecars: Tally = { restarts: 0, lastRestart: '', readyCount: 0 };
  let reason = status.reason || (status.phase ?? '');
  if (hasGate(status.conditions)) reason = 'SchedulingGated';

  const blocked = walkInitContainers(pod, tally, sidecars);
  if (blocked !== undefined) reason = blocked;
  let { restarts, lastRestart, readyCount } = tally;
  if (blocked === undefined || isTrue(status.conditions, 'Initialized')) {
    const main = walkContainers(status.containerStatuses ?? [], sidecars, reason);
    ({ restarts, lastRestart } = sidecars);
    readyCount += main.readyCount;
    reason = main.reason;
    // One container of several is still at work, so the pod has not completed.
    if (reason === 'Completed' && main.readyCount > 0) {
      reason = isTrue(status.conditions, 'Ready') ? 'Running' : 'NotReady';
    }
  }
  const totalCount = (pod.spec.containers ?? []).length + sidecarCount(pod);
  return { reason: leavingReason(pod) ?? reason, readyCount, totalCount, restarts, lastRestart };
}

interface Tally {
  restarts: number;
  lastRestart: string;
  readyCount: number;
}

function leavingReason({ metadata, status }: Pod): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return hasEnded ? undefined : 'Terminating';
}

function sidecarCount(pod: Pod): number {
  let count = 0;
  for (const container of pod.spec.initContainers ?? []) {
    if (isContainerRestartable(container)) count += 1;
  }
  return count;
}

function isSidecar(pod: Pod, name: string): boolean {
  const container = pod.spec.initContainers?.find((each) => each.name === name);
  return container !== undefined && isContainerRestartable(container);
}

/** What the first init container that is not done keeps the pod from; undefined when all are. */
function walkInitContainers(pod: Pod, tally: Tally, sidecars: Tally): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (let index = 0; index < statuses.length; index += 1) {
    const status = statuses[index] as ContainerStatus; // In range by the loop.
    const sidecar = isSidecar(pod, status.name);
    count(status, tally);
    if (sidecar) count(status, sidecars);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) tally.readyCount += 1;
      continue;
    }
    if (terminated !== undefined) return `Init:${endOf(terminated)}`;
    const why = waiting?.reason ?? '';
    if (why !== '' && why !== 'PodInitializing') return `Init:${why}`;
    return `Init:${index}/${(pod.spec.initContainers ?? []).length}`;
  }
  return undefined;
}

/** The main containers, the last one first, so that the first one in trouble has the last word. */
function walkContainers(
  statuses: readonly ContainerStatus[],
  tally: Tally,
  before: string,
): { readonly reason: string; readonly readyCount: number } {
  let reason = before;
  let readyCount = 0;
  for (let index = statuses.length - 1; index >= 0; index -= 1) {
    const status = statuses[index] as ContainerStatus; // In range by the loop.
    count(status, tally);
    const { waiting, terminated, running } = status.state ?? {};
    if ((waiting?.reason ?? '') !== '') reason = waiting?.reason ?? '';
    else if (terminated !== undefined) reason = endOf(terminated);
    else if (status.ready && running !== undefined) readyCount += 1;
  }
  return { reason, readyCount };
}

function count(status: ContainerStatus, tally: Tally): void {
  tally.restarts += status.restartCount ?? 0;
  const ended = status.lastState?.terminated?.finishedAt ?? '';
  // Times as the server writes them all have the same form, so that text order is time order.
  if (ended > tally.lastRestart) tally.lastRestart = ended;
}

function endOf(terminated: {
  readonly reason?: string;
  readonly signal?: number;
  readonly exitCode?: number;
}): string {
  if ((terminated.reason ?? '') !== '') return terminated.reason ?? '';
  if ((terminated.signal ?? 0) !== 0) return `Signal:${terminated.signal}`;
  return `ExitCode:${terminated.exitCode ?? 0}`;
}

function hasGate(conditions: readonly PodCondition[] | undefined): boolean {
  if (conditions === undefined) return false;
  for (const { type, reason } of conditions) {
    if (type === 'PodScheduled' && reason === 'SchedulingGated') return true;
  }
  return false;
}

function isTrue(conditions: readonly PodCondition[] | undefined, type: string): boolean {
  if (conditions === undefined) return false;
  for (const each of conditions) if (each.type === type) return each.status === 'True';
  return false;
}

export const podTable: KindTable<Pod> = {
  columns: [
    nameColumn,
    textColumn('Ready', 'How many of the containers are ready.'),
    textColumn('Status', 'The phase of the pod, or what keeps it from running.'),
    textColumn('Restarts', 'How often containers were restarted, and when last.'),
    ageColumn,
    wideColumn('IP', 'The address of the pod.'),
    wideColumn('Node', 'The node that the pod is bound to.'),
    wideColumn('Nominated Node', 'The node on which room is being made for the pod.'),
    wideColumn('Readiness Gates', 'How many of the further conditions for readiness are true.'),
  ],
  cells(pod, now) {
    const summary = podSummary(pod);
    const { status, spec } = pod;
    return [
      pod.metadata.name ?? '',
      `${summary.readyCount}/${summary.totalCount}`,
      summary.reason,
      restartsText(summary, now),
      ageOf(pod, now),
      status?.podIPs?.[0]?.ip || '<none>',
      spec.nodeName || '<none>',
      status?.nominatedNodeName || '<none>',
      gatesText(pod),
    ];
  },
  rowConditions: ({ status }) => completedConditions[status?.phase ?? ''] ?? noConditions,
};

/** `3 (20s ago)`, or the number alone when it is not known when. */
export function restartsText(summary: PodSummary, now: number): string {
  const { restarts, lastRestart } = summary;
  return restarts === 0 || lastRestart === ''
    ? String(restarts)
    : `${restarts} (${timeSince(lastRestart, now)} ago)`;
}

function gatesText({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter((gate) => isTrue(status?.conditions, gate.conditionType));
  return `${met.length}/${gates.length}`;
}

const noConditions: readonly TableRowCondition[] = Object.freeze([]);
const completedConditions: Readonly<Record<string, readonly TableRowCondition[] | undefined>> = {
  Succeeded: [
    {
      type: 'Completed',
      status: 'True',
      reason: 'Succeeded',
      message: 'The pod has completed successfully.',
    },
  ],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
};
