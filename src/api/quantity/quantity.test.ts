import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  compareQuantities,
  negateQuantity,
  subtractQuantities,
} from './arithmetic.ts';
import { canonicalQuantity, formatQuantity } from './format.ts';
import {
  bytesQuantityText,
  countQuantityText,
  milliQuantityText,
  milliValue,
  value,
} from './numbers.ts';
import { parseQuantity } from './parse.ts';
import type { Quantity } from './quantity.ts';

function read(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-2'];
const quantityText = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.integer({ min: 0, max: 1_000_000 }),
    fc.constantFrom('', '.5', '.125', '.000001'),
    fc.constantFrom(...suffixes),
  )
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction}${suffix}`);

describe('quantities', () => {
  test('a sum does not depend on the order, and subtraction undoes addition', () => {
    fc.assert(
      fc.property(quantityText, quantityText, quantityText, (a, b, c) => {
        const sum = addQuantities(read(a), read(b));
        expect(compareQuantities(sum, addQuantities(read(b), read(a)))).toBe(0);
        expect(compareQuantities(subtractQuantities(sum, read(b)), read(a))).toBe(0);
        const left = addQuantities(sum, read(c));
        const right = addQuantities(read(a), addQuantities(read(b), read(c)));
        expect(compareQuantities(left, right)).toBe(0);
      }),
    );
  });

  test('the order is total, and adding the same keeps it', () => {
    fc.assert(
      fc.property(quantityText, quantityText, quantityText, (a, b, c) => {
        const order = compareQuantities(read(a), read(b));
        expect(compareQuantities(read(b), read(a)) + order).toBe(0);
        expect(compareQuantities(negateQuantity(read(b)), negateQuantity(read(a)))).toBe(order);
        const withC = compareQuantities(
          addQuantities(read(a), read(c)),
          addQuantities(read(b), read(c)),
        );
        expect(withC).toBe(order);
      }),
    );
  });

  test('what is printed is read back as the same amount, and printing it again changes nothing', () => {
    fc.assert(
      fc.property(quantityText, (text) => {
        const printed = formatQuantity(read(text));
        expect(compareQuantities(read(printed), read(text))).toBe(0);
        expect(formatQuantity(read(printed))).toBe(printed);
      }),
    );
  });

  test('no text makes the parser throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789.+-eEinumkKMGTP x') }),
        (text) => {
          const parsed = parseQuantity(text);
          if (parsed.ok) formatQuantity(parsed.value);
        },
      ),
    );
  });

  test.each([
    ['1Mi', 1_048_576, 1_048_576_000],
    ['100m', 1, 100],
    ['2', 2, 2000],
    ['0.5', 1, 500],
    ['1500u', 1, 2],
    ['-0.5', -1, -500],
    ['8Ei', 2 ** 63 - 1, (2 ** 63 - 1) * 1000],
    ['12E', 12e18, 12e21],
    ['what', 0, 0],
    [undefined, 0, 0],
  ])('%s as numbers', (text, whole, milli) => {
    expect(value(text)).toBe(whole);
    expect(milliValue(text)).toBe(milli);
  });

  test('numbers become canonical text', () => {
    expect([0, 1, 250, 1000, 1500, 2_000_000].map(milliQuantityText)).toEqual([
      '0',
      '1m',
      '250m',
      '1',
      '1500m',
      '2k',
    ]);
    expect([0, 1023, 1024, 1_048_576, 3 * 2 ** 30].map(bytesQuantityText)).toEqual([
      '0',
      '1023',
      '1Ki',
      '1Mi',
      '3Gi',
    ]);
    expect(countQuantityText(110)).toBe('110');
  });

  test('canonical text of what clients write', () => {
    expect(canonicalQuantity('1024Mi')).toEqual({ ok: true, value: '1Gi' });
    expect(canonicalQuantity(0.5)).toEqual({ ok: true, value: '500m' });
    expect(canonicalQuantity(1e-7)).toEqual({ ok: true, value: '100e-9' });
    expect(canonicalQuantity('half').ok).toBe(false);
    expect(canonicalQuantity('1e999999999').ok).toBe(false);
    expect(canonicalQuantity('9'.repeat(5_000_000)).ok).toBe(false);
  });
});
