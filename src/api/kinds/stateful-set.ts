import { changeField, changeOrMake, fill, mapSame } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { StatefulSet, StatefulSetSpec } from '../generated/types.ts';
import { statefulSetTable } from '../printers/workloads.ts';
import {
  formatLabelSelector,
  labelSelectorMatches,
  labelSelectorRequirements,
} from '../selectors/label-selector.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkNonNegative, type Errors } from '../validation/fields.ts';
import {
  checkAnnotations,
  checkLabelSelector,
  checkLabels,
  isEmptySelector,
} from '../validation/labels.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkPodAnnotations } from '../validation/pod-annotations.ts';
import { checkReplicaCounts } from '../validation/replicas-status.ts';
import { statefulSetWarnings } from '../warnings/objects.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';
import { defaultClaimSpec } from './persistent-volume-claim.ts';

/** Pods with names, an order and storage of their own. */
export const statefulSetKind = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  subresources: { scale: scaleSubresource, status: statusOf('StatefulSet') },
  table: statefulSetTable,
  scale: {
    specReplicas: (set) => set.spec.replicas ?? 1,
    statusReplicas: (set) => set.status?.replicas ?? 0,
    selector: (set) => formatLabelSelector(set.spec.selector),
    withReplicas: (set, replicas) => ({ ...set, spec: { ...set.spec, replicas } }),
  },

  defaults: (set) => changeOrMake(set, 'spec', noSpec, defaultSpec),
  prepareForCreate: (set) => asNew(set, { replicas: 0, availableReplicas: 0 }),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (set) =>
    collectErrors((errors) => {
      checkObjectMeta(set.metadata, true, subdomainName, errors);
      checkSpec(set.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec === old.spec) return;
      checkSpec(next.spec, errors);
      checkFixedFields(next.spec, old.spec, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkReplicaCounts(next.status, old.status, errors);
      checkNonNegative(next.status?.currentReplicas, 'status.currentReplicas', errors);
    }),
  warnings: statefulSetWarnings,
});

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as StatefulSetSpec;

function defaultSpec(spec: StatefulSetSpec): StatefulSetSpec {
  let result = fill(spec, {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
  });
  const strategy = fill(result.updateStrategy ?? {}, { type: 'RollingUpdate' });
  const updateStrategy =
    strategy.type === 'RollingUpdate'
      ? changeOrMake(strategy, 'rollingUpdate', {}, (rolling) =>
          fill(rolling ?? {}, { partition: 0, maxUnavailable: 1 }),
        )
      : strategy;
  if (updateStrategy !== result.updateStrategy) result = { ...result, updateStrategy };
  const policy = result.persistentVolumeClaimRetentionPolicy ?? {};
  const retention = fill(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' });
  if (retention !== result.persistentVolumeClaimRetentionPolicy) {
    result = { ...result, persistentVolumeClaimRetentionPolicy: retention };
  }
  result = changeField(result, 'volumeClaimTemplates', (claims) =>
    mapSame(claims, (claim) => {
      const spec = defaultClaimSpec(claim.spec ?? {});
      return spec === claim.spec && claim.status?.phase !== undefined
        ? claim
        : { ...claim, spec, status: { phase: 'Pending', ...claim.status } };
    }),
  );
  const template = defaultTemplate(result.template);
  return template === result.template ? result : { ...result, template };
}

const policies = ['OrderedReady', 'Parallel'];

function checkSpec(spec: StatefulSetSpec, errors: Errors): void {
  const policy: string = spec.podManagementPolicy ?? '';
  if (!policies.includes(policy)) {
    errors.push(
      invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"),
    );
  }
  checkStrategy(spec, errors);
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  checkSelector(spec, errors);
  const { metadata, spec: podSpec } = spec.template;
  // The pods' volumes come from the claims, too, so that upstream does not look into the spec of the template.
  checkLabels(metadata?.labels, 'spec.template.labels', errors);
  checkAnnotations(metadata?.annotations, 'spec.template.annotations', errors);
  checkPodAnnotations(metadata?.annotations, 'spec.template.annotations', errors);
  const restartPolicy = podSpec.restartPolicy ?? '';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (podSpec.activeDeadlineSeconds !== undefined) {
    errors.push(
      forbidden(
        'spec.template.spec.activeDeadlineSeconds',
        'activeDeadlineSeconds in StatefulSet is not Supported',
      ),
    );
  }
}

function checkSelector({ selector, template }: StatefulSetSpec, errors: Errors): void {
  if (selector === undefined) errors.push(required('spec.selector'));
  else {
    checkLabelSelector(selector, 'spec.selector', errors);
    if (isEmptySelector(selector)) {
      const message = 'empty selector is invalid for statefulset';
      errors.push(invalid('spec.selector', selector, message));
    }
    if (!labelSelectorRequirements(selector).ok) {
      errors.push(invalid('spec.selector', selector, ''));
      return;
    }
  }
  const labels = template.metadata?.labels;
  if (labelSelectorMatches(selector, labels)) return;
  errors.push(
    invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
  );
}

function checkStrategy({ updateStrategy = {} }: StatefulSetSpec, errors: Errors): void {
  const path = 'spec.updateStrategy';
  const { rollingUpdate } = updateStrategy;
  const type: string = updateStrategy.type ?? '';
  if (type === 'OnDelete') {
    if (rollingUpdate === undefined) return;
    errors.push(
      invalid(
        `${path}.rollingUpdate`,
        {
          Partition: rollingUpdate.partition ?? 0,
          MaxUnavailable: rollingUpdate.maxUnavailable ?? null,
        },
        "only allowed for updateStrategy 'RollingUpdate'",
      ),
    );
  } else if (type === 'RollingUpdate') {
    checkNonNegative(rollingUpdate?.partition, `${path}.rollingUpdate.partition`, errors);
  } else if (type === '') errors.push(required(path));
  else {
    errors.push(
      invalid(
        path,
        { Type: type, RollingUpdate: rollingUpdate ?? null },
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    );
  }
}

const changeable: readonly (keyof StatefulSetSpec)[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function checkFixedFields(spec: StatefulSetSpec, old: StatefulSetSpec, errors: Errors): void {
  const rest = Object.entries(spec).filter(
    ([field]) => !changeable.includes(field as keyof StatefulSetSpec),
  );
  const before = Object.entries(old).filter(
    ([field]) => !changeable.includes(field as keyof StatefulSetSpec),
  );
  if (semanticEqual(Object.fromEntries(rest), Object.fromEntries(before))) return;
  errors.push(
    forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  );
}
