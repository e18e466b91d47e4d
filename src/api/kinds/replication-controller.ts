import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { ReplicationController, ReplicationControllerSpec } from '../generated/types.ts';
import { labelsText } from '../printers/columns.ts';
import { replicationControllerTable } from '../printers/workloads.ts';
import { labelMapMatcher } from '../selectors/label-selector.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import { checkNonNegative, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkPodTemplate } from '../validation/pod-template.ts';
import { checkReplicaCounts } from '../validation/replicas-status.ts';
import { namedWorkloadWarnings } from '../warnings/workloads.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

/** What ReplicaSets took the place of. */
export const replicationControllerKind = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  storage: 'controllers',
  defaultPropagation: 'Orphan',
  subresources: { scale: scaleSubresource, status: statusOf('ReplicationController') },
  selectableFields: {
    'status.replicas': (controller) => String(controller.status?.replicas ?? 0),
  },
  table: replicationControllerTable,
  scale: {
    specReplicas: (controller) => controller.spec.replicas ?? 1,
    statusReplicas: (controller) => controller.status?.replicas ?? 0,
    selector: (controller) => selectorText(controller),
    withReplicas: (controller, replicas) => ({
      ...controller,
      spec: { ...controller.spec, replicas },
    }),
  },

  defaults: withDefaults,
  prepareForCreate: (controller) => asNew(controller, { replicas: 0 }),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (controller, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(controller.metadata, true, subdomainName, errors);
      checkSpec(controller.spec, allowPrivileged, errors);
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec, allowPrivileged, errors);
    }),
  validateStatusUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkReplicaCounts(next.status, old.status, errors);
    }),
  warnings: namedWorkloadWarnings,
});

/** Selector and labels that are not given are those of the template. */
function withDefaults(controller: ReplicationController): ReplicationController {
  const result = changeOrMake(controller, 'spec', {}, (spec) => {
    const filled = fill(spec, { replicas: 1 });
    const template = filled.template === undefined ? undefined : defaultTemplate(filled.template);
    return template === filled.template || template === undefined
      ? filled
      : { ...filled, template };
  });
  const labels = result.spec.template?.metadata?.labels;
  if (labels === undefined) return result;
  return {
    ...result,
    metadata: fill(result.metadata, { labels }),
    spec: fill(result.spec, { selector: labels }),
  };
}

function checkSpec(
  spec: ReplicationControllerSpec,
  allowPrivileged: boolean,
  errors: Errors,
): void {
  const { selector = {}, template } = spec;
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  if (template === undefined) {
    errors.push(required('spec.template'));
    return;
  }
  const labels = template.metadata?.labels;
  if (!labelMapMatcher(selector)(labels)) {
    const message = '`selector` does not match template `labels`';
    errors.push(invalid('spec.template.metadata.labels', labels, message));
  }
  checkPodTemplate(template, allowPrivileged, 'spec.template', errors);
  const restartPolicy = template.spec.restartPolicy ?? '';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (template.spec.activeDeadlineSeconds !== undefined) {
    errors.push(
      forbidden(
        'spec.template.spec.activeDeadlineSeconds',
        'activeDeadlineSeconds in ReplicationController is not Supported',
      ),
    );
  }
}

function selectorText({ spec }: ReplicationController): string {
  return Object.keys(spec.selector ?? {}).length === 0 ? '' : labelsText(spec.selector);
}
