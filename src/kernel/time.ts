/**
 * Virtual time. An instant is a whole number of microseconds since the world began; a duration is
 * a whole number of microseconds. Microseconds, because a disk is faster than a millisecond and a
 * double still counts them exactly for 285 years.
 */
export type Micros = number;

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;

/**
 * The same instant. What was calculated with fractions stays a floating-point number in an engine even where it is
 * whole, and so does every sum with it, each of them an object; whole numbers of 32 bits are none.
 */
export function wholeMicros(instant: Micros): Micros {
  const whole = instant | 0;
  return whole === instant ? whole : instant;
}

/** Whole milliseconds as a duration. */
export function milliseconds(count: number): Micros {
  return Math.round(count * MILLISECOND);
}

/** Seconds, fractions allowed, as a duration. */
export function seconds(count: number): Micros {
  return Math.round(count * SECOND);
}
