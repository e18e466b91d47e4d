import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import type { ReplicaSet, ReplicaSetSpec } from '../generated/types.ts';
import { replicaSetTable } from '../printers/deployment.ts';
import { formatLabelSelector } from '../selectors/label-selector.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import { checkImmutable, checkNonNegative, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkReplicaCounts } from '../validation/replicas-status.ts';
import { checkSelectorAndTemplate } from '../validation/selector-and-template.ts';
import { namedWorkloadWarnings } from '../warnings/workloads.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** Keeps a number of equal pods. */
export const replicaSetKind = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  subresources: { scale: scaleSubresource, status: statusOf('ReplicaSet') },
  selectableFields: { 'status.replicas': (set) => String(set.status?.replicas ?? 0) },
  table: replicaSetTable,
  scale: {
    specReplicas: (set) => set.spec.replicas ?? 1,
    statusReplicas: (set) => set.status?.replicas ?? 0,
    selector: (set) => formatLabelSelector(set.spec.selector),
    withReplicas: (set, replicas) => ({ ...set, spec: { ...set.spec, replicas } }),
  },

  defaults: (set) => changeOrMake(set, 'spec', noSpec, defaultSpec),
  prepareForCreate: (set) => asNew(set, { replicas: 0 }),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (set, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(set.metadata, true, subdomainName, errors);
      checkSpec(set.spec, allowPrivileged, errors);
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkSpec(next.spec, allowPrivileged, errors);
      checkImmutable(next.spec.selector, old.spec.selector, 'spec.selector', errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkReplicaCounts(next.status, old.status, errors);
    }),
  warnings: namedWorkloadWarnings,
});

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as ReplicaSetSpec;

function defaultSpec(spec: ReplicaSetSpec): ReplicaSetSpec {
  const result = fill(spec, { replicas: 1 });
  const template = defaultTemplate(result.template);
  return template === result.template ? result : { ...result, template };
}

function checkSpec(spec: ReplicaSetSpec, allowPrivileged: boolean, errors: Errors): void {
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkSelectorAndTemplate(
    spec,
    'empty selector is invalid for deployment',
    allowPrivileged,
    errors,
  );
}
