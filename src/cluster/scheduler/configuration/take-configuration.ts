import {
  duplicate,
  type FieldError,
  type FieldErrors,
  invalid,
  notFound,
  required,
} from '../../../api/field-errors.ts';
import { goQuote } from '../../../api/go-text.ts';
import { type Result, refusal, success } from '../../../base/result.ts';
import { buildProfile, implementsPoint, type PluginRegistry } from '../framework/profile.ts';
import {
  type ConfiguredPoint,
  DEFAULT_SCHEDULER_NAME,
  EXTENSION_POINTS,
  type PluginSet,
  type ProfileConfiguration,
  type SchedulerConfiguration,
} from './configuration.ts';
import { scriptErrors, sourceOf, withUserPlugins } from '../user-plugins/registry.ts';
import { argsShapeErrors, shapeErrors } from './decode.ts';
import { argsErrors } from './validate-args.ts';

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';

/** Plugins for volumes that were built into Kubernetes once. */
const REMOVED = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits'];

/**
 * Takes in a configuration as a person writes it: checks its shape, fills in upstream's defaults and validates
 * it. Refused with upstream's field errors, all of them at once. Frozen, so that a process can keep it.
 */
export function takeConfiguration(
  value: unknown,
  registry: PluginRegistry,
): Result<SchedulerConfiguration, FieldErrors> {
  const misshapen = shapeErrors(value);
  if (typeof value !== 'object' || value === null || misshapen.length > 0) {
    return refusal(misshapen.length > 0 ? misshapen : [required('', 'a configuration is needed')]);
  }
  const configuration = defaulted(value as SchedulerConfiguration); // Its shape has been checked.
  const errors = [
    ...headErrors(configuration),
    ...profilesErrors(configuration.profiles ?? [], registry),
  ];
  return errors.length > 0 ? refusal(errors) : success(deepFreeze(configuration));
}

function defaulted(given: SchedulerConfiguration): SchedulerConfiguration {
  const profiles = given.profiles ?? [];
  const named =
    profiles.length === 0
      ? [{ schedulerName: DEFAULT_SCHEDULER_NAME }]
      : // A single profile need not say whose it is.
        profiles.map((profile) =>
          profiles.length === 1 && profile.schedulerName === undefined
            ? { ...profile, schedulerName: DEFAULT_SCHEDULER_NAME }
            : profile,
        );
  return {
    parallelism: 16,
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 10,
    ...given,
    profiles: named,
  };
}

function headErrors(configuration: SchedulerConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion, kind, parallelism = 0 } = configuration;
  if (apiVersion !== API_VERSION || kind !== KIND) {
    const what = `no kind ${goQuote(kind ?? '')} is registered for version ${goQuote(apiVersion ?? '')}`;
    errors.push(invalid('apiVersion', apiVersion ?? '', `${what}; use ${API_VERSION} and ${KIND}`));
  }
  if (parallelism <= 0) {
    errors.push(
      invalid('parallelism', parallelism, 'should be an integer value greater than zero'),
    );
  }
  errors.push(
    ...percentageErrors('percentageOfNodesToScore', configuration.percentageOfNodesToScore),
  );
  const { podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: most = 10 } = configuration;
  if (initial <= 0) {
    errors.push(invalid('podInitialBackoffSeconds', initial, 'must be greater than 0'));
  }
  if (most < initial) {
    const detail = 'must be greater than or equal to PodInitialBackoffSeconds';
    errors.push(invalid('podMaxBackoffSeconds', most, detail));
  }
  return errors;
}

function percentageErrors(path: string, percentage: number | undefined): FieldError[] {
  if (percentage === undefined || (percentage >= 0 && percentage <= 100)) return [];
  return [invalid(path, percentage, 'not in valid range [0-100]')];
}

function profilesErrors(
  profiles: readonly ProfileConfiguration[],
  registry: PluginRegistry,
): FieldError[] {
  const errors: FieldError[] = [];
  const known = new Map<string, number>();
  profiles.forEach((profile, index) => {
    const path = `profiles[${index}]`;
    const plugins = withUserPlugins(registry, profile.pluginConfig);
    const name = profile.schedulerName ?? '';
    if (name === '') errors.push(required(`${path}.schedulerName`));
    const earlier = known.get(name);
    if (earlier !== undefined) {
      errors.push(duplicate(`${path}.schedulerName`, `profiles[${earlier}].schedulerName`));
    }
    known.set(name, index);
    errors.push(
      ...percentageErrors(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore),
      ...pluginsErrors(profile, path, plugins),
      ...pluginConfigErrors(profile, path, registry),
    );
    if (errors.length === 0) errors.push(...missingErrors(profile, path, plugins));
  });
  const [first, ...others] = profiles.map((profile) => JSON.stringify(profile.plugins?.queueSort));
  others.forEach((queueSort, index) => {
    if (queueSort === first) return;
    const path = `profiles[${index + 1}].plugins.queueSort`;
    errors.push(invalid(path, queueSort ?? null, 'must be the same for all profiles'));
  });
  return errors;
}

function pluginsErrors(
  profile: ProfileConfiguration,
  path: string,
  registry: PluginRegistry,
): FieldError[] {
  const errors: FieldError[] = [];
  const points: readonly ConfiguredPoint[] = ['multiPoint', ...EXTENSION_POINTS];
  for (const point of points) {
    const set = profile.plugins?.[point];
    if (set === undefined) continue;
    errors.push(...setErrors(set, point, `${path}.plugins.${point}`, registry));
  }
  const sorters = profile.plugins?.queueSort?.enabled ?? [];
  if (sorters.length > 1) {
    const detail = 'only one queue sort plugin can be enabled';
    errors.push(invalid(`${path}.plugins.queueSort.Enabled`, sorters.length, detail));
  }
  return errors;
}

/** Every profile needs something that orders the queue and something that binds. */
function missingErrors(
  profile: ProfileConfiguration,
  path: string,
  registry: PluginRegistry,
): FieldError[] {
  const { points, schedulerName } = buildProfile(profile, registry);
  const errors: FieldError[] = [];
  const whose = `profile with scheduler name ${goQuote(schedulerName)}`;
  if (points.queueSort.length !== 1) {
    const detail = `only one queue sort plugin required for ${whose}, but got ${points.queueSort.length}`;
    errors.push(required(`${path}.plugins.queueSort`, detail));
  }
  if (points.bind.length === 0) {
    errors.push(
      required(`${path}.plugins.bind`, `at least one bind plugin is needed for ${whose}`),
    );
  }
  return errors;
}

function setErrors(
  set: PluginSet,
  point: ConfiguredPoint,
  path: string,
  registry: PluginRegistry,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (set.enabled ?? []).forEach(({ name }, index) => {
    const at = `${path}.enabled[${index}]`;
    if (REMOVED.includes(name)) errors.push(invalid(at, name, removed()));
    else if (!Object.hasOwn(registry, name)) errors.push(notFound(at, name));
    else if (point !== 'multiPoint' && !implementsPoint(registry[name]?.(undefined), point)) {
      errors.push(invalid(at, name, `plugin ${goQuote(name)} does not extend ${point} plugin`));
    }
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
  return errors;
}

function pluginConfigErrors(
  profile: ProfileConfiguration,
  path: string,
  registry: PluginRegistry,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (profile.pluginConfig ?? []).forEach((config, index) => {
    const { name, args } = config;
    const at = `${path}.pluginConfig[${index}]`;
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    if (REMOVED.includes(name)) {
      errors.push(invalid(at, name, removed()));
      return;
    }
    const source = sourceOf(config);
    if (source !== undefined && !Object.hasOwn(registry, name)) {
      errors.push(...scriptErrors(source, `${at}.args.source`));
      return;
    }
    const misshapen = argsShapeErrors(name, args, `${at}.args`);
    errors.push(...(misshapen.length > 0 ? misshapen : argsErrors(name, args, `${at}.args`)));
  });
  return errors;
}

function removed(): string {
  const version = goQuote(API_VERSION);
  return `was invalid in version ${version} (KubeSchedulerConfiguration is version ${version})`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
