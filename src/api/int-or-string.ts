import { parseInt64 } from '../base/int64.ts';
import { type Result, refusal, success } from '../base/result.ts';
import type { IntOrString } from './generated/types.ts';
import { goQuote } from './go-text.ts';

/** A text as an int-or-string field takes it: a number when it is one of 32 bits, else the text. */
export function parseIntOrString(text: string): IntOrString {
  const number = parseInt64(text);
  if (number === undefined || number < -(2n ** 31n) || number > 2n ** 31n - 1n) return text;
  return Number(number);
}

/**
 * A number of things, or that percentage of `total`, rounded up or down. The errors are upstream's
 * (intstr.GetScaledValueFromIntOrPercent).
 */
export function scaledIntOrPercent(
  value: IntOrString | null | undefined,
  total: number,
  rounding: 'up' | 'down',
): Result<number, string> {
  if (value === null || value === undefined) return refusal('nil value for IntOrString');
  if (typeof value === 'number') return success(value);
  const percent = percentOf(value);
  if (!percent.ok) return refusal(`invalid value for IntOrString: ${percent.error}`);
  const exact = (percent.value * total) / 100;
  return success(rounding === 'up' ? Math.ceil(exact) : Math.floor(exact));
}

function percentOf(text: string): Result<number, string> {
  if (!text.endsWith('%')) return refusal('invalid type: string is not a percentage');
  const digits = text.slice(0, -1);
  const number = parseInt64(digits);
  if (number !== undefined) return success(Number(number));
  const why = /^[+-]?[0-9]+$/.test(digits) ? 'value out of range' : 'invalid syntax';
  return refusal(
    `invalid value ${goQuote(text)}: strconv.Atoi: parsing ${goQuote(digits)}: ${why}`,
  );
}
