import { argsOf } from '../configuration/plugin-args.ts';
import type { SchedulerPlugin } from '../framework/plugin.ts';
import { defaultBinder } from './default-binder.ts';
import { defaultPreemption } from './default-preemption.ts';
import { dynamicResources } from './dynamic-resources.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity } from './inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { nodeVolumeLimits } from './node-volume-limits.ts';
import { podTopologySpread } from './pod-topology-spread.ts';
import { prioritySort } from './priority-sort.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';
import { volumeBinding } from './volume-binding.ts';
import { volumeRestrictions } from './volume-restrictions.ts';
import { volumeZone } from './volume-zone.ts';

type Args = Readonly<Record<string, unknown>> | undefined;

/** Every plugin there is, made from its args as they stand in the configuration. */
export const pluginRegistry: Readonly<Record<string, (args: Args) => SchedulerPlugin>> = {
  SchedulingGates: () => schedulingGates,
  PrioritySort: () => prioritySort,
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: (args) => nodeAffinity(argsOf('NodeAffinity', args)),
  NodePorts: () => nodePorts,
  NodeResourcesFit: (args) => nodeResourcesFit(argsOf('NodeResourcesFit', args)),
  VolumeRestrictions: () => volumeRestrictions,
  NodeVolumeLimits: () => nodeVolumeLimits,
  VolumeBinding: () => volumeBinding,
  VolumeZone: () => volumeZone,
  PodTopologySpread: (args) => podTopologySpread(argsOf('PodTopologySpread', args)),
  InterPodAffinity: (args) => interPodAffinity(argsOf('InterPodAffinity', args)),
  DynamicResources: () => dynamicResources,
  DefaultPreemption: (args) => defaultPreemption(argsOf('DefaultPreemption', args)),
  NodeResourcesBalancedAllocation: (args) =>
    nodeResourcesBalancedAllocation(argsOf('NodeResourcesBalancedAllocation', args)),
  ImageLocality: () => imageLocality,
  DefaultBinder: () => defaultBinder,
};
