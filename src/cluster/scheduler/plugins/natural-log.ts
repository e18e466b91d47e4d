/**
 * The natural logarithm of a whole number, by arithmetic alone: engines may differ in the last digit of
 * `Math.log`, and a score must not depend on the browser. Exact to the last digit or the one before.
 */
export function naturalLog(count: number): number {
  const known = logs[count];
  if (known !== undefined) return known;
  // count = m · 2^k with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)) as a quickly falling series.
  let exponent = 0;
  let mantissa = count;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let term = 1;
  let sum = 0;
  for (let odd = 1; odd < 50; odd += 2) {
    sum += term / odd;
    term *= square;
  }
  const result = 2 * ratio * sum + exponent * Math.LN2;
  if (count < LOGS_MAX) logs[count] = result;
  return result;
}

const logs: (number | undefined)[] = [];
const LOGS_MAX = 20_000;
