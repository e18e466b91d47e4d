import { compileRegex, RegexError } from '../../base/regex/regex.ts';
import { parseTime } from '../time.ts';
import { millisOf } from './durations.ts';
import type { Expression } from './expression.ts';
import type { Issue } from './issues.ts';

/** What is wrong with a text that stands as it is in a call (cel-go's validators of literals). */
export function literalIssue(name: string, argument: Expression): Issue | undefined {
  if (argument.kind !== 'literal' || argument.value.type !== 'string') return undefined;
  const { value } = argument.value;
  const isRight =
    name === 'duration'
      ? millisOf(value) !== undefined
      : name === 'timestamp'
        ? rfc3339.test(value) && parseTime(value) !== undefined
        : name !== 'matches' || isRegex(value);
  return isRight ? undefined : { at: argument.at, message: `invalid ${name} argument` };
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function isRegex(source: string): boolean {
  try {
    compileRegex(source, { flavour: 'go' });
    return true;
  } catch (thrown) {
    if (thrown instanceof RegexError) return false;
    throw thrown;
  }
}
