import { describe, expect, test } from 'vitest';
import { ageText, bytesText, clockText, countText, cpuText, hopText, speedText } from './words.ts';

const SECOND = 1_000_000;

describe('words', () => {
  test.each([
    [0, '00:00.000'],
    [252_480_000, '04:12.480'],
    [3_852_480_000, '1:04:12.480'],
  ])('clock of %i', (micros, want) => expect(clockText(micros)).toBe(want));

  test('ages are kubectl’s', () => expect(ageText(312 * SECOND)).toBe('5m12s'));

  test.each([
    [400, '+0.4 ms'],
    [31_000, '+31 ms'],
    [4_210_000, '+4.2 s'],
    [200 * SECOND, '+3m20s'],
  ])('hop of %i', (micros, want) => expect(hopText(micros)).toBe(want));

  test.each([
    [0, '0'],
    [250, '0.25'],
    [3300, '3.3'],
    [4000, '4'],
  ])('cpu of %i', (milli, want) => expect(cpuText(milli)).toBe(want));

  test.each([
    [0, '0'],
    [256 * 2 ** 20, '256Mi'],
    [6.4 * 2 ** 30, '6.4Gi'],
    [16 * 2 ** 30, '16Gi'],
  ])('bytes of %i', (bytes, want) => expect(bytesText(bytes)).toBe(want));

  test('counts and speeds', () => {
    expect([7, 1234, 1_234_567].map(countText)).toEqual(['7', '1,234', '1,234,567']);
    expect([0.1, 1, 20, 1000].map(speedText)).toEqual(['×0.1', '×1', '×20', '×1000']);
  });
});
