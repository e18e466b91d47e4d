import { disruptionNumbers } from '../../../../api/disruption.ts';
import type { PodDisruptionBudgetSpec } from '../../../../api/generated/types.ts';
import { type ConformanceArea, expectEqual } from '../area.ts';

export const disruption: ConformanceArea = {
  name: 'disruption',
  run: (testCase) => {
    const podCount = Number(testCase['pods']);
    const numbers = disruptionNumbers(testCase['spec'] as PodDisruptionBudgetSpec, {
      // The controller is found by way of its Pods.
      expectedScale: podCount === 0 ? 0 : Number(testCase['controllerScale']),
      podCount,
      healthyCount: Number(testCase['readyPods']),
    });
    return expectEqual(testCase['status'], numbers.ok ? numbers.value : numbers.error);
  },
};
