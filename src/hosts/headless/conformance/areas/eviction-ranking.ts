import { compareForEviction } from '../../../../api/pod-eviction-order.ts';
import { value } from '../../../../api/quantity/numbers.ts';
import { type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface EvictedPod {
  readonly name: string;
  readonly priority: number;
  readonly memoryRequest?: string;
  readonly memoryWorkingSet: string;
}

export const evictionRanking: ConformanceArea = {
  name: 'eviction-ranking',
  run: (testCase) => {
    const { signal } = testCase;
    if (signal !== 'memory.available') return skipped(`no counterpart for ${String(signal)}`);
    const pods = testCase['pods'] as readonly EvictedPod[];
    const order = pods
      .map(({ name, priority, memoryRequest, memoryWorkingSet }) => ({
        name,
        priority,
        usage: value(memoryWorkingSet),
        request: value(memoryRequest),
      }))
      .toSorted(compareForEviction)
      .map((each) => each.name);
    return expectEqual(testCase['evictionOrder'], order);
  },
};
