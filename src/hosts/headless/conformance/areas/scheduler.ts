import type { CaseResult, ConformanceArea } from '../area.ts';
import { runCoreVector } from './scheduler-core.ts';
import type { SchedulerVector } from './scheduler-cluster.ts';
import { runPluginVector } from './scheduler-plugins.ts';
import { runScheduleVector } from './scheduler-random.ts';

/** The vector files of the folders `scheduler` (a plugin each) and `scheduler-random`. */
const FILES = [
  'DefaultPreemption',
  'ImageLocality',
  'InterPodAffinity',
  'NodeAffinity',
  'NodeName',
  'NodePorts',
  'NodeResourcesBalancedAllocation',
  'NodeResourcesFit',
  'NodeUnschedulable',
  'NodeVolumeLimits',
  'PodTopologySpread',
  'PrioritySort',
  'SchedulerCore',
  'TaintToleration',
  'VolumeBinding',
  'VolumeRestrictions',
  'VolumeZone',
  'configured-00',
  'default-00',
  'default-01',
  'default-02',
  'default-03',
  'default-04',
  'default-05',
  'default-06',
];

export const schedulerAreas: readonly ConformanceArea[] = FILES.map((name) => ({
  name,
  // A vector's shape is that of its README.
  run: (testCase) => runVector(testCase as unknown as SchedulerVector),
}));

function runVector(vector: SchedulerVector): CaseResult {
  if (vector.kind === 'schedule') return runScheduleVector(vector);
  return vector.plugin === 'SchedulerCore' ? runCoreVector(vector) : runPluginVector(vector);
}
