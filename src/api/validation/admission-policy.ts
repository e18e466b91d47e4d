import { duplicate, invalid, required } from '../field-errors.ts';
import type {
  MatchResources,
  ParamRef,
  Validation,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkLabelSelector } from './labels.ts';
import {
  checkExpression,
  checkMatchConditions,
  checkRuleWithOperations,
  checkWord,
} from './webhook-configuration.ts';

/** Upstream: pkg/apis/admissionregistration/validation. The types of expressions are not checked. */

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
  checkMatchConditions(spec.matchConditions, 'spec.matchConditions', errors);
  checkVariables(variables, errors);
  const annotations = spec.auditAnnotations ?? [];
  if (validations.length === 0 && annotations.length === 0) {
    const message = 'validations or auditAnnotations must contain at least one item';
    errors.push(required('spec.validations', message), required('spec.auditAnnotations', message));
    return;
  }
  for (const [index, validation] of validations.entries()) {
    checkValidation(validation, `spec.validations[${index}]`, errors);
  }
  for (const [index, { key = '', valueExpression = '' }] of annotations.entries()) {
    const path = `spec.auditAnnotations[${index}]`;
    if (key === '') errors.push(required(`${path}.key`));
    else if (annotations.findIndex((each) => each.key === key) < index) {
      errors.push(duplicate(`${path}.key`, key));
    }
    checkNeeded(valueExpression, `${path}.valueExpression`, errors);
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
  errors: Errors,
): void {
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
    } else checkExpression(expression, `${path}.expression`, errors);
  }
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];

function checkValidation(validation: Validation, path: string, errors: Errors): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') {
    errors.push(required(`${path}.expression`, 'expression is not specified'));
  } else checkExpression(expression, `${path}.expression`, errors);
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const text = 'must be non-empty if specified';
    errors.push(invalid(`${path}.messageExpression`, messageExpression, text));
  } else if (messageExpression !== '') {
    checkExpression(messageExpression, `${path}.messageExpression`, errors);
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

function checkNeeded(expression: string, path: string, errors: Errors): void {
  if (expression.trim() === '') errors.push(required(path, 'valueExpression is not specified'));
  else checkExpression(expression, path, errors);
}
