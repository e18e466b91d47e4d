import { type Result, refusal, success } from '../../base/result.ts';
import {
  divideAwayFromZero,
  isInt64,
  maxInt64,
  nanoScale,
  powerOfTen,
  type Quantity,
  type QuantityFormat,
} from './quantity.ts';
import { interpretSuffix, type Suffix } from './suffix.ts';

export const quantityFormatWrong =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const quantitySuffixWrong = "unable to parse quantity's suffix";
export const quantityNumberWrong = 'unable to parse numeric part of quantity';

// The texts of a cluster repeat ("100m", "64Mi" …), so nearly every parse is a look-up. The cache is emptied when
// full: a cluster with more distinct texts than this gains nothing from keeping old ones.
const parsedByText = new Map<string, Result<Quantity, string>>();
const parsedCountMax = 4096;
// Longer texts are refused before any arithmetic; no amount that fits 64 bits needs as many digits.
const textLengthMax = 1024;

/**
 * Reads a quantity as resource.ParseQuantity does; the error is upstream's text. Answers are memoised, so equal
 * texts give the same object. Beyond upstream, texts of more than 1,024 characters and exponents beyond ±1,000
 * are refused.
 */
export function parseQuantity(text: string): Result<Quantity, string> {
  const known = parsedByText.get(text);
  if (known !== undefined) return known;
  const parsed = parseAfresh(text);
  if (parsedByText.size >= parsedCountMax) parsedByText.clear();
  if (text.length <= textLengthMax) parsedByText.set(text, parsed);
  return parsed;
}

/** Reads a quantity out of its JSON text, where upstream still lets white space stand around it. */
export function parseQuantityJson(json: string): Result<Quantity, string> {
  if (json === 'null') return parseQuantity('0');
  const isQuoted = json.length >= 2 && json.startsWith('"') && json.endsWith('"');
  return parseQuantity((isQuoted ? json.slice(1, -1) : json).trim());
}

function parseAfresh(text: string): Result<Quantity, string> {
  if (text.length === 0) return refusal(quantityFormatWrong);
  if (text.length > textLengthMax) return refusal(quantityNumberWrong);
  if (text === '0') return success(amount(0n, 0, 'DecimalSI', false, text));

  const parts = splitQuantity(text);
  if (parts === undefined) return refusal(quantityFormatWrong);
  const suffix = interpretSuffix(parts.suffix);
  if (suffix === undefined) return refusal(quantitySuffixWrong);
  return parseNarrow(text, parts, suffix) ?? parseWide(parts, suffix);
}

interface QuantityParts {
  readonly negative: boolean;
  /** Digits before the point, without leading zeros, "0" when none are left. */
  readonly whole: string;
  readonly fraction: string;
  readonly hasDigits: boolean;
  readonly suffix: string;
}

function splitQuantity(text: string): QuantityParts | undefined {
  let at = 0;
  const negative = text[0] === '-';
  if (negative || text[0] === '+') at += 1;
  const digitsAt = at;
  while (text[at] === '0') at += 1;
  const wholeAt = at;
  while (isDigit(text.charCodeAt(at))) at += 1;
  const whole = text.slice(wholeAt, at);
  let hasDigits = at > digitsAt;
  let fraction = '';
  if (text[at] === '.') {
    const fractionAt = at + 1;
    at = fractionAt;
    while (isDigit(text.charCodeAt(at))) at += 1;
    fraction = text.slice(fractionAt, at);
    hasDigits ||= fraction !== '';
  }
  const suffix = text.slice(at);
  if (!/^[eEinumkKMGTP]*[-+]?[0-9]*$/.test(suffix)) return undefined;
  return { negative, whole: whole === '' ? '0' : whole, fraction, hasDigits, suffix };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/**
 * The 64-bit path: taken when the digits are few enough by upstream's estimate. The text itself is kept when it is
 * canonical by upstream's quick test, which lets a plus sign and a bare point through: "+1" prints as "+1".
 */
function parseNarrow(
  text: string,
  parts: QuantityParts,
  suffix: Suffix,
): Result<Quantity, string> | undefined {
  const { whole, fraction } = parts;
  const digits = whole + fraction;
  if (suffix.format === 'BinarySI') {
    const digitsMax = 14 - Math.trunc((suffix.exponent * 3) / 10);
    if (fraction !== '' || whole.length > digitsMax) return undefined;
    const value = BigInt(whole);
    const mantissa = signed(value << BigInt(suffix.exponent), parts.negative);
    if (!isInt64(mantissa)) return undefined;
    return success(amount(mantissa, 0, 'BinarySI', false, value % 8n === 0n ? undefined : text));
  }
  if (digits.length > 18) return undefined;
  const scale = suffix.exponent - fraction.length;
  if (scale < nanoScale) return undefined;
  const isCanonical = scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0';
  const mantissa = signed(BigInt(digits), parts.negative);
  return success(amount(mantissa, scale, suffix.format, false, isCanonical ? text : undefined));
}

/** The unlimited path: rounds to nano, caps binary amounts at the greatest 64-bit integer. */
function parseWide(parts: QuantityParts, suffix: Suffix): Result<Quantity, string> {
  if (!parts.hasDigits) return refusal(quantityNumberWrong);
  let mantissa = BigInt(parts.whole + parts.fraction);
  let scale = -parts.fraction.length;
  if (suffix.base === 10) scale += suffix.exponent;
  else mantissa <<= BigInt(suffix.exponent);

  // A request for too small an amount becomes the smallest amount there is, never nothing.
  if (scale < nanoScale) {
    mantissa = divideAwayFromZero(mantissa, powerOfTen(nanoScale - scale));
    scale = nanoScale;
  }
  let format = suffix.format;
  if (format === 'BinarySI') {
    const one = powerOfTen(-scale);
    if (mantissa > maxInt64 * one) {
      mantissa = maxInt64;
      scale = 0;
    } else if (mantissa > 0n && mantissa < one) {
      format = 'DecimalSI';
    }
  }
  return success(amount(signed(mantissa, parts.negative), scale, format, true, undefined));
}

function signed(magnitude: bigint, negative: boolean): bigint {
  return negative ? -magnitude : magnitude;
}

function amount(
  mantissa: bigint,
  scale: number,
  format: QuantityFormat,
  wide: boolean,
  text: string | undefined,
): Quantity {
  return { mantissa, scale, format, wide, text };
}
