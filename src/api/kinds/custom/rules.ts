import { evaluateCel } from '../../cel/evaluate.ts';
import { hasFreeName } from '../../cel/parts.ts';
import { optional } from '../../cel/library/arguments.ts';
import type { Expression } from '../../cel/expression.ts';
import { parseCel } from '../../cel/parse.ts';
import type { FieldError, FieldErrorType } from '../../field-errors.ts';
import { isList, isObject } from '../../patch/json.ts';
import { celValue } from './cel-values.ts';
import { ruleFieldPath } from './rule-field-path.ts';
import { schemaAt } from './prune.ts';
import type { SchemaRule, Structural } from './structural.ts';
import { fieldAt } from './validate.ts';

/** A rule made ready: its expression, if it is one. */
interface ReadyRule {
  readonly expression: Expression | undefined;
  /** It compares with what was before. */
  readonly isTransition: boolean;
}

const ready = new Map<string, ReadyRule>();

/** A rule's expression, parsed once for each text. */
function readyRule(text: string): ReadyRule {
  let known = ready.get(text);
  if (known !== undefined) return known;
  const parsed = parseCel(text);
  known = parsed.ok
    ? { expression: parsed.value, isTransition: hasFreeName(parsed.value, 'oldSelf') }
    : { expression: undefined, isTransition: false };
  if (ready.size > 5000) ready.clear();
  ready.set(text, known);
  return known;
}

/** Evaluates `x-kubernetes-validations` (upstream: apiextensions' `cel` package). */
export function checkRules(
  value: unknown,
  schema: Structural,
  { old }: { readonly old?: unknown } = {},
): readonly FieldError[] {
  if (!schema.hasRules) return [];
  const errors: FieldError[] = [];
  walk(
    {
      value: isObject(value) ? asSelf(value) : value,
      old: isObject(old) ? asSelf(old) : old,
      schema,
      path: '',
    },
    errors,
  );
  return errors;
}

/** At the root only the name is seen of the metadata. */
function asSelf(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { metadata } = object;
  if (!isObject(metadata)) return object;
  const { name, generateName } = metadata;
  return {
    ...object,
    metadata: {
      ...(name === undefined ? undefined : { name }),
      ...(generateName === undefined ? undefined : { generateName }),
    },
  };
}

interface Look {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: Structural;
  readonly path: string;
}

function walk(look: Look, errors: FieldError[]): void {
  const { value, old, schema, path } = look;
  if (!schema.hasRules || value === undefined || value === null) return;
  for (const rule of schema.rules) {
    const error = checkRule(rule, look);
    if (error !== undefined) errors.push(error);
  }
  if (isList(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) {
      walk(
        { value: item, old: oldItem(old, item, schema), schema: items, path: `${path}[${index}]` },
        errors,
      );
    }
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      const child = schemaAt(schema, name);
      if (child === undefined || child === true) continue;
      const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
      walk(
        {
          value: value[name],
          old: before,
          schema: child,
          path: path === '' ? name : `${path}.${name}`,
        },
        errors,
      );
    }
  }
}

/** Entries of lists are only told apart by their keys. */
function oldItem(old: unknown, item: unknown, { listType, listMapKeys }: Structural): unknown {
  if (listType !== 'map' || !isList(old) || !isObject(item)) return undefined;
  return old.find((each) => isObject(each) && listMapKeys.every((key) => each[key] === item[key]));
}

function checkRule(rule: SchemaRule, { value, old, schema, path }: Look): FieldError | undefined {
  const { expression, isTransition } = readyRule(rule.rule);
  if (expression === undefined) return undefined;
  if (isTransition && old === undefined && !rule.optionalOldSelf) return undefined;
  const variables = new Map<string, unknown>([['self', celValue(value, schema)]]);
  if (rule.optionalOldSelf) variables.set('oldSelf', optional(celValue(old, schema)));
  else if (isTransition) variables.set('oldSelf', celValue(old, schema));
  const outcome = evaluateCel(expression, variables);
  if (outcome.ok && outcome.value === true) return undefined;
  const detail = outcome.ok ? messageOf(rule, variables) : errorText(rule, outcome.error);
  return {
    type: outcome.ok ? reasonOf(rule) : 'FieldValueInvalid',
    field: outcome.ok ? fieldOf(rule, path, schema) : fieldAt(path),
    badValue: schema.type === '' ? 'object' : schema.type,
    detail,
  };
}

/** Where a broken rule says that it is: at a field below, if it names one. */
function fieldOf({ fieldPath }: SchemaRule, path: string, schema: Structural): string {
  const below = fieldPath === '' ? '' : (ruleFieldPath(fieldPath, schema) ?? '');
  if (below === '') return fieldAt(path);
  return path === '' || below.startsWith('[') ? `${path}${below}` : `${path}.${below}`;
}

function messageOf(rule: SchemaRule, variables: ReadonlyMap<string, unknown>): string {
  if (rule.messageExpression !== '') {
    const parsed = parseCel(rule.messageExpression);
    const said = parsed.ok ? evaluateCel(parsed.value, variables) : undefined;
    if (said?.ok === true && typeof said.value === 'string' && said.value.trim() !== '') {
      return said.value.trim();
    }
  }
  return rule.message === '' ? `failed rule: ${rule.rule.trim()}` : rule.message.trim();
}

function errorText(rule: SchemaRule, error: string): string {
  const which = (rule.message === '' ? rule.rule : rule.message).trim();
  if (error.startsWith('no such overload: ')) {
    return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${which}`;
  }
  if (error.startsWith('operation cancelled')) {
    return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${which}`;
  }
  return `${error} evaluating rule: ${which}`;
}

function reasonOf({ reason }: SchemaRule): FieldErrorType {
  switch (reason) {
    case 'FieldValueForbidden':
    case 'FieldValueRequired':
    case 'FieldValueDuplicate':
      return reason;
    default:
      return 'FieldValueInvalid';
  }
}
