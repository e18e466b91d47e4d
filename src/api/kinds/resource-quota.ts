import { changeOrMake } from '../defaults/fill.ts';
import { invalid, required } from '../field-errors.ts';
import type { ResourceQuota, ResourceQuotaSpec } from '../generated/types.ts';
import { resourceQuotaTable } from '../printers/policy.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { type Errors, immutableMessage } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkResourceAmount, checkResourceName } from '../validation/resource-requirements.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** How much a namespace may use in all. */
export const resourceQuotaKind = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  subresources: { status: statusOf('ResourceQuota') },
  table: resourceQuotaTable,

  defaults: (quota) => changeOrMake(quota, 'spec', {}, (spec) => spec),
  prepareForCreate: (quota) => ({ ...quota, status: {} }),
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (quota) =>
    collectErrors((errors) => {
      checkObjectMeta(quota.metadata, true, subdomainName, errors);
      checkSpec(quota.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkSpec(next.spec, errors);
      const sorted = ({ scopes = [] }: ResourceQuotaSpec): readonly string[] => [...scopes].sort();
      if (!semanticEqual(sorted(next.spec), sorted(old.spec))) {
        errors.push(invalid('spec.scopes', next.spec.scopes ?? null, immutableMessage));
      }
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      for (const field of ['hard', 'used'] as const) {
        checkAmounts(next.status?.[field] ?? {}, `status.${field}`, errors);
      }
    }),
});

const scopes = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const contradictions = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function checkSpec(spec: ResourceQuotaSpec, errors: Errors): void {
  checkAmounts(spec.hard ?? {}, 'spec.hard', errors);
  const given: readonly string[] = spec.scopes ?? [];
  const hard = Object.keys(spec.hard ?? {});
  for (const scope of given) {
    if (!scopes.includes(scope)) errors.push(invalid('spec.scopes', given, 'unsupported scope'));
    for (const name of hard) {
      if (isOutOfScope(name, scope)) {
        errors.push(invalid('spec.scopes', given, 'unsupported scope applied to resource'));
      }
    }
  }
  checkScopeSelector(spec.scopeSelector, hard, errors);
  for (const [one, other] of contradictions) {
    if (given.includes(one) && given.includes(other)) {
      errors.push(invalid('spec.scopes', given, 'conflicting scopes'));
    }
  }
}

function checkAmounts(
  amounts: Readonly<Record<string, string>>,
  path: string,
  errors: Errors,
): void {
  for (const [name, amount] of Object.entries(amounts)) {
    checkResourceName(name, `${path}[${name}]`, errors);
    checkResourceAmount(name, amount, `${path}[${name}]`, errors);
  }
}

const podAmounts = [
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];
const otherAmounts = [
  'configmaps',
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'requests.ephemeral-storage',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
];
const claimAmounts = ['persistentvolumeclaims', 'requests.storage'];

/** Scopes are of pods, but for one that is of claims; best-effort pods can only be counted. */
function isOutOfScope(name: string, scope: string): boolean {
  if (scope === 'VolumeAttributesClass') {
    if (claimAmounts.includes(name)) return false;
    return name === 'pods' || podAmounts.includes(name) || otherAmounts.includes(name);
  }
  if (podAmounts.includes(name)) return scope === 'BestEffort';
  return scopes.includes(scope) && otherAmounts.includes(name);
}

const existenceScopes = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
];

function checkScopeSelector(
  selector: ResourceQuotaSpec['scopeSelector'],
  hard: readonly string[],
  errors: Errors,
): void {
  if (selector === undefined) return;
  const path = 'spec.scopeSelector.matchExpressions';
  const names = (selector.matchExpressions ?? []).map((each): string => each.scopeName);
  for (const { scopeName, operator, values = [] } of selector.matchExpressions ?? []) {
    if (!scopes.includes(scopeName)) {
      errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    }
    for (const name of hard) {
      if (!isOutOfScope(name, scopeName)) continue;
      errors.push(invalid(path, selector, 'unsupported scope applied to resource'));
    }
    if (existenceScopes.includes(scopeName) && operator !== 'Exists') {
      const message =
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(`${path}.operator`, operator, message));
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length > 0) continue;
      const message =
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      errors.push(required(`${path}.values`, message));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length === 0) continue;
      const message =
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      errors.push(invalid(`${path}.values`, values, message));
    } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  for (const [one, other] of contradictions) {
    if (names.includes(one) && names.includes(other)) {
      errors.push(invalid(path, names, 'conflicting scopes'));
    }
  }
}
