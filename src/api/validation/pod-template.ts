import { forbidden, invalid, notSupported } from '../field-errors.ts';
import type { LabelSelector, PodTemplateSpec } from '../generated/types.ts';
import { labelSelectorMatches } from '../selectors/label-selector.ts';
import type { Errors } from './fields.ts';
import { checkAnnotations, checkLabels } from './labels.ts';
import { checkPodAnnotations } from './pod-annotations.ts';
import { checkPodSpec } from './pod-spec.ts';

/** A pod template wherever there is one (upstream: ValidatePodTemplateSpec). */
export function checkPodTemplate(
  template: PodTemplateSpec,
  allowPrivileged: boolean,
  path: string,
  errors: Errors,
): void {
  checkLabels(template.metadata?.labels, `${path}.labels`, errors);
  checkAnnotations(template.metadata?.annotations, `${path}.annotations`, errors);
  checkPodAnnotations(template.metadata?.annotations, `${path}.annotations`, errors);
  checkPodSpec(template.spec, { isPod: false, allowPrivileged }, `${path}.spec`, errors);
  if ((template.spec.ephemeralContainers ?? []).length > 0) {
    errors.push(
      forbidden(
        `${path}.spec.ephemeralContainers`,
        'ephemeral containers not allowed in pod template',
      ),
    );
  }
}

/** The template of a controller that keeps pods running: selected by its own selector, and always restarted. */
export function checkTemplateOfController(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  allowPrivileged: boolean,
  path: string,
  errors: Errors,
  controller = 'ReplicaSet',
): void {
  const labels = template.metadata?.labels;
  if (!labelSelectorMatches(selector, labels)) {
    errors.push(
      invalid(`${path}.metadata.labels`, labels, '`selector` does not match template `labels`'),
    );
  }
  checkPodTemplate(template, allowPrivileged, path, errors);
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    errors.push(
      forbidden(
        `${path}.spec.activeDeadlineSeconds`,
        `activeDeadlineSeconds in ${controller} is not Supported`,
      ),
    );
  }
}
