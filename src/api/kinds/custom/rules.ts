import { evaluateCel } from '../../cel/evaluate.ts';
import { unsupportedIn } from '../../cel/survey.ts';
import type { Expression } from '../../cel/expression.ts';
import { parseCel } from '../../cel/parse.ts';
import type { FieldError, FieldErrorType } from '../../field-errors.ts';
import { isList, isObject } from '../../patch/json.ts';
import { schemaAt } from './prune.ts';
import type { SchemaRule, Structural } from './structural.ts';
import { fieldAt } from './validate.ts';

/** A rule made ready: its expression, or why it cannot be evaluated. */
export interface ReadyRule {
  readonly expression: Expression | undefined;
  /** A text that is no expression at all. */
  readonly syntaxError: string | undefined;
  /** What it uses that Kubarium's interpreter does not have. */
  readonly unsupported: readonly string[];
  /** It compares with what was before. */
  readonly isTransition: boolean;
}

const ready = new Map<string, ReadyRule>();
const KNOWN: ReadonlySet<string> = new Set(['self', 'oldSelf']);

/** A rule's expression, parsed once for each text. */
export function readyRule(text: string): ReadyRule {
  let known = ready.get(text);
  if (known !== undefined) return known;
  const parsed = parseCel(text);
  known = parsed.ok
    ? {
        expression: parsed.value,
        syntaxError: undefined,
        unsupported: unsupportedIn(parsed.value, KNOWN),
        isTransition: unsupportedIn(parsed.value, new Set(['self'])).includes(
          "undeclared reference to 'oldSelf'",
        ),
      }
    : { expression: undefined, syntaxError: parsed.error, unsupported: [], isTransition: false };
  if (ready.size > 5000) ready.clear();
  ready.set(text, known);
  return known;
}

/**
 * Evaluates `x-kubernetes-validations` (upstream: apiextensions' `cel` package). Rules that use what the interpreter
 * does not have are passed over; whoever stores the definition is warned of them.
 */
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
  const { expression, unsupported, isTransition } = readyRule(rule.rule);
  if (expression === undefined || unsupported.length > 0) return undefined;
  if (isTransition && old === undefined && !rule.optionalOldSelf) return undefined;
  const variables = new Map<string, unknown>([['self', value]]);
  if (isTransition && old !== undefined) variables.set('oldSelf', old);
  else if (rule.optionalOldSelf) variables.set('oldSelf', null);
  const outcome = evaluateCel(expression, variables);
  if (outcome.ok && outcome.value === true) return undefined;
  const detail = outcome.ok ? messageOf(rule, variables) : errorText(rule, outcome.error);
  return {
    type: outcome.ok ? reasonOf(rule) : 'FieldValueInvalid',
    field: `${fieldAt(path)}${outcome.ok ? rule.fieldPath : ''}`.replace(/^<nil>\./, ''),
    badValue: schema.type === '' ? 'object' : schema.type,
    detail,
  };
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

/** What of a schema's rules the interpreter cannot evaluate, as warnings. */
export function ruleWarnings(schema: Structural, path: string): readonly string[] {
  const own = schema.rules.flatMap((rule) => {
    const { unsupported } = readyRule(rule.rule);
    return unsupported.length === 0
      ? []
      : [
          `${path}: Kubarium does not evaluate this rule, a real cluster does (it uses ${unsupported.join(', ')}): ${rule.rule.trim()}`,
        ];
  });
  const below = [...schema.properties].flatMap(([name, child]) =>
    child.hasRules ? ruleWarnings(child, path === '' ? name : `${path}.${name}`) : [],
  );
  const { items, additional } = schema;
  return [
    ...own,
    ...below,
    ...(items?.hasRules === true ? ruleWarnings(items, `${path}[*]`) : []),
    ...(typeof additional === 'object' && additional.hasRules
      ? ruleWarnings(additional, `${path}.*`)
      : []),
  ];
}
