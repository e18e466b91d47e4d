import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { Deployment, DeploymentSpec, DeploymentStrategy } from '../generated/types.ts';
import { deploymentTable } from '../printers/deployment.ts';
import { formatLabelSelector } from '../selectors/label-selector.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import {
  checkAtMost100Percent,
  checkCountOrPercent,
  checkImmutable,
  checkNonNegative,
  type Errors,
} from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkReplicaCounts } from '../validation/replicas-status.ts';
import { checkSelectorAndTemplate } from '../validation/selector-and-template.ts';
import { namedWorkloadWarnings } from '../warnings/workloads.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';
import { asNew, keepStatus, onlyStatus, raiseGenerationIf, specChanged } from './generation.ts';

/** Rolls a pod template out, one ReplicaSet a version. */
export const deploymentKind = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  subresources: { scale: scaleSubresource, status: statusOf('Deployment') },
  table: deploymentTable,
  scale: {
    specReplicas: (deployment) => deployment.spec.replicas ?? 1,
    statusReplicas: (deployment) => deployment.status?.replicas ?? 0,
    selector: (deployment) => formatLabelSelector(deployment.spec.selector),
    withReplicas: (deployment, replicas) => ({
      ...deployment,
      spec: { ...deployment.spec, replicas },
    }),
  },

  defaults: (deployment) => changeOrMake(deployment, 'spec', noSpec, defaultSpec),
  prepareForCreate: (deployment) => asNew(deployment, {}),
  prepareForUpdate: (next, old) =>
    // A change of an annotation counts, too: the revision is kept in one.
    raiseGenerationIf(
      specChanged(next, old) || !semanticEqual(next.metadata.annotations, old.metadata.annotations),
      keepStatus(next, old),
      old,
    ),
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old, keptOfMetadata),

  validate: (deployment, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(deployment.metadata, true, subdomainName, errors);
      checkSpec(deployment.spec, allowPrivileged, errors);
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

const specDefaults = {
  replicas: 1,
  revisionHistoryLimit: 10,
  progressDeadlineSeconds: 600,
} as const;

const keptOfMetadata = ['labels'] as const;

// What a client left out altogether; validation then names all that is missing.
const noSpec = {} as DeploymentSpec;

function defaultSpec(spec: DeploymentSpec): DeploymentSpec {
  let result = fill(spec, specDefaults);
  const strategy = defaultStrategy(result.strategy ?? {});
  if (strategy !== result.strategy) result = { ...result, strategy };
  const template = defaultTemplate(result.template);
  return template === result.template ? result : { ...result, template };
}

function defaultStrategy(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  const rollingUpdate = fill(typed.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

function checkSpec(spec: DeploymentSpec, allowPrivileged: boolean, errors: Errors): void {
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  const emptyMessage = 'empty selector is invalid for deployment';
  checkSelectorAndTemplate(spec, emptyMessage, allowPrivileged, errors);
  checkStrategy(spec.strategy ?? {}, 'spec.strategy', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return;
  const at = 'spec.progressDeadlineSeconds';
  checkNonNegative(deadline, at, errors);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid(at, deadline, 'must be greater than minReadySeconds'));
  }
}

function checkStrategy(strategy: DeploymentStrategy, path: string, errors: Errors): void {
  switch (strategy.type) {
    case 'Recreate':
      if (strategy.rollingUpdate !== undefined) {
        errors.push(
          forbidden(
            `${path}.rollingUpdate`,
            "may not be specified when strategy `type` is 'Recreate'",
          ),
        );
      }
      return;
    case 'RollingUpdate':
      if (strategy.rollingUpdate === undefined) {
        errors.push(required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil'));
      } else checkRollingUpdate(strategy.rollingUpdate, `${path}.rollingUpdate`, errors);
      return;
    default:
      // The server prints its internal form of the struct, which has no JSON names.
      errors.push(
        notSupported(
          path,
          { Type: strategy.type ?? '', RollingUpdate: strategy.rollingUpdate ?? null },
          ['Recreate', 'RollingUpdate'],
        ),
      );
  }
}

function checkRollingUpdate(
  { maxUnavailable, maxSurge }: NonNullable<DeploymentStrategy['rollingUpdate']>,
  path: string,
  errors: Errors,
): void {
  checkCountOrPercent(maxUnavailable, `${path}.maxUnavailable`, errors);
  checkCountOrPercent(maxSurge, `${path}.maxSurge`, errors);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(
      invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  checkAtMost100Percent(maxUnavailable, `${path}.maxUnavailable`, errors);
}

function isZero(value: number | string | undefined): boolean {
  return value === undefined || value === 0 || /^0+%?$/.test(String(value));
}
