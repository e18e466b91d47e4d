import {
  divideAwayFromZero,
  isInt64,
  powerOfTen,
  type Quantity,
  type QuantityFormat,
} from './quantity.ts';

/** −1, 0 or 1 as `a` is less than, equal to or greater than `b`; formats do not matter. */
export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The exact sum, in the format of `a` (of `b` when `a` is zero). */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const [left, right, scale] = aligned(a, b);
  return combined(left + right, scale, a, b);
}

/** The exact difference, in the format of `a` (of `b` when `a` is zero). */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  const [left, right, scale] = aligned(a, b);
  return combined(left - right, scale, a, b);
}

/** The same amount with the other sign. */
export function negateQuantity(quantity: Quantity): Quantity {
  return amount(-quantity.mantissa, quantity.scale, quantity.format, quantity.wide);
}

/** `quantity` × `factor`; `exact` is false when the digits left 64 bits (the result is right all the same). */
export function multiplyQuantity(
  quantity: Quantity,
  factor: bigint,
): { readonly product: Quantity; readonly exact: boolean } {
  const mantissa = quantity.mantissa * factor;
  const exact = isInt64(mantissa);
  const product = amount(mantissa, quantity.scale, quantity.format, quantity.wide || !exact);
  return { product, exact };
}

/** Rounded away from zero to a multiple of 10^`scale`; `exact` is false when that changed the amount. */
export function roundQuantityUp(
  quantity: Quantity,
  scale: number,
): { readonly rounded: Quantity; readonly exact: boolean } {
  if (quantity.scale >= scale) return { rounded: quantity, exact: true };
  const divisor = powerOfTen(scale - quantity.scale);
  const mantissa = divideAwayFromZero(quantity.mantissa, divisor);
  const exact = quantity.mantissa % divisor === 0n;
  return { rounded: amount(mantissa, scale, quantity.format, quantity.wide), exact };
}

/**
 * The amount in units of 10^`scale`, rounded away from zero, as the 64-bit integer upstream's ScaledValue gives.
 * What does not fit becomes 0, or for wide amounts the low 64 bits, as there.
 */
export function scaledValue(quantity: Quantity, scale: number): bigint {
  const shift = quantity.scale - scale;
  if (shift < 0) {
    return BigInt.asIntN(64, divideAwayFromZero(quantity.mantissa, powerOfTen(-shift)));
  }
  const units = quantity.mantissa * powerOfTen(shift);
  if (isInt64(units)) return units;
  return quantity.wide ? BigInt.asIntN(64, units) : 0n;
}

/** The amount as a double by one multiplication, so that the last digit may be off, as AsApproximateFloat64's. */
export function approximateFloat(quantity: Quantity): number {
  const base = Number(quantity.mantissa);
  return quantity.scale === 0 ? base : base * Number(`1e${quantity.scale}`);
}

export function isZeroQuantity(quantity: Quantity): boolean {
  return quantity.mantissa === 0n;
}

/** −1, 0 or 1 as the amount is negative, zero or positive. */
export function signOfQuantity(quantity: Quantity): -1 | 0 | 1 {
  return quantity.mantissa < 0n ? -1 : quantity.mantissa > 0n ? 1 : 0;
}

function aligned(a: Quantity, b: Quantity): readonly [bigint, bigint, number] {
  if (a.scale === b.scale) return [a.mantissa, b.mantissa, a.scale];
  if (a.mantissa === 0n) return [0n, b.mantissa, b.scale];
  if (b.mantissa === 0n) return [a.mantissa, 0n, a.scale];
  if (a.scale > b.scale) return [a.mantissa * powerOfTen(a.scale - b.scale), b.mantissa, b.scale];
  return [a.mantissa, b.mantissa * powerOfTen(b.scale - a.scale), a.scale];
}

function combined(mantissa: bigint, scale: number, a: Quantity, b: Quantity): Quantity {
  const format = a.mantissa === 0n ? b.format : a.format;
  return amount(mantissa, scale, format, a.wide || b.wide || !isInt64(mantissa));
}

function amount(mantissa: bigint, scale: number, format: QuantityFormat, wide: boolean): Quantity {
  return { mantissa, scale, format, wide, text: undefined };
}
