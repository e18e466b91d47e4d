import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError, assert } from './assert.ts';
import { compareNumbers, compareStrings, sortedStrings } from './compare.ts';
import { assertNever } from './exhaustive.ts';
import { heapPeek, heapPop, heapPush } from './heap.ts';
import { parseInt64 } from './int64.ts';

describe('assertions', () => {
  test('stop the world, and only when something is wrong', () => {
    expect(() => assert(true, 'never')).not.toThrow();
    expect(() => assert(0, 'time runs forward')).toThrow(new AssertionError('time runs forward'));
    expect(() => assertNever('what' as never)).toThrow(AssertionError);
  });
});

describe('order', () => {
  test('of texts is by code units, whatever the language', () => {
    expect(sortedStrings(['ä', 'b', 'Z', 'a', 'A', '10', '9'])).toEqual([
      '10',
      '9',
      'A',
      'Z',
      'a',
      'b',
      'ä',
    ]);
    expect([compareStrings('a', 'b'), compareStrings('b', 'a'), compareStrings('a', 'a')]).toEqual([
      -1, 1, 0,
    ]);
    expect([compareNumbers(1, 2), compareNumbers(2, 1), compareNumbers(1, 1)]).toEqual([-1, 1, 0]);
  });
});

describe('the heap', () => {
  test('gives back in order whatever was put in, with pushes and pops mixed', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant('pop' as const)));
    fc.assert(
      fc.property(steps, (all) => {
        const heap: { at: number; seq: number }[] = [];
        const sorted: { at: number; seq: number }[] = [];
        const before = (a: { at: number; seq: number }, b: { at: number; seq: number }) =>
          a.at !== b.at ? a.at < b.at : a.seq < b.seq;
        for (const [seq, step] of all.entries()) {
          if (step === 'pop') {
            expect(heapPeek(heap)).toBe(sorted[0]);
            expect(heapPop(heap, before)).toBe(sorted.shift());
          } else {
            const item = { at: step, seq };
            heapPush(heap, item, before);
            sorted.push(item);
            sorted.sort((a, b) => (before(a, b) ? -1 : 1));
          }
        }
        expect(heap).toHaveLength(sorted.length);
      }),
    );
  });
});

describe('64-bit numbers', () => {
  test.each([
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', undefined],
    ['-9223372036854775808', -9223372036854775808n],
    ['+7', 7n],
    ['007', 7n],
    ['', undefined],
    ['-', undefined],
    ['1.0', undefined],
    [' 1', undefined],
    ['1n', undefined],
    ['0x10', undefined],
  ])('%j', (text, number) => {
    expect(parseInt64(text)).toBe(number);
  });
});
