import { invalid, required } from '../field-errors.ts';
import type { LabelSelector, PodTemplateSpec } from '../generated/types.ts';
import { labelSelectorRequirements } from '../selectors/label-selector.ts';
import type { Errors } from './fields.ts';
import { checkLabelSelector, isEmptySelector } from './labels.ts';
import { checkTemplateOfController } from './pod-template.ts';

/**
 * The selector and the template of a controller of pods. `emptyMessage` is what an empty selector is told; ReplicaSets
 * say "deployment" there, too.
 */
export function checkSelectorAndTemplate(
  spec: { readonly selector?: LabelSelector; readonly template?: PodTemplateSpec },
  emptyMessage: string,
  allowPrivileged: boolean,
  errors: Errors,
  controller = 'ReplicaSet',
): void {
  const { selector, template } = spec;
  if (selector === undefined) errors.push(required('spec.selector'));
  else {
    checkLabelSelector(selector, 'spec.selector', errors);
    if (isEmptySelector(selector)) errors.push(invalid('spec.selector', selector, emptyMessage));
    if (!labelSelectorRequirements(selector).ok) {
      errors.push(invalid('spec.selector', selector, 'invalid label selector'));
      return;
    }
  }
  if (template === undefined) errors.push(required('spec.template'));
  else {
    checkTemplateOfController(
      template,
      selector,
      allowPrivileged,
      'spec.template',
      errors,
      controller,
    );
  }
}
