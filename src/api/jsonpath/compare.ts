import { type Result, refusal, success } from '../../base/result.ts';
import { type JsonPathValue, kindOf, numberOf } from './values.ts';

const badComparison = refusal('incompatible types for comparison');
const badComparisonType = refusal('invalid type for comparison');

/** Compares as Go's templates do: like with like only, and booleans only for equality. */
export function compareValues(
  operator: string,
  left: JsonPathValue,
  right: JsonPathValue,
): Result<boolean, string> {
  switch (operator) {
    case '==':
      return areEqual(left, right);
    case '!=':
      return negated(areEqual(left, right));
    case '<':
      return isLess(left, right);
    case '>=':
      return negated(isLess(left, right));
    case '<=':
      return isLessOrEqual(left, right);
    case '>':
      return negated(isLessOrEqual(left, right));
    default:
      return refusal(`unrecognized filter operator ${operator}`);
  }
}

function areEqual(left: JsonPathValue, right: JsonPathValue): Result<boolean, string> {
  const kind = commonKind(left, right);
  if (!kind.ok) return kind;
  return success(kind.value === 'number' ? numberOf(left) === numberOf(right) : left === right);
}

function isLess(left: JsonPathValue, right: JsonPathValue): Result<boolean, string> {
  const kind = commonKind(left, right);
  if (!kind.ok) return kind;
  if (kind.value === 'bool') return badComparisonType;
  if (kind.value === 'number') return success(numberOf(left) < numberOf(right));
  return success(String(left) < String(right));
}

function isLessOrEqual(left: JsonPathValue, right: JsonPathValue): Result<boolean, string> {
  const less = isLess(left, right);
  if (!less.ok || less.value) return less;
  return areEqual(left, right);
}

function negated(result: Result<boolean, string>): Result<boolean, string> {
  return result.ok ? success(!result.value) : result;
}

function commonKind(
  left: JsonPathValue,
  right: JsonPathValue,
): Result<'bool' | 'number' | 'string', string> {
  const kind = kindOf(left);
  const other = kindOf(right);
  for (const each of [kind, other]) {
    if (each === 'nil' || each === 'slice' || each === 'map') return badComparisonType;
  }
  if (kind !== other) return badComparison;
  return success(kind === 'bool' || kind === 'string' ? kind : 'number');
}
