import { bytesOf, textOf } from '../../base/byte-text.ts';
import { isList } from '../patch/json.ts';
import { CelError, double, isDouble, isUint, numberOf, Special, typeName, uint } from './values.ts';

/** `+ - * / %` of numbers, texts, lists, times and spans. `cost` counts work. */
export function arithmetic(
  operator: string,
  a: unknown,
  b: unknown,
  cost: (steps: number) => void,
): unknown {
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      cost(Math.ceil((a.length + b.length) / 10));
      return a + b;
    }
    if (isList(a) && isList(b)) {
      cost(a.length + b.length);
      return [...a, ...b];
    }
  }
  const bytes = operator === '+' ? joinedBytes(a, b) : undefined;
  if (bytes !== undefined) return bytes;
  const times = timeArithmetic(operator, a, b);
  if (times !== undefined) return times;
  const left = numberOf(a);
  const right = numberOf(b);
  if (left === undefined || right === undefined) {
    throw new CelError(`no such overload: ${typeName(a)} ${operator} ${typeName(b)}`);
  }
  const isFloat = isDouble(a) || isDouble(b);
  const result = calculate(operator, left, right, isFloat);
  if (isFloat) return double(result);
  if (isUint(a) && isUint(b)) return uint(result);
  if (!Number.isSafeInteger(result) && Math.abs(result) >= 2 ** 63) {
    throw new CelError('integer overflow');
  }
  return result;
}

function calculate(operator: string, left: number, right: number, isFloat: boolean): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (isFloat) return left / right;
      if (right === 0) throw new CelError('division by zero');
      return Math.trunc(left / right);
    default:
      if (right === 0) throw new CelError('modulus by zero');
      return left % right;
  }
}

function joinedBytes(a: unknown, b: unknown): unknown {
  if (!(a instanceof Special) || !(b instanceof Special)) return undefined;
  const x = a.value;
  const y = b.value;
  if (x.type !== 'bytes' || y.type !== 'bytes') return undefined;
  // Halves of a letter may meet.
  return new Special({ type: 'bytes', text: textOf(bytesOf(x.text + y.text)) });
}

function timeArithmetic(operator: string, a: unknown, b: unknown): unknown {
  if (!(a instanceof Special) || !(b instanceof Special)) return undefined;
  const sign = operator === '+' ? 1 : operator === '-' ? -1 : 0;
  const x = a.value;
  const y = b.value;
  if (sign === 0 || (x.type !== 'timestamp' && x.type !== 'duration')) return undefined;
  if (y.type === 'duration') {
    return new Special({ type: x.type, millis: x.millis + sign * y.millis });
  }
  if (x.type === 'timestamp' && y.type === 'timestamp' && sign === -1) {
    return new Special({ type: 'duration', millis: x.millis - y.millis });
  }
  return undefined;
}
