import { invalid, notSupported } from '../field-errors.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../generated/types.ts';
import { podDisruptionBudgetTable } from '../printers/simple-tables.ts';
import { collectErrors } from '../validation/collect.ts';
import {
  checkAtMost100Percent,
  checkCountOrPercent,
  checkNonNegative,
  type Errors,
} from '../validation/fields.ts';
import { checkLabelSelector } from '../validation/labels.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** How many pods of an application may be taken away at a time. */
export const podDisruptionBudgetKind = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  unconditionalUpdate: false,
  subresources: { status: statusOf('PodDisruptionBudget') },
  namespaced: true,
  table: podDisruptionBudgetTable,

  prepareForCreate: (budget) => asNew(budget, firstStatus),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (budget) =>
    collectErrors((errors) => {
      checkObjectMeta(budget.metadata, true, subdomainName, errors);
      checkSpec(budget.spec ?? {}, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec ?? {}, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      for (const field of counts) {
        checkNonNegative(next.status?.[field], `status.${field}`, errors);
      }
    }),
});

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;
const firstStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
};

function checkSpec(spec: PodDisruptionBudgetSpec, errors: Errors): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    // The server prints its internal form of the struct, which has no JSON names.
    const shown = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
    };
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    checkCountOrPercent(spec[field], `spec.${field}`, errors);
    checkAtMost100Percent(spec[field], `spec.${field}`, errors);
  }
  checkLabelSelector(selector, 'spec.selector', errors);
  const supported = ['AlwaysAllow', 'IfHealthyBudget'];
  if (unhealthyPodEvictionPolicy !== undefined && !supported.includes(unhealthyPodEvictionPolicy)) {
    errors.push(
      notSupported('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, supported),
    );
  }
}
