import { approximateFloat, scaledValue } from './arithmetic.ts';
import { formatQuantity } from './format.ts';
import { parseQuantity } from './parse.ts';
import { quantityOf, scaledQuantity } from './quantity.ts';

/**
 * Quantities as plain JavaScript numbers, for loops over every container of every Pod: milli-CPU, bytes and counts
 * are whole numbers below 2^53, where doubles are exact. Beyond that the nearest double is given.
 *
 * The texts are those of stored objects, which the API server has checked; a text that is no quantity counts as 0.
 */
const valueByText = new Map<string, number>();
const milliValueByText = new Map<string, number>();
const countMax = 8192;

/** Whole units (bytes, cores, Pods …), rounded away from zero: "100m" → 1, "1Ki" → 1024. Absent counts as 0. */
export function value(text: string | undefined): number {
  if (text === undefined) return 0;
  const known = valueByText.get(text);
  if (known !== undefined) return known;
  return remember(valueByText, text, computed(text, 0));
}

/** Thousandths, rounded away from zero: "100m" → 100, "2" → 2000. Absent counts as 0. */
export function milliValue(text: string | undefined): number {
  if (text === undefined) return 0;
  const known = milliValueByText.get(text);
  if (known !== undefined) return known;
  return remember(milliValueByText, text, computed(text, -3));
}

/** What `milliValue` undoes: the canonical text of so many thousandths. */
export function milliQuantityText(milli: number): string {
  if (Number.isSafeInteger(milli) && milli > 0) {
    if (milli % 1000 !== 0) return `${milli}m`;
    if (milli < 1_000_000) return String(milli / 1000);
  }
  return formatQuantity(scaledQuantity(BigInt(Math.ceil(milli)), -3));
}

/** What `value` undoes for bytes: the canonical text in Ki, Mi, Gi …. */
export function bytesQuantityText(bytes: number): string {
  return formatQuantity(quantityOf(BigInt(Math.ceil(bytes)), 'BinarySI'));
}

/** What `value` undoes for counts: the canonical text in decimal units. */
export function countQuantityText(count: number): string {
  return formatQuantity(quantityOf(BigInt(Math.ceil(count)), 'DecimalSI'));
}

function computed(text: string, scale: number): number {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return 0;
  const exact = Number(scaledValue(parsed.value, scale));
  if (exact !== 0 && !parsed.value.wide) return exact;
  // Upstream's 64-bit integers overflow to 0 or wrap here; a scheduler that compares doubles is better served by
  // the true size.
  const approximate = approximateFloat(parsed.value) * (scale === 0 ? 1 : 1000);
  return Math.abs(approximate) < 2 ** 62 ? exact : approximate;
}

function remember(cache: Map<string, number>, text: string, number: number): number {
  if (cache.size >= countMax) cache.clear();
  cache.set(text, number);
  return number;
}
