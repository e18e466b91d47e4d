import { duplicate, invalid, required } from '../field-errors.ts';
import type {
  MatchResources,
  ParamRef,
  Validation,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { celTypes, type CelType } from '../cel/types.ts';
import { admissionVariables, checkExpression, withPolicyVariables } from './admission-variables.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkLabelSelector } from './labels.ts';
import {
  checkMatchConditions,
  checkRuleWithOperations,
  checkWord,
} from './webhook-configuration.ts';

/** Upstream: pkg/apis/admissionregistration/validation. */

/** What a policy demands of whom. */
export function checkPolicySpec(spec: ValidatingAdmissionPolicySpec, errors: Errors): void {
  if ((spec.failurePolicy ?? '') === '') errors.push(required('spec.failurePolicy'));
  else checkWord(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy', errors);
  const { paramKind, matchConstraints, variables = [], validations = [] } = spec;
  if (paramKind !== undefined) {
    if ((paramKind.apiVersion ?? '') === '') errors.push(required('spec.paramKind.apiVersion'));
    if ((paramKind.kind ?? '') === '') errors.push(required('spec.paramKind.kind'));
  }
  if (matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    checkMatchResources(matchConstraints, 'spec.matchConstraints', errors);
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(required('spec.matchConstraints.resourceRules'));
    }
  }
  const base = admissionVariables({ hasParams: paramKind !== undefined });
  checkMatchConditions(
    spec.matchConditions,
    { path: 'spec.matchConditions', variables: base },
    errors,
  );
  const known = checkVariables(variables, base, errors);
  const annotations = spec.auditAnnotations ?? [];
  if (validations.length === 0 && annotations.length === 0) {
    const message = 'validations or auditAnnotations must contain at least one item';
    errors.push(required('spec.validations', message), required('spec.auditAnnotations', message));
    return;
  }
  for (const [index, validation] of validations.entries()) {
    checkValidation(validation, { path: `spec.validations[${index}]`, variables: known }, errors);
  }
  for (const [index, { key = '', valueExpression = '' }] of annotations.entries()) {
    const path = `spec.auditAnnotations[${index}]`;
    if (key === '') errors.push(required(`${path}.key`));
    else if (annotations.findIndex((each) => each.key === key) < index) {
      errors.push(duplicate(`${path}.key`, key));
    }
    checkNeeded(valueExpression, { path: `${path}.valueExpression`, variables: known }, errors);
  }
}

/** Which policy is in force where, and what follows. */
export function checkPolicyBindingSpec(
  spec: ValidatingAdmissionPolicyBindingSpec,
  errors: Errors,
): void {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  if (policyName === '') errors.push(required('spec.policyName'));
  else addMessages(dns1123SubdomainErrors(policyName), policyName, 'spec.policyName', errors);
  if (paramRef !== undefined) checkParamRef(paramRef, errors);
  if (matchResources !== undefined) {
    checkMatchResources(matchResources, 'spec.matchResources', errors);
  }
  const actions: readonly string[] = validationActions;
  if (actions.length === 0) errors.push(required('spec.validationActions'));
  for (const [index, action] of actions.entries()) {
    const path = `spec.validationActions[${index}]`;
    checkWord(action, ['Audit', 'Deny', 'Warn'], path, errors);
    if (actions.indexOf(action) < index) errors.push(duplicate(path, action));
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const message =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid('spec.validationActions', actions, message));
  }
}

function checkParamRef(
  { name, selector, parameterNotFoundAction }: ParamRef,
  errors: Errors,
): void {
  const path = 'spec.paramRef';
  if (((name ?? '') === '') === (selector === undefined)) {
    const message = 'one of name or selector must be specified';
    errors.push(
      selector === undefined
        ? required(path, message)
        : invalid(`${path}.name`, name, 'name and selector are mutually exclusive'),
    );
  }
  checkLabelSelector(selector, `${path}.selector`, errors);
  if (parameterNotFoundAction === undefined) {
    errors.push(required(`${path}.parameterNotFoundAction`));
  } else {
    checkWord(
      parameterNotFoundAction,
      ['Allow', 'Deny'],
      `${path}.parameterNotFoundAction`,
      errors,
    );
  }
}

function checkMatchResources(wanted: MatchResources, path: string, errors: Errors): void {
  if (wanted.matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else checkWord(wanted.matchPolicy, ['Equivalent', 'Exact'], `${path}.matchPolicy`, errors);
  if (wanted.namespaceSelector === undefined) errors.push(required(`${path}.namespaceSelector`));
  checkLabelSelector(wanted.namespaceSelector, `${path}.namespaceSelector`, errors);
  if (wanted.objectSelector === undefined) errors.push(required(`${path}.objectSelector`));
  checkLabelSelector(wanted.objectSelector, `${path}.objectSelector`, errors);
  for (const field of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [index, rule] of (wanted[field] ?? []).entries()) {
      checkRuleWithOperations(rule, `${path}.${field}[${index}]`, errors);
    }
  }
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

function checkVariables(
  variables: NonNullable<ValidatingAdmissionPolicySpec['variables']>,
  base: ReadonlyMap<string, CelType>,
  errors: Errors,
): ReadonlyMap<string, CelType> {
  for (const [index, { name = '', expression = '' }] of variables.entries()) {
    const path = `spec.variables[${index}]`;
    if (name === '') errors.push(required(`${path}.name`, 'name is not specified'));
    else if (!identifier.test(name)) {
      errors.push(invalid(`${path}.name`, name, 'name is not a valid CEL identifier'));
    } else if (variables.findIndex((each) => each.name === name) < index) {
      errors.push(duplicate(`${path}.name`, name));
    }
    if (expression.trim() === '') {
      errors.push(required(`${path}.expression`, 'expression is not specified'));
    }
  }
  return withPolicyVariables(base, variables, (index, text) => {
    const { expression = '' } = variables[index] ?? {};
    if (expression.trim() === '') return;
    const path = `spec.variables[${index}].expression`;
    errors.push(invalid(path, expression, `compilation failed: ${text}`));
  });
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];

interface Place {
  readonly path: string;
  readonly variables: ReadonlyMap<string, CelType>;
}

function checkValidation(validation: Validation, { path, variables }: Place, errors: Errors): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') {
    errors.push(required(`${path}.expression`, 'expression is not specified'));
  } else {
    const where = { path: `${path}.expression`, variables, results: [celTypes.bool] };
    checkExpression(expression, where, errors);
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const text = 'must be non-empty if specified';
    errors.push(invalid(`${path}.messageExpression`, messageExpression, text));
  } else if (messageExpression !== '') {
    const where = { path: `${path}.messageExpression`, variables, results: [celTypes.string] };
    checkExpression(messageExpression, where, errors);
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (message.trim().includes('\n')) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
  } else if (expression.trim().includes('\n') && message.trim() === '') {
    const text = 'message must be specified if expression contains line breaks';
    errors.push(required(`${path}.message`, text));
  }
  checkWord(reason, REASONS, `${path}.reason`, errors);
}

function checkNeeded(expression: string, { path, variables }: Place, errors: Errors): void {
  if (expression.trim() === '') errors.push(required(path, 'valueExpression is not specified'));
  else {
    const results = [celTypes.string, celTypes.null];
    checkExpression(expression, { path, variables, results }, errors);
  }
}
