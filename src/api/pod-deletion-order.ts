import { compareNumbers, compareStrings } from '../base/compare.ts';
import type { Pod } from './generated/types.ts';
import { isContainerRestartable } from './pod-containers.ts';
import { isPodReady, podReadySinceMillis } from './pod-readiness.ts';

/** What of a Pod decides how cheap it is to lose. Times are milliseconds since 1970. */
export interface DeletionCandidate {
  readonly uid: string;
  readonly nodeName: string | undefined;
  readonly phase: string;
  readonly isReady: boolean;
  readonly readySinceMillis: number | undefined;
  readonly createdMillis: number | undefined;
  readonly deletionCost: number;
  /** How many active Pods of related ReplicaSets are on the same node. */
  readonly rank: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
}

export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

export function deletionCandidate(pod: Pod, rank: number): DeletionCandidate {
  const { metadata, spec, status } = pod;
  const created = metadata.creationTimestamp;
  const sidecars = new Set(
    spec.initContainers?.filter(isContainerRestartable).map((each) => each.name),
  );
  const most = (counts: readonly number[]) => counts.reduce((a, b) => Math.max(a, b), 0);
  return {
    uid: metadata.uid ?? '',
    nodeName: spec.nodeName,
    phase: status?.phase ?? '',
    isReady: isPodReady(pod),
    readySinceMillis: podReadySinceMillis(pod),
    createdMillis: created === undefined ? undefined : Date.parse(created),
    deletionCost: deletionCost(metadata.annotations?.[deletionCostAnnotation]),
    rank,
    restarts: most(status?.containerStatuses?.map((each) => each.restartCount) ?? []),
    sidecarRestarts: most(
      status?.initContainerStatuses
        ?.filter((each) => sidecars.has(each.name))
        .map((each) => each.restartCount) ?? [],
    ),
  };
}

/**
 * The order in which a ReplicaSet gives up Pods, first one first: unassigned, pending, unready, cheap by annotation,
 * crowded, lately ready, often restarted, young. Ages count by their order of magnitude only, ties by uid, so that
 * not always the youngest go (Kubernetes documentation: "ReplicaSet", Pod selection when scaling down).
 */
export function compareForDeletion(
  a: DeletionCandidate,
  b: DeletionCandidate,
  nowMillis: number,
): number {
  const byState =
    Number(isAssigned(a)) - Number(isAssigned(b)) ||
    phaseOrder(a) - phaseOrder(b) ||
    Number(a.isReady) - Number(b.isReady) ||
    compareNumbers(a.deletionCost, b.deletionCost) ||
    compareNumbers(b.rank, a.rank);
  if (byState !== 0) return byState;
  if (a.isReady && b.isReady && a.readySinceMillis !== b.readySinceMillis) {
    return compareAges(a.readySinceMillis, b.readySinceMillis, a, b, nowMillis);
  }
  const byRestarts =
    compareNumbers(b.restarts, a.restarts) || compareNumbers(b.sidecarRestarts, a.sidecarRestarts);
  if (byRestarts !== 0) return byRestarts;
  if (a.createdMillis !== b.createdMillis) {
    return compareAges(a.createdMillis, b.createdMillis, a, b, nowMillis);
  }
  // Upstream leaves equals in any order; here the uid decides, or a replay might differ.
  return compareStrings(a.uid, b.uid);
}

function isAssigned({ nodeName }: DeletionCandidate): boolean {
  return nodeName !== undefined && nodeName !== '';
}

function phaseOrder({ phase }: DeletionCandidate): number {
  return phase === 'Running' ? 2 : phase === 'Unknown' ? 1 : 0;
}

/** No time at all counts as just now. */
function compareAges(
  aMillis: number | undefined,
  bMillis: number | undefined,
  a: DeletionCandidate,
  b: DeletionCandidate,
  nowMillis: number,
): number {
  if (aMillis === undefined || bMillis === undefined) {
    return Number(bMillis === undefined) - Number(aMillis === undefined);
  }
  const byMagnitude = magnitude(nowMillis - aMillis) - magnitude(nowMillis - bMillis);
  return byMagnitude !== 0 ? byMagnitude : compareStrings(a.uid, b.uid);
}

/** The binary order of magnitude of an age in nanoseconds. Counted, as logarithms differ between engines. */
function magnitude(ageMillis: number): number {
  if (ageMillis <= 0) return -1;
  let halvings = 0;
  for (let rest = ageMillis * 1_000_000; rest >= 2; rest /= 2) halvings += 1;
  return halvings;
}

function deletionCost(text: string | undefined): number {
  return text !== undefined && /^-?(0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : 0;
}
