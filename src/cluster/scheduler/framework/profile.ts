import {
  DEFAULT_PLUGINS,
  DEFAULT_SCHEDULER_NAME,
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginReference,
  type PluginSet,
  type ProfileConfiguration,
} from '../configuration/configuration.ts';
import type { SchedulerPlugin } from './plugin.ts';

/** The plugins that place the Pods of one `schedulerName`, in order, for each extension point. */
export interface Profile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number | undefined;
  readonly points: Readonly<Record<ExtensionPoint, readonly SchedulerPlugin[]>>;
  /** By position in `points.score`. */
  readonly weights: readonly number[];
  /** Every plugin of the profile once. */
  readonly plugins: readonly SchedulerPlugin[];
  /** Whether all of them give Pods that are alike the same answers beforehand; see SchedulerPlugin. */
  readonly isRepeating: boolean;
}

/** Makes a plugin from its args, as the configuration gives them. */
export type PluginRegistry = Readonly<
  Record<string, (args: Readonly<Record<string, unknown>> | undefined) => SchedulerPlugin>
>;

/** Which of a plugin's functions an extension point calls. */
const METHODS: Readonly<Record<ExtensionPoint, keyof SchedulerPlugin | undefined>> = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
};

/**
 * Builds a profile from its configuration: the default plugins, changed by what is enabled and disabled
 * for all points (`multiPoint`) and for each. Unknown plugins have been refused before.
 */
export function buildProfile(
  configuration: ProfileConfiguration,
  registry: PluginRegistry,
): Profile {
  const multiPoint = mergeDefaults(configuration.plugins?.multiPoint);
  const references = new Map<string, PluginReference>();
  for (const reference of multiPoint) references.set(reference.name, reference);
  for (const point of EXTENSION_POINTS) {
    for (const reference of configuration.plugins?.[point]?.enabled ?? []) {
      if (!references.has(reference.name)) references.set(reference.name, reference);
    }
  }
  const plugins = new Map<string, SchedulerPlugin>();
  for (const name of references.keys()) {
    const args = configuration.pluginConfig?.find((each) => each.name === name)?.args;
    const make = Object.hasOwn(registry, name) ? registry[name] : undefined;
    if (make !== undefined) plugins.set(name, make(args));
  }

  const points = {} as Record<ExtensionPoint, readonly SchedulerPlugin[]>; // Filled by the loop below.
  let weights: readonly number[] = [];
  for (const point of EXTENSION_POINTS) {
    const expanded = expandPoint(point, configuration.plugins?.[point], multiPoint, plugins);
    points[point] = expanded.map(({ plugin }) => plugin);
    if (point === 'score') weights = expanded.map(({ weight }) => weight);
  }
  return {
    schedulerName: configuration.schedulerName ?? DEFAULT_SCHEDULER_NAME,
    percentageOfNodesToScore: configuration.percentageOfNodesToScore,
    points,
    weights,
    plugins: [...plugins.values()],
    isRepeating: [...points.preFilter, ...points.preScore].every(
      (plugin) => plugin.repeats === true,
    ),
  };
}

/** The default list with the disabled taken out, changed ones in their old places and new ones behind. */
function mergeDefaults(set: PluginSet | undefined): readonly PluginReference[] {
  const disabled = new Set((set?.disabled ?? []).map(({ name }) => name));
  const enabled = new Map((set?.enabled ?? []).map((each) => [each.name, each]));
  const replaced = new Set<string>();
  const merged: PluginReference[] = [];
  if (!disabled.has('*')) {
    for (const reference of DEFAULT_PLUGINS) {
      if (disabled.has(reference.name)) continue;
      const own = enabled.get(reference.name);
      if (own === undefined) merged.push(reference);
      else {
        merged.push(own);
        replaced.add(own.name);
      }
    }
  }
  for (const reference of enabled.values()) {
    if (!replaced.has(reference.name)) merged.push(reference);
  }
  return merged;
}

interface Expanded {
  readonly plugin: SchedulerPlugin;
  readonly weight: number;
}

/** One extension point: what is named for it explicitly overrides what `multiPoint` brings. */
function expandPoint(
  point: ExtensionPoint,
  set: PluginSet | undefined,
  multiPoint: readonly PluginReference[],
  plugins: ReadonlyMap<string, SchedulerPlugin>,
): readonly Expanded[] {
  const disabled = new Set((set?.disabled ?? []).map(({ name }) => name));
  const explicit = set?.enabled ?? [];
  const explicitNames = new Set(explicit.map(({ name }) => name));
  const ofMultiPoint = disabled.has('*')
    ? []
    : multiPoint.filter(
        ({ name }) => !disabled.has(name) && implementsPoint(plugins.get(name), point),
      );
  const overriding = new Set(
    ofMultiPoint.filter(({ name }) => explicitNames.has(name)).map(({ name }) => name),
  );
  const inOrder = [
    ...explicit.filter(({ name }) => overriding.has(name)),
    ...ofMultiPoint.filter(({ name }) => !explicitNames.has(name)),
    ...explicit.filter(({ name }) => !overriding.has(name)),
  ];
  const expanded: Expanded[] = [];
  for (const { name, weight } of inOrder) {
    const plugin = plugins.get(name);
    if (plugin === undefined) continue;
    expanded.push({ plugin, weight: weight === undefined || weight === 0 ? 1 : weight });
  }
  return expanded;
}

/** Whether a plugin has the function that an extension point calls. */
export function implementsPoint(
  plugin: SchedulerPlugin | undefined,
  point: ExtensionPoint,
): boolean {
  const method = METHODS[point];
  return plugin !== undefined && method !== undefined && plugin[method] !== undefined;
}
