import type { Micros } from '../../../kernel/time.ts';
import { MILLISECOND, SECOND } from '../../../kernel/time.ts';
import { quantile } from '../quantile.ts';

/** What was measured of one process: numbers by name, with the unit at the end of the name. */
export type Figures = ReadonlyMap<string, number>;

export const NO_FIGURES: Figures = new Map();

export function millis(micros: Micros): number {
  return micros / MILLISECOND;
}

export function seconds(micros: Micros): number {
  return micros / SECOND;
}

/** 1 for yes, 0 for no: a chart and a scenario compare numbers. */
export function flag(isSo: boolean): number {
  return isSo ? 1 : 0;
}

/** The two quantiles that everybody looks at, in milliseconds. */
export function latencies(
  name: string,
  micros: readonly Micros[],
): readonly (readonly [string, number])[] {
  return [
    [`${name}P50Millis`, millis(quantile(micros, 0.5))],
    [`${name}P99Millis`, millis(quantile(micros, 0.99))],
  ];
}
