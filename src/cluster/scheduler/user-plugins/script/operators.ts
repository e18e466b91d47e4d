import { ownText, type Run } from './run.ts';
import { stop } from './script-fault.ts';
import { isPlain, keyText, numberOf, textOf } from './values.ts';

export type Operator = (left: unknown, right: unknown, run: Run, line: number) => unknown;

/** Operators of two operands, by sign. */
export const operators: Readonly<Record<string, Operator>> = {
  '+': add,
  '-': (left, right) => numberOf(left) - numberOf(right),
  '*': (left, right) => numberOf(left) * numberOf(right),
  '/': (left, right) => numberOf(left) / numberOf(right),
  '%': (left, right) => numberOf(left) % numberOf(right),
  '**': (left, right, _run, line) => power(numberOf(left), numberOf(right), line),
  '===': (left, right) => left === right,
  '!==': (left, right) => left !== right,
  '==': equals,
  '!=': (left, right) => !equals(left, right),
  '<': (left, right) => compare(left, right, (a, b) => a < b),
  '>': (left, right) => compare(left, right, (a, b) => a > b),
  '<=': (left, right) => compare(left, right, (a, b) => a <= b),
  '>=': (left, right) => compare(left, right, (a, b) => a >= b),
  '&': (left, right) => numberOf(left) & numberOf(right),
  '|': (left, right) => numberOf(left) | numberOf(right),
  '^': (left, right) => numberOf(left) ^ numberOf(right),
  '<<': (left, right) => numberOf(left) << numberOf(right),
  '>>': (left, right) => numberOf(left) >> numberOf(right),
  '>>>': (left, right) => numberOf(left) >>> numberOf(right),
  in: (left, right, _run, line) => contains(right, left, line),
};

export const unaryOperators: Readonly<Record<string, (value: unknown) => unknown>> = {
  '!': (value) => !value,
  '-': (value) => -numberOf(value),
  '+': numberOf,
  '~': (value) => ~numberOf(value),
  typeof: (value) => typeof value,
  void: () => undefined,
};

function add(left: unknown, right: unknown, run: Run, line: number): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (isTextual(left) || isTextual(right)) return ownText(run, textOf(left) + textOf(right), line);
  return numberOf(left) + numberOf(right);
}

/** Whether adding it makes a text. */
function isTextual(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'function' ||
    (typeof value === 'object' && value !== null)
  );
}

/** `==`: only plain values are converted. */
function equals(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const leftEmpty = left === undefined || left === null;
  const rightEmpty = right === undefined || right === null;
  if (leftEmpty || rightEmpty) return leftEmpty && rightEmpty;
  if (typeof left === typeof right || isObject(left) || isObject(right)) return false;
  return numberOf(left) === numberOf(right);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' || typeof value === 'function';
}

/** Texts compare by their characters, all else as numbers. */
function compare(
  left: unknown,
  right: unknown,
  holds: (left: number | string, right: number | string) => boolean,
): boolean {
  if (typeof left === 'string' && typeof right === 'string') return holds(left, right);
  return holds(numberOf(left), numberOf(right));
}

function contains(of: unknown, key: unknown, line: number): boolean {
  if (!isPlain(of) && !Array.isArray(of)) return stop(line, '"in" needs an object');
  return Object.hasOwn(of, keyText(key));
}

/** By multiplication: engines differ in the last digit of other powers. */
export function power(base: number, exponent: number, line: number): number {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 1_024) {
    return stop(line, 'only whole exponents up to 1024 are available');
  }
  let result = 1;
  let square = base;
  for (let rest = Math.abs(exponent); rest > 0; rest >>= 1) {
    if ((rest & 1) === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}
