import type { QuantityFormat } from './quantity.ts';

export interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const decimalSuffixes: readonly (readonly [string, number])[] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];
const binarySuffixes: readonly (readonly [string, number])[] = [
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
];

const suffixByText = new Map<string, Suffix>();
for (const [text, exponent] of decimalSuffixes) {
  suffixByText.set(text, { base: 10, exponent, format: 'DecimalSI' });
}
for (const [text, exponent] of binarySuffixes) {
  suffixByText.set(text, { base: 2, exponent, format: 'BinarySI' });
}
const decimalTextByExponent: ReadonlyMap<number, string> = new Map(
  decimalSuffixes.map(([text, exponent]) => [exponent, text]),
);
const binaryTextByExponent: ReadonlyMap<number, string> = new Map<number, string>([
  [0, ''],
  ...binarySuffixes.map(([text, exponent]) => [exponent, text] as const),
]);

/** The greatest power of 1024 that has a suffix. */
export const binaryExponentMax = 6;

// Kubernetes sets no limit, but 10^1000000000 cannot be added to anything in reasonable time.
const exponentMax = 1000;

/** What the letters behind a number mean, or undefined when they mean nothing. */
export function interpretSuffix(text: string): Suffix | undefined {
  const known = suffixByText.get(text);
  if (known !== undefined) return known;
  if (text[0] !== 'e' && text[0] !== 'E') return undefined;
  if (!/^[+-]?[0-9]+$/.test(text.slice(1))) return undefined;
  const exponent = Number(text.slice(1));
  if (Math.abs(exponent) > exponentMax) return undefined;
  return { base: 10, exponent, format: 'DecimalExponent' };
}

/** The suffix for a power of ten, which is a multiple of three; beyond 10^18 only an exponent can say it. */
export function decimalSuffix(exponent: number, format: QuantityFormat): string {
  const letter = format === 'DecimalExponent' ? undefined : decimalTextByExponent.get(exponent);
  if (letter !== undefined) return letter;
  return exponent === 0 ? '' : `e${exponent}`;
}

/** The suffix for 1024^`power`, `power` from 0 to `binaryExponentMax`. */
export function binarySuffix(power: number): string {
  return binaryTextByExponent.get(power * 10) ?? '';
}
