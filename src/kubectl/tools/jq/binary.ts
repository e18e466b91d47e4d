import { compareJson, described, fromEntries, isObject, type JsonObject } from './value.ts';
import { JqError } from './syntax.ts';

const WORDS: Readonly<Record<string, string>> = {
  '+': 'added',
  '-': 'subtracted',
  '*': 'multiplied',
  '/': 'divided',
  '%': 'divided',
};

export function applyBinary(op: string, a: unknown, b: unknown): unknown {
  switch (op) {
    case '==':
      return compareJson(a, b) === 0;
    case '!=':
      return compareJson(a, b) !== 0;
    case '<':
      return compareJson(a, b) < 0;
    case '<=':
      return compareJson(a, b) <= 0;
    case '>':
      return compareJson(a, b) > 0;
    case '>=':
      return compareJson(a, b) >= 0;
  }
  const result = arithmetic(op, a, b);
  if (result !== undefined) return result;
  throw new JqError(`${described(a)} and ${described(b)} cannot be ${WORDS[op] ?? 'combined'}`);
}

function arithmetic(op: string, a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') return numbers(op, a, b);
  if (op === '+') {
    if (a === null) return b;
    if (b === null) return a;
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
    if (isObject(a) && isObject(b))
      return fromEntries([...Object.entries(a), ...Object.entries(b)]);
  }
  if (op === '-' && Array.isArray(a) && Array.isArray(b))
    return a.filter((each) => !b.some((other) => compareJson(each, other) === 0));
  if (op === '*') {
    if (isObject(a) && isObject(b)) return merge(a, b);
    if (typeof a === 'string' && typeof b === 'number')
      return b <= 0 ? null : a.repeat(Math.min(Math.max(1, Math.floor(b)), 100_000));
  }
  if (op === '/' && typeof a === 'string' && typeof b === 'string')
    return a === '' ? [] : a.split(b);
  return undefined;
}

function numbers(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0)
        throw new JqError(
          `${described(a)} and ${described(b)} cannot be divided because the divisor is zero`,
        );
      return a / b;
    default:
      if (Math.trunc(b) === 0)
        throw new JqError(
          `${described(a)} and ${described(b)} cannot be divided because the divisor is zero`,
        );
      return Math.trunc(a) % Math.abs(Math.trunc(b));
  }
}

/** Objects inside objects are merged as well. */
function merge(a: JsonObject, b: JsonObject): JsonObject {
  const entries = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const old = entries.get(key);
    entries.set(key, isObject(old) && isObject(value) ? merge(old, value) : value);
  }
  return fromEntries(entries);
}
