import { type FieldError, forbidden, typeInvalid } from '../../../api/field-errors.ts';
import { goQuote } from '../../../api/go-text.ts';

/** What a field of the configuration may hold. */
type Shape =
  | 'text'
  | 'whole'
  | 'number'
  | 'truth'
  /** A structure of the core API, checked elsewhere. */
  | 'any'
  | { readonly listOf: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> }
  /** A part of the real configuration that has no counterpart here. */
  | { readonly refusedAs: string };

const pluginReference: Shape = { fields: { name: 'text', weight: 'whole' } };
const pluginSet: Shape = {
  fields: { enabled: { listOf: pluginReference }, disabled: { listOf: pluginReference } },
};
const resources: Shape = { listOf: { fields: { name: 'text', weight: 'whole' } } };
const curve: Shape = { listOf: { fields: { utilization: 'whole', score: 'whole' } } };

const points = [
  'multiPoint',
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
];

const profile: Shape = {
  fields: {
    schedulerName: 'text',
    percentageOfNodesToScore: 'whole',
    plugins: { fields: Object.fromEntries(points.map((point) => [point, pluginSet])) },
    pluginConfig: { listOf: { fields: { name: 'text', args: 'any' } } },
  },
};

const configuration: Shape = {
  fields: {
    apiVersion: 'text',
    kind: 'text',
    parallelism: 'whole',
    leaderElection: 'any',
    clientConnection: { fields: { qps: 'number', burst: 'whole' } },
    percentageOfNodesToScore: 'whole',
    podInitialBackoffSeconds: 'whole',
    podMaxBackoffSeconds: 'whole',
    profiles: { listOf: profile },
    extenders: { refusedAs: 'scheduler extenders are not simulated' },
    enableProfiling: 'truth',
    enableContentionProfiling: 'truth',
    delayCacheUntilActive: 'truth',
  },
};

const common: Readonly<Record<string, Shape>> = { apiVersion: 'text', kind: 'text' };

const args: Readonly<Record<string, Shape>> = {
  DefaultPreemption: {
    fields: { ...common, minCandidateNodesPercentage: 'whole', minCandidateNodesAbsolute: 'whole' },
  },
  InterPodAffinity: {
    fields: {
      ...common,
      hardPodAffinityWeight: 'whole',
      ignorePreferredTermsOfExistingPods: 'truth',
    },
  },
  NodeAffinity: { fields: { ...common, addedAffinity: 'any' } },
  NodeResourcesBalancedAllocation: { fields: { ...common, resources } },
  NodeResourcesFit: {
    fields: {
      ...common,
      ignoredResources: { listOf: 'text' },
      ignoredResourceGroups: { listOf: 'text' },
      scoringStrategy: {
        fields: {
          type: 'text',
          resources,
          requestedToCapacityRatio: { fields: { shape: curve } },
        },
      },
    },
  },
  PodTopologySpread: {
    fields: { ...common, defaultConstraints: { listOf: 'any' }, defaultingType: 'text' },
  },
  VolumeBinding: { fields: { ...common, bindTimeoutSeconds: 'whole' } },
};

/** What is wrong with the shape of a configuration: unknown fields, wrong types, parts that are not simulated. */
export function shapeErrors(value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  check(value, configuration, '', errors);
  return errors;
}

/** The same for the args of a plugin. Plugins without args take none. */
export function argsShapeErrors(plugin: string, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const shape = Object.hasOwn(args, plugin) ? args[plugin] : undefined;
  check(value, shape ?? { fields: common }, path, errors);
  return errors;
}

function check(value: unknown, shape: Shape, path: string, errors: FieldError[]): void {
  if (value === undefined || value === null || shape === 'any') return;
  if (typeof shape === 'string') {
    if (!isOfType(value, shape)) errors.push(typeInvalid(path, value, EXPECTED[shape]));
    return;
  }
  if ('refusedAs' in shape) {
    errors.push(forbidden(path, shape.refusedAs));
    return;
  }
  if ('listOf' in shape) {
    if (!Array.isArray(value)) {
      errors.push(typeInvalid(path, value, 'must be a list'));
      return;
    }
    value.forEach((item, index) => check(item, shape.listOf, `${path}[${index}]`, errors));
    return;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    errors.push(typeInvalid(path, value, 'must be a structure'));
    return;
  }
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined) {
      errors.push(forbidden(at, `strict decoding error: unknown field ${goQuote(at)}`));
    } else check((value as Record<string, unknown>)[key], field, at, errors);
  }
}

const EXPECTED = {
  text: 'must be a string',
  whole: 'must be an integer',
  number: 'must be a number',
  truth: 'must be true or false',
} as const;

function isOfType(value: unknown, type: keyof typeof EXPECTED): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'truth':
      return typeof value === 'boolean';
    case 'whole':
      return Number.isSafeInteger(value);
    default:
      return typeof value === 'number' && Number.isFinite(value);
  }
}
