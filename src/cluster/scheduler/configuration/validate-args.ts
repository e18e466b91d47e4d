import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../api/field-errors.ts';
import type { NodeAffinity, TopologySpreadConstraint } from '../../../api/generated/types.ts';
import { qualifiedNameErrors } from '../../../api/names/qualified-name.ts';
import { nodeSelectorErrors, preferredTermsErrors } from '../../../api/selectors/node-selector.ts';
import type { ScoringStrategy, ShapePoint, WeightedResource } from '../plugins/resource-scoring.ts';
import { type ArgsByPlugin, argsOf } from './plugin-args.ts';

type Args = Readonly<Record<string, unknown>> | undefined;

/** What is wrong with a plugin's args once defaults are filled in; paths begin with `path`. */
export function argsErrors(plugin: string, args: Args, path: string): FieldError[] {
  switch (plugin) {
    case 'DefaultPreemption':
      return preemptionErrors(argsOf(plugin, args), path);
    case 'InterPodAffinity': {
      const weight = argsOf(plugin, args).hardPodAffinityWeight;
      return outside(`${path}.hardPodAffinityWeight`, weight, 0, 100);
    }
    case 'NodeAffinity':
      return affinityErrors(argsOf(plugin, args).addedAffinity, `${path}.addedAffinity`);
    case 'NodeResourcesBalancedAllocation':
      return balanceErrors(argsOf(plugin, args).resources, `${path}.resources`);
    case 'NodeResourcesFit':
      return fitErrors(argsOf(plugin, args), path);
    case 'PodTopologySpread':
      return spreadErrors(argsOf(plugin, args), path);
    case 'VolumeBinding': {
      const seconds = argsOf(plugin, args).bindTimeoutSeconds;
      const detail = 'invalid BindTimeoutSeconds, should not be a negative value';
      return seconds < 0 ? [invalid(`${path}.bindTimeoutSeconds`, seconds, detail)] : [];
    }
    default:
      return [];
  }
}

function outside(path: string, value: number, least: number, greatest: number): FieldError[] {
  if (value >= least && value <= greatest) return [];
  return [invalid(path, value, `not in valid range [${least}, ${greatest}]`)];
}

function preemptionErrors(args: ArgsByPlugin['DefaultPreemption'], path: string): FieldError[] {
  const { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute } = args;
  const percentagePath = `${path}.minCandidateNodesPercentage`;
  const absolutePath = `${path}.minCandidateNodesAbsolute`;
  const errors = outside(percentagePath, percentage, 0, 100);
  if (absolute < 0) errors.push(invalid(absolutePath, absolute, 'not in valid range [0, inf)'));
  if (percentage === 0 && absolute === 0) {
    const detail = 'cannot be zero at the same time as';
    errors.push(
      invalid(percentagePath, percentage, `${detail} minCandidateNodesAbsolute`),
      invalid(absolutePath, absolute, `${detail} minCandidateNodesPercentage`),
    );
  }
  return errors;
}

function affinityErrors(affinity: NodeAffinity | undefined, path: string): FieldError[] {
  const requiredPart = affinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const preferredPart = affinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const below = (name: string, errors: readonly FieldError[]) =>
    errors.map((error) => ({
      ...error,
      field: `${path}.${name}${error.field.startsWith('[') ? '' : '.'}${error.field}`,
    }));
  return [
    ...(requiredPart === undefined
      ? []
      : below('requiredDuringSchedulingIgnoredDuringExecution', nodeSelectorErrors(requiredPart))),
    ...(preferredPart === undefined
      ? []
      : below(
          'preferredDuringSchedulingIgnoredDuringExecution',
          preferredTermsErrors(preferredPart),
        )),
  ];
}

function balanceErrors(resources: readonly WeightedResource[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  resources.forEach(({ name, weight }, index) => {
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}].name`, name));
    seen.add(name);
    if (weight !== 1) errors.push(invalid(`${path}[${index}].weight`, weight, 'must be 1'));
  });
  return errors;
}

function fitErrors(args: ArgsByPlugin['NodeResourcesFit'], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = (list: readonly string[] | undefined, at: string, isGroup: boolean) => {
    (list ?? []).forEach((name, index) => {
      const field = `${path}.${at}[${index}]`;
      if (isGroup && name.includes('/')) {
        errors.push(invalid(field, name, "resource group name can't contain '/'"));
      }
      for (const message of qualifiedNameErrors(name)) errors.push(invalid(field, name, message));
    });
  };
  names(args.ignoredResources, 'ignoredResources', false);
  names(args.ignoredResourceGroups, 'ignoredResourceGroups', true);
  errors.push(...strategyErrors(args.scoringStrategy, `${path}.scoringStrategy`));
  return errors;
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];

function strategyErrors(strategy: ScoringStrategy, path: string): FieldError[] {
  const { type, resources, requestedToCapacityRatio: ratio } = strategy;
  const errors: FieldError[] = [];
  if (!STRATEGIES.includes(type)) errors.push(notSupported(`${path}.type`, type, STRATEGIES));
  resources.forEach(({ name, weight }, index) => {
    if (weight > 0 && weight <= 100) return;
    const detail = `resource weight of ${name} not in valid range (0, 100]`;
    errors.push(invalid(`${path}.resources[${index}].weight`, weight, detail));
  });
  const ratioPath = `${path}.requestedToCapacityRatio`;
  if (type === 'RequestedToCapacityRatio') {
    if (ratio === undefined) {
      errors.push(required(ratioPath, 'must be specified when type is RequestedToCapacityRatio'));
    } else errors.push(...curveErrors(ratio.shape ?? [], `${ratioPath}.shape`));
  } else if (ratio !== undefined) {
    errors.push(forbidden(ratioPath, 'must be nil when type is not RequestedToCapacityRatio'));
  }
  return errors;
}

function curveErrors(shape: readonly ShapePoint[], path: string): FieldError[] {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')];
  const errors: FieldError[] = [];
  const unsorted = shape.findIndex(
    ({ utilization }, index) => index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization,
  );
  if (unsorted > 0) {
    const detail = 'values must be sorted in increasing order';
    errors.push(invalid(`${path}[${unsorted}].utilization`, shape[unsorted]?.utilization, detail));
  }
  shape.forEach(({ utilization, score }, index) => {
    errors.push(...outside(`${path}[${index}].utilization`, utilization, 0, 100));
    errors.push(...outside(`${path}[${index}].score`, score, 0, 10));
  });
  return errors;
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];

function spreadErrors(args: ArgsByPlugin['PodTopologySpread'], path: string): FieldError[] {
  const { defaultingType, defaultConstraints: constraints = [] } = args;
  const errors: FieldError[] = [];
  const typePath = `${path}.defaultingType`;
  if (defaultingType !== 'System' && defaultingType !== 'List') {
    errors.push(notSupported(typePath, defaultingType, ['System', 'List']));
  } else if (defaultingType === 'System' && constraints.length > 0) {
    errors.push(invalid(typePath, defaultingType, 'when .defaultConstraints are not empty'));
  }
  constraints.forEach((constraint, index) => {
    const at = `${path}.defaultConstraints[${index}]`;
    errors.push(...constraintErrors(constraint, at));
    const { topologyKey, whenUnsatisfiable } = constraint;
    const isRepeated = constraints
      .slice(0, index)
      .some(
        (other) =>
          other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable,
      );
    if (isRepeated) errors.push(duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`));
  });
  return errors;
}

function constraintErrors(constraint: TopologySpreadConstraint, path: string): FieldError[] {
  const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
  const errors: FieldError[] = [];
  if (!(maxSkew > 0))
    errors.push(invalid(`${path}.maxSkew`, maxSkew ?? 0, 'not in valid range (0, inf)'));
  const keyPath = `${path}.topologyKey`;
  if ((topologyKey ?? '') === '') errors.push(required(keyPath, 'can not be empty'));
  else {
    for (const message of qualifiedNameErrors(topologyKey)) {
      errors.push(invalid(keyPath, topologyKey, message));
    }
  }
  const actionPath = `${path}.whenUnsatisfiable`;
  if (!whenUnsatisfiable) errors.push(required(actionPath, 'can not be empty'));
  else if (!ACTIONS.includes(whenUnsatisfiable)) {
    errors.push(notSupported(actionPath, whenUnsatisfiable, ACTIONS));
  }
  if (labelSelector !== undefined) {
    const detail = 'constraint must not define a selector, as they deduced for each pod';
    errors.push(forbidden(`${path}.labelSelector`, detail));
  }
  return errors;
}
