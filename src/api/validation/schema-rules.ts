import { compileCel } from '../cel/check.ts';
import { celTypes, isSameType, optionalType, type CelType } from '../cel/types.ts';
import { invalid, notSupported, required, type FieldError } from '../field-errors.ts';
import type { JSONSchemaProps, ValidationRule } from '../generated/types.ts';
import { schemaType } from '../kinds/custom/cel-types.ts';
import { ruleFieldPath } from '../kinds/custom/rule-field-path.ts';
import { structuralOf } from '../kinds/custom/structural.ts';
import { isObject } from '../patch/json.ts';

type Errors = FieldError[];

/**
 * What `x-kubernetes-validations` must obey (upstream: apiextensions' `ValidateCustomResourceDefinitionOpenAPISchema`
 * and `schema/cel/compilation.go`). What a rule would cost is not estimated.
 */

const REASONS = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];
const lineBreak = /[\n\r]/;

/** The rules of one level but for their expressions. */
export function checkRuleFields(schema: JSONSchemaProps, path: string, errors: Errors): void {
  for (const [index, each] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    const { rule, message = '', messageExpression = '', reason, fieldPath = '' } = each;
    const said = message.trim();
    if (rule.trim() === '') errors.push(required(`${at}.rule`, 'rule is not specified'));
    else if (message !== '' && said === '') {
      errors.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
    } else if (lineBreak.test(said)) {
      errors.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
    } else if (lineBreak.test(rule.trim()) && said === '') {
      errors.push(
        required(`${at}.message`, 'message must be specified if rule contains line breaks'),
      );
    }
    if (messageExpression !== '' && messageExpression.trim() === '') {
      errors.push(
        required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'),
      );
    }
    if (reason !== undefined && !REASONS.includes(reason)) {
      errors.push(notSupported(`${at}.reason`, reason, REASONS));
    }
    if (fieldPath !== '') checkFieldPath(fieldPath, schema, `${at}.fieldPath`, errors);
  }
}

function checkFieldPath(
  fieldPath: string,
  schema: JSONSchemaProps,
  at: string,
  errors: Errors,
): void {
  if (fieldPath.trim() === '') {
    errors.push(invalid(at, fieldPath, 'must be non-empty if specified'));
  }
  if (lineBreak.test(fieldPath)) {
    errors.push(invalid(at, fieldPath, 'must not contain line breaks'));
  }
  if (ruleFieldPath(fieldPath, structuralOf(schema)) === undefined) {
    errors.push(invalid(at, fieldPath, 'must be a valid path'));
  }
}

/** Compiles the rules of a schema and of all below; it must be right otherwise. */
export function checkRuleExpressions(schema: JSONSchemaProps, path: string, errors: Errors): void {
  if (structuralOf(schema).hasRules) compileLevel(schema, { path, isRoot: true }, errors);
}

interface Level {
  readonly path: string;
  readonly isRoot?: boolean;
  /** The first level above whose values cannot be told which they were before. */
  readonly uncorrelatable?: string | undefined;
}

function compileLevel(schema: JSONSchemaProps, level: Level, errors: Errors): void {
  const { path, isRoot = false, uncorrelatable } = level;
  const structural = structuralOf(schema);
  if (!structural.hasRules) return;
  const { properties = {}, additionalProperties, items } = schema;
  // The structural form is made of JSON; these are its schemas.
  if (isObject(additionalProperties)) {
    const below = { path: `${path}.additionalProperties`, uncorrelatable };
    compileLevel(additionalProperties as JSONSchemaProps, below, errors);
  }
  const ofMap = structural.mapType === 'atomic' ? (uncorrelatable ?? path) : uncorrelatable;
  for (const [name, child] of Object.entries(properties)) {
    compileLevel(child, { path: `${path}.properties[${name}]`, uncorrelatable: ofMap }, errors);
  }
  if (isObject(items)) {
    const ofList = structural.listType === 'map' ? uncorrelatable : (uncorrelatable ?? path);
    compileLevel(
      items as JSONSchemaProps,
      { path: `${path}.items`, uncorrelatable: ofList },
      errors,
    );
  }
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const at = `${path}.x-kubernetes-validations`;
  const isResource = isRoot || structural.isEmbedded;
  const type = schemaType(structural, { isResource, name: SELF_TYPE });
  if (type === undefined) {
    errors.push({ type: 'InternalError', field: at, badValue: '', detail: NO_TYPE });
    return;
  }
  for (const [index, rule] of rules.entries()) {
    compileRule(rule, { type, at: `${at}[${index}]`, uncorrelatable }, errors);
  }
}

/** A real API server puts nanoseconds behind it, so that nobody writes the name. */
const SELF_TYPE = 'selfType1';

const NO_TYPE =
  'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

function compileRule(
  rule: ValidationRule,
  {
    type,
    at,
    uncorrelatable,
  }: { readonly type: CelType; readonly at: string; readonly uncorrelatable: string | undefined },
  errors: Errors,
): void {
  const variables = new Map([
    ['self', type],
    ['oldSelf', rule.optionalOldSelf === true ? optionalType(type) : type],
  ]);
  const compiled = compileCel(rule.rule, variables);
  const wrong = (field: string, detail: string): void => {
    errors.push(invalid(`${at}.${field}`, asGo(rule), detail));
  };
  if (!compiled.ok) wrong('rule', `compilation failed: ${compiled.error}`);
  else if (!isSameType(compiled.value.type, celTypes.bool)) {
    wrong('rule', 'cel expression must evaluate to a bool');
  } else compileMessage(rule.messageExpression ?? '', variables, wrong);
  // Upstream knows what a rule uses only once it compiles.
  const usesOld = compiled.ok && compiled.value.uses.has('oldSelf');
  if (usesOld && isSameType(compiled.value.type, celTypes.bool)) {
    if (uncorrelatable === undefined) return;
    const message = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    errors.push(invalid(`${at}.rule`, rule.rule, message));
  } else if (rule.optionalOldSelf !== undefined) {
    const message = 'may not be set if oldSelf is not used in rule';
    errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, message));
  }
}

function compileMessage(
  text: string,
  variables: ReadonlyMap<string, CelType>,
  wrong: (field: string, detail: string) => void,
): void {
  if (text === '') return;
  const compiled = compileCel(text, variables);
  if (!compiled.ok) {
    wrong('messageExpression', `messageExpression compilation failed: ${compiled.error}`);
  } else if (!isSameType(compiled.value.type, celTypes.string)) {
    wrong('messageExpression', 'messageExpression must evaluate to a string');
  }
}

/** A rule as errors print it: upstream's own form of it, whose names have no tags. */
function asGo(rule: ValidationRule): object {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
