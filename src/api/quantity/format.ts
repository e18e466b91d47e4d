import { type Result, success } from '../../base/result.ts';
import { parseQuantity } from './parse.ts';
import { divideAwayFromZero, powerOfTen, type Quantity } from './quantity.ts';
import { binaryExponentMax, binarySuffix, decimalSuffix } from './suffix.ts';

/** Prints a quantity as the API server would send it back. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.mantissa === 0n) return '0';
  if (quantity.format === 'BinarySI') return formatBinary(quantity);
  return formatDecimal(quantity, quantity.format);
}

// As for parsing: the same few texts come again and again, on every write of every Pod.
const canonicalByText = new Map<string, Result<string, string>>();
const canonicalCountMax = 4096;

/**
 * The text the API server stores for what a client wrote ("1024Mi" → "1Gi", 0.5 → "500m"), or upstream's parse
 * error. JSON numbers are quantities too.
 */
export function canonicalQuantity(input: string | number): Result<string, string> {
  const text = typeof input === 'number' ? String(input) : input;
  const known = canonicalByText.get(text);
  if (known !== undefined) return known;
  const parsed = parseQuantity(text.trim());
  const canonical = parsed.ok ? success(formatQuantity(parsed.value)) : parsed;
  if (canonicalByText.size >= canonicalCountMax) canonicalByText.clear();
  if (text.length <= 64) canonicalByText.set(text, canonical);
  return canonical;
}

/** Digits and an exponent of ten that is a multiple of three. */
function formatDecimal(
  { mantissa, scale }: Quantity,
  format: 'DecimalSI' | 'DecimalExponent',
): string {
  let digits = mantissa;
  let exponent = scale;
  while (digits % 10n === 0n) {
    digits /= 10n;
    exponent += 1;
  }
  while (exponent % 3 !== 0) {
    digits *= 10n;
    exponent -= 1;
  }
  return `${digits}${decimalSuffix(exponent, format)}`;
}

/** Whole amounts from 1024 up, in units of 1024; the rest has no exact binary form and is printed as decimal. */
function formatBinary(quantity: Quantity): string {
  const { mantissa, scale } = quantity;
  const one = scale < 0 ? powerOfTen(-scale) : 1n;
  if (mantissa % one !== 0n) return formatDecimal(quantity, 'DecimalSI');
  let units = scale < 0 ? divideAwayFromZero(mantissa, one) : mantissa * powerOfTen(scale);
  if (units > -1024n && units < 1024n) return formatDecimal(quantity, 'DecimalSI');
  let power = 0;
  while (units % 1024n === 0n && power < binaryExponentMax) {
    units /= 1024n;
    power += 1;
  }
  return `${units}${binarySuffix(power)}`;
}
