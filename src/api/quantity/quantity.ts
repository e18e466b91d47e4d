/** How a quantity is printed: with k, M, G …; with Ki, Mi, Gi …; or with an exponent of ten. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/**
 * A Kubernetes quantity, exactly: `mantissa` × 10^`scale`. Immutable.
 *
 * Kubernetes keeps most amounts in 64 bits and moves to unlimited decimals when they do not fit. `wide` tells which
 * of the two this amount is in, because `value` and `milliValue` answer overflow differently (0, or the low 64 bits).
 */
export interface Quantity {
  readonly mantissa: bigint;
  /** A power of ten; never below −9 for a parsed quantity. */
  readonly scale: number;
  readonly format: QuantityFormat;
  readonly wide: boolean;
  /** The text it was written as, kept only where that text is canonical (but for a plus sign or a bare point). */
  readonly text: string | undefined;
}

export const maxInt64 = 2n ** 63n - 1n;
export const minInt64 = -(2n ** 63n);

/** The smallest power of ten a quantity keeps: amounts below are rounded away from zero. */
export const nanoScale = -9;

export function isInt64(amount: bigint): boolean {
  return amount >= minInt64 && amount <= maxInt64;
}

/** A whole amount. */
export function quantityOf(value: bigint | number, format: QuantityFormat): Quantity {
  return scaledQuantity(value, 0, format);
}

/** `value` × 10^`scale`, as resource.NewScaledQuantity. */
export function scaledQuantity(
  value: bigint | number,
  scale: number,
  format: QuantityFormat = 'DecimalSI',
): Quantity {
  const mantissa = BigInt(value);
  return { mantissa, scale, format, wide: !isInt64(mantissa), text: undefined };
}

export const zeroQuantity: Quantity = quantityOf(0n, 'DecimalSI');

/** 10^`exponent`; the small powers come from a table, since scaling happens on every sum. */
export function powerOfTen(exponent: number): bigint {
  return powersOfTen[exponent] ?? 10n ** BigInt(exponent);
}

const powersOfTen: readonly bigint[] = Array.from(
  { length: 40 },
  (_, index) => 10n ** BigInt(index),
);

/** `dividend` / `divisor`, rounded away from zero. The divisor is positive. */
export function divideAwayFromZero(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  if (remainder === 0n) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}
