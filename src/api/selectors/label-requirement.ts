import { compareStrings, sortedStrings } from '../../base/compare.ts';
import { assertNever } from '../../base/exhaustive.ts';
import { parseInt64 } from '../../base/int64.ts';
import { type Result, refusal, success } from '../../base/result.ts';
import { aggregateMessage, type FieldError, type FieldErrors, invalid } from '../field-errors.ts';
import { labelValueErrors, qualifiedNameErrors } from '../names/qualified-name.ts';

/** Labels as objects carry them. Keys come from users, so look-ups must go through `labelOf`. */
export type Labels = Readonly<Record<string, string>>;

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One condition on labels. Values are sorted and each occurs once. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** The value of a label, undefined when there is none: `constructor` and its like are labels as any other. */
export function labelOf(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/**
 * A requirement, or upstream's message on what is wrong with it. `values` undefined stands for "not given", which
 * the message prints as null.
 */
export function labelRequirement(
  key: string,
  operator: LabelOperator,
  values: readonly string[] | undefined,
): Result<LabelRequirement, string> {
  const checked = checkedLabelRequirement('', key, operator, values);
  return checked.ok ? checked : refusal(aggregateMessage(checked.error));
}

/** As `labelRequirement`, with errors of fields below `path` ("" or a path that ends in a dot). */
export function checkedLabelRequirement(
  path: string,
  key: string,
  operator: LabelOperator,
  values: readonly string[] | undefined,
): Result<LabelRequirement, FieldErrors> {
  const errors = requirementErrors(path, key, operator, values);
  if (errors.length > 0) return refusal(errors);
  return success({ key, operator, values: sortedStrings(new Set(values)) });
}

/** What is wrong with a label's key, as one message without a path; undefined when it is valid. */
export function labelKeyMessage(key: string): string | undefined {
  const messages = qualifiedNameErrors(key);
  return messages.length === 0 ? undefined : messages.join('; ');
}

export function matchesRequirement(
  requirement: LabelRequirement,
  labels: Labels | undefined,
): boolean {
  const { operator, values } = requirement;
  const value = labelOf(labels, requirement.key);
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && comparesWith(operator, value, values[0]);
    default:
      return assertNever(operator);
  }
}

/** Whether the labels meet every requirement; no requirements are met by anything. */
export function matchesRequirements(
  requirements: readonly LabelRequirement[],
  labels: Labels | undefined,
): boolean {
  for (const each of requirements) if (!matchesRequirement(each, labels)) return false;
  return true;
}

/** The requirements in the order in which selectors are printed and kept: by key, else as given. */
export function sortRequirements(requirements: readonly LabelRequirement[]): LabelRequirement[] {
  return requirements.toSorted((a, b) => compareStrings(a.key, b.key));
}

/** The text of a selector, requirements in the order given. */
export function formatRequirements(requirements: readonly LabelRequirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const list = values.join(',');
  switch (operator) {
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${list}`;
    case 'gt':
      return `${key}>${list}`;
    case 'lt':
      return `${key}<${list}`;
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${list})`;
    default:
      return assertNever(operator);
  }
}

function comparesWith(operator: 'gt' | 'lt', value: string, bound: string | undefined): boolean {
  const left = parseInt64(value);
  const right = bound === undefined ? undefined : parseInt64(bound);
  if (left === undefined || right === undefined) return false;
  return operator === 'gt' ? left > right : left < right;
}

function requirementErrors(
  path: string,
  key: string,
  operator: LabelOperator,
  given: readonly string[] | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const keyMessage = labelKeyMessage(key);
  if (keyMessage !== undefined) errors.push(invalid(`${path}key`, key, keyMessage));

  const values = given ?? [];
  const badList = (detail: string) => errors.push(invalid(`${path}values`, given ?? null, detail));
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) badList("for 'in', 'notin' operators, values set can't be empty");
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1) badList('exact-match compatibility requires one single value');
      break;
    case 'exists':
    case '!':
      if (values.length !== 0) badList('values set must be empty for exists and does not exist');
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1) badList("for 'Gt', 'Lt' operators, exactly one value is required");
      for (const [index, value] of values.entries()) {
        if (parseInt64(value) !== undefined) continue;
        const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
        errors.push(invalid(`${path}values[${index}]`, value, detail));
      }
      break;
    default:
      assertNever(operator);
  }
  for (const [index, value] of values.entries()) {
    const messages = labelValueErrors(value);
    if (messages.length === 0) continue;
    errors.push(invalid(`${path}values[${index}][${key}]`, value, messages.join('; ')));
  }
  return errors;
}
