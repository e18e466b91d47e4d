import { sortedStrings } from '../../base/compare.ts';
import { type Result, refusal, success } from '../../base/result.ts';

/** One condition on a field (`metadata.name`, `spec.nodeName` …). */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Reads `fieldSelector=` of a list: terms joined by commas, with `\` before `\`, `,` and `=` in values. */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[], string> {
  const requirements: FieldRequirement[] = [];
  for (const term of sortedStrings(splitFieldTerms(text))) {
    if (term === '') continue;
    const parts = splitTerm(term);
    if (parts === undefined) {
      return refusal(`invalid selector: '${text}'; can't understand '${term}'`);
    }
    const value = unescapeFieldValue(parts.value);
    if (!value.ok) return value;
    const operator = parts.operator === '!=' ? '!=' : '=';
    requirements.push({ field: parts.field, operator, value: value.value });
  }
  return success(requirements);
}

/** Whether an object whose fields `valueOf` tells (absent: the empty text) meets every requirement. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  valueOf: (field: string) => string | undefined,
): boolean {
  return requirements.every((each) => meetsField(each, valueOf(each.field)));
}

/**
 * The same of an object whose fields are told by a reader each; one without a reader is absent. Each change of a Pod is held
 * against the scheduler's selector, which asks one field twice: it is read once.
 */
export function meetsFields<T>(
  requirements: readonly FieldRequirement[],
  readers: Readonly<Record<string, (object: T) => string>>,
  object: T,
): boolean {
  let field: string | undefined;
  let told = '';
  for (let at = 0; at < requirements.length; at++) {
    const requirement = requirements[at] as FieldRequirement; // In range.
    if (requirement.field !== field) {
      ({ field } = requirement);
      told = readers[field]?.(object) ?? '';
    }
    if ((told === requirement.value) !== (requirement.operator === '=')) return false;
  }
  return true;
}

/** Whether a field's value (absent: the empty text) meets a requirement. */
function meetsField({ operator, value }: FieldRequirement, told: string | undefined = ''): boolean {
  return (told === value) === (operator === '=');
}

/** The text that `parseFieldSelector` reads as these requirements. */
export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`)
    .join(',');
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

export function unescapeFieldValue(text: string): Result<string, string> {
  let value = '';
  let isEscaped = false;
  for (const character of text) {
    const isSpecial = character === '\\' || character === ',' || character === '=';
    if (isEscaped) {
      if (!isSpecial) return refusal(escapeWrong(`\\${character}`));
      value += character;
      isEscaped = false;
    } else if (character === '\\') {
      isEscaped = true;
    } else if (isSpecial) {
      const code = character.charCodeAt(0);
      return refusal(`invalid field selector: unescaped character in value: ${code}`);
    } else value += character;
  }
  return isEscaped ? refusal(escapeWrong('\\')) : success(value);
}

/** The terms between commas, escapes left as they are. */
export function splitFieldTerms(text: string): string[] {
  if (text === '') return [];
  const terms: string[] = [];
  let startAt = 0;
  let isEscaped = false;
  for (let at = 0; at < text.length; at += 1) {
    if (isEscaped) isEscaped = false;
    else if (text[at] === '\\') isEscaped = true;
    else if (text[at] === ',') {
      terms.push(text.slice(startAt, at));
      startAt = at + 1;
    }
  }
  terms.push(text.slice(startAt));
  return terms;
}

function splitTerm(term: string) {
  const match = /!=|==|=/.exec(term);
  if (match === null) return undefined;
  const operator = match[0];
  return {
    field: term.slice(0, match.index),
    operator,
    value: term.slice(match.index + operator.length),
  };
}

function escapeWrong(sequence: string): string {
  return `invalid field selector: invalid escape sequence: ${sequence}`;
}
