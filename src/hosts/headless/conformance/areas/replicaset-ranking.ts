import { compareForDeletion, type DeletionCandidate } from '../../../../api/pod-deletion-order.ts';
import { type ConformanceArea, expectEqual } from '../area.ts';

interface RankedPod {
  readonly name: string;
  readonly uid: string;
  readonly nodeName?: string;
  readonly phase: string;
  readonly creationTimestamp: string;
  readonly readySince?: string;
  readonly restarts?: number;
  readonly deletionCost?: number;
  readonly rank: number;
}

export const replicasetRanking: ConformanceArea = {
  name: 'replicaset-ranking',
  run: (testCase) => {
    const now = Date.parse(String(testCase['now']));
    const pods = testCase['pods'] as readonly RankedPod[];
    const order = pods
      .map((pod) => ({ name: pod.name, ...candidateOf(pod) }))
      .toSorted((a, b) => compareForDeletion(a, b, now))
      .map((each) => each.name);
    return expectEqual(testCase['deletionOrder'], order);
  },
};

function candidateOf(pod: RankedPod): DeletionCandidate {
  const { readySince } = pod;
  return {
    uid: pod.uid,
    nodeName: pod.nodeName,
    phase: pod.phase,
    isReady: readySince !== undefined,
    readySinceMillis: readySince === undefined ? undefined : Date.parse(readySince),
    createdMillis: Date.parse(pod.creationTimestamp),
    deletionCost: pod.deletionCost ?? 0,
    rank: pod.rank,
    restarts: pod.restarts ?? 0,
    sidecarRestarts: 0,
  };
}
