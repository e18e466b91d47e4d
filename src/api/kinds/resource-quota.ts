import { changeOrMake } from '../defaults/fill.ts';
import { invalid } from '../field-errors.ts';
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
  for (const scope of given) {
    if (!scopes.includes(scope)) errors.push(invalid('spec.scopes', given, 'unsupported scope'));
  }
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
