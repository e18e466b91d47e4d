import { compareNumbers, compareStrings } from '../../../base/compare.ts';
import { general } from '../format.ts';

/** A text from the input that looks like a number: compared as one, shown as it was. */
export interface InputNumber {
  readonly text: string;
  readonly number: number;
}

/** Undefined: never assigned; empty as a text, nought as a number. */
export type Value = number | string | InputNumber | undefined;

const NUMERIC = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

/** A field, an element of `split` or a variable of the command line. */
export function fromInput(text: string): Value {
  return NUMERIC.test(text) ? { text, number: Number(text) } : text;
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  if (typeof value === 'object') return value.number;
  return Number(/^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(value)?.[1] ?? 0);
}

/** `format` is CONVFMT, or OFMT where a number is printed. */
export function toText(value: Value, format = '%.6g'): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (typeof value === 'object') return value.text;
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value === 0 ? 0 : value);
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString();
  const digits = /^%\.(\d+)g$/.exec(format);
  if (digits !== null) return general(value, Number(digits[1]));
  const places = /^%\.(\d+)f$/.exec(format);
  return places === null ? general(value, 6) : value.toFixed(Number(places[1]));
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  return toNumber(value) !== 0;
}

/** As numbers where both are, else as texts. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' || typeof b === 'string') return compareStrings(toText(a), toText(b));
  return compareNumbers(toNumber(a), toNumber(b));
}
