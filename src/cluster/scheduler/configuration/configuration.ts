/**
 * A `KubeSchedulerConfiguration` (kubescheduler.config.k8s.io/v1), as far as the simulator knows it.
 */
export interface SchedulerConfiguration {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly parallelism?: number;
  /** How fast its client may ask; 0 or absent: as the process is started with. */
  readonly clientConnection?: { readonly qps?: number; readonly burst?: number };
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly profiles?: readonly ProfileConfiguration[];
}

export interface ProfileConfiguration {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: PluginsConfiguration;
  readonly pluginConfig?: readonly PluginConfig[];
}

export interface PluginConfig {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Plugins switched on and off, for all extension points at once (`multiPoint`) or for one. */
export type PluginsConfiguration = {
  readonly [Point in ConfiguredPoint]?: PluginSet;
};

export interface PluginSet {
  readonly enabled?: readonly PluginReference[];
  readonly disabled?: readonly PluginReference[];
}

export interface PluginReference {
  readonly name: string;
  readonly weight?: number;
}

export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];
export type ConfiguredPoint = ExtensionPoint | 'multiPoint';

/** The name Pods carry that name no scheduler. */
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** The plugins of v1.35, in order, with the weights of those that score. */
export const DEFAULT_PLUGINS: readonly PluginReference[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources' },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
];
