import type { Taint, Toleration } from '../../../../api/generated/types.ts';
import { firstUntoleratedTaint, toleratesTaint } from '../../../../api/taints-and-tolerations.ts';
import { type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface TolerationCase {
  readonly op: string;
  readonly comparisonOperators: boolean;
  readonly taint: Taint;
  readonly toleration: Toleration;
  readonly taints: readonly Taint[];
  readonly tolerations: readonly Toleration[];
  readonly result?: boolean;
  readonly untolerated?: boolean;
}

export const tolerationMatching: ConformanceArea = {
  name: 'toleration-matching',
  run: (testCase) => runCase(testCase as unknown as TolerationCase),
};

function runCase(testCase: TolerationCase): CaseResult {
  const { op, comparisonOperators, taint, toleration, taints, tolerations } = testCase;
  switch (op) {
    case 'tolerates':
      return expectEqual(
        testCase.result,
        toleratesTaint(toleration, taint, { comparisonOperators }),
      );
    case 'firstUntolerated': {
      const came = firstUntoleratedTaint(taints, tolerations, undefined, { comparisonOperators });
      return expectEqual(
        { untolerated: testCase.untolerated, taint },
        { untolerated: came !== undefined, taint: came },
      );
    }
    default:
      return skipped(`no counterpart for op ${op}`);
  }
}
