import {
  type PodResourcesOptions,
  podLimits,
  podRequestAmounts,
  podRequests,
  type ResourceList,
  type ResourcePod,
  resourceAmounts,
} from '../../../../api/pod-resources.ts';
import { allOf, type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface PodResourcesCase {
  readonly op: string;
  readonly options: PodResourcesOptions;
  readonly pod: ResourcePod;
  readonly result: ResourceList;
}

export const podResourceRequests: ConformanceArea = {
  name: 'pod-resource-requests',
  run: (testCase) => runCase(testCase as unknown as PodResourcesCase),
};

function runCase({ op, options, pod, result }: PodResourcesCase): CaseResult {
  if (op === 'limits') return expectEqual(result, podLimits(pod, options));
  if (op !== 'requests') return skipped(`no counterpart for op ${op}`);
  const asTexts = expectEqual(result, podRequests(pod, options));
  if (Object.keys(options).length > 0) return asTexts;
  const wanted = Object.fromEntries(resourceAmounts(result));
  return allOf(asTexts, expectEqual(wanted, Object.fromEntries(podRequestAmounts(pod)), 'numbers'));
}
