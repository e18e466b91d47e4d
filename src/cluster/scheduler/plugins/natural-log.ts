/**
 * The natural logarithm of a whole number, by arithmetic alone: engines may differ in the last digit of
 * `Math.log`, and a score must not depend on the browser. Exact to the last digit or the one before.
 */
export function naturalLog(count: number): number {
  const known = logs[count];
  if (known !== undefined) return known;
  const result = logarithm(count);
  if (count < LOGS_MAX) logs[count] = result;
  return result;
}

/** The same of any number, and not remembered. */
export function logarithm(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) {
    return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  }
  // x = m · 2^k with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) as a quickly falling series.
  let exponent = 0;
  let mantissa = x;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let term = 1;
  let sum = 0;
  for (let odd = 1; odd < 50; odd += 2) {
    sum += term / odd;
    term *= square;
  }
  return 2 * ratio * sum + exponent * Math.LN2;
}

const logs: (number | undefined)[] = [];
const LOGS_MAX = 20_000;
