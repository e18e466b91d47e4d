import {
  type PhaseSpec,
  type PhaseStatus,
  podPhase as phaseOf,
} from '../../../../api/pod-phase.ts';
import { type ConformanceArea, expectEqual } from '../area.ts';

export const podPhase: ConformanceArea = {
  name: 'pod-phase',
  run: (testCase) => {
    const statuses = testCase['statuses'] as readonly PhaseStatus[];
    const spec = testCase as unknown as PhaseSpec;
    return expectEqual(
      testCase['phase'],
      phaseOf(spec, statuses, testCase['podIsTerminal'] === true),
    );
  },
};
