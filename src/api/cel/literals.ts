import { compileRegex, RegexError } from '../../base/regex/regex.ts';
import { parseTime } from '../time.ts';
import { millisOf } from './durations.ts';
import type { Expression } from './expression.ts';
import type { Issue } from './issues.ts';
import { partsOf } from './parts.ts';
import { formatIssue, type TypeOf } from './string-format.ts';
import { celTypes, heldType, isSameType, typeText, type CelType } from './types.ts';

/**
 * What is wrong with literals in an expression whose types are right (cel-go: the validators of an AST): durations, times
 * and regular expressions must be such, lists and maps are of one type, and texts fit what is formatted with them.
 */
export function literalIssues(expression: Expression, typeOf: TypeOf): readonly Issue[] {
  const issues: Issue[] = [];
  walk(expression, { typeOf, issues, isFormatted: false });
  return issues;
}

interface Walk {
  readonly typeOf: TypeOf;
  readonly issues: Issue[];
  /** Within the arguments of `format`, where lists are mixed. */
  readonly isFormatted: boolean;
}

function walk(expression: Expression, look: Walk): void {
  const { issues, typeOf } = look;
  let { isFormatted } = look;
  switch (expression.kind) {
    case 'call':
    case 'method': {
      const issue = textIssue(expression) ?? formatIssue(expression, typeOf);
      if (issue !== undefined) issues.push(issue);
      isFormatted ||= expression.name === 'format';
      break;
    }
    case 'list':
      if (!isFormatted) checkElements(expression, look);
      break;
    case 'map':
      if (!isFormatted) checkEntries(expression, look);
      break;
    default:
  }
  for (const each of partsOf(expression)) walk(each, { typeOf, issues, isFormatted });
}

function checkElements(
  { items, asked = [] }: Extract<Expression, { kind: 'list' }>,
  { typeOf, issues }: Walk,
): void {
  let wanted: CelType | undefined;
  for (const [index, item] of items.entries()) {
    const type = elementType(typeOf(item), asked.includes(index));
    wanted ??= type;
    if (isSameType(wanted, type)) continue;
    issues.push(mismatch(item, wanted, type));
    return;
  }
}

function checkEntries(
  { entries }: Extract<Expression, { kind: 'map' }>,
  { typeOf, issues }: Walk,
): void {
  let keys: CelType | undefined;
  let values: CelType | undefined;
  for (const { key, value, asked } of entries) {
    const keyType = typeOf(key);
    const valueType = elementType(typeOf(value), asked === true);
    keys ??= keyType;
    values ??= valueType;
    if (!isSameType(keys, keyType)) issues.push(mismatch(key, keys, keyType));
    if (!isSameType(values, valueType)) issues.push(mismatch(value, values, valueType));
  }
}

function elementType(type: CelType, isAsked: boolean): CelType {
  return isAsked ? (heldType(type) ?? celTypes.dyn) : type;
}

function mismatch({ at }: Expression, wanted: CelType, found: CelType): Issue {
  return { at, message: `expected type '${typeText(wanted)}' but found '${typeText(found)}'` };
}

/** What is wrong with a text that stands as it is in a call. */
function textIssue({
  name,
  args,
}: Extract<Expression, { kind: 'call' | 'method' }>): Issue | undefined {
  const argument = args.at(-1);
  if (argument?.kind !== 'literal' || argument.value.type !== 'string') return undefined;
  return isRight(name, argument.value.value)
    ? undefined
    : { at: argument.at, message: `invalid ${name} argument` };
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function isRight(name: string, value: string): boolean {
  switch (name) {
    case 'duration':
      return millisOf(value) !== undefined;
    case 'timestamp':
      return rfc3339.test(value) && parseTime(value) !== undefined;
    case 'matches':
      return isRegex(value);
    default:
      return true;
  }
}

function isRegex(source: string): boolean {
  try {
    compileRegex(source, { flavour: 'go' });
    return true;
  } catch (thrown) {
    if (thrown instanceof RegexError) return false;
    throw thrown;
  }
}
