import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { goSorted } from './go-sort.ts';
import { sortedBy } from './sorter.ts';

const sorted = (items: readonly unknown[], path: string): readonly unknown[] =>
  sortedBy(items, path, (each) => each);

describe('--sort-by', () => {
  test.each<[string, readonly unknown[], readonly unknown[]]>([
    ['numbers', [10, 9, 2], [2, 9, 10]],
    ['texts with numbers in them', ['a10', 'a9', 'a'], ['a', 'a10', 'a9']],
    ['quantities', ['1Gi', '500Mi', '2k'], ['2k', '500Mi', '1Gi']],
    [
      'times',
      ['2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z'],
      ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ],
    ['null is before all', ['b', null, 'a'], [null, 'a', 'b']],
  ])('%s', (_name, values, expected) => {
    const items = values.map((v) => ({ v }));
    expect(sorted(items, '.v').map((each) => (each as { v: unknown }).v)).toEqual(expected);
  });

  test('braces may be there or not, and a path that leads nowhere is refused', () => {
    expect(sorted([{ v: 2 }, { v: 1 }], '{.v}')).toEqual([{ v: 1 }, { v: 2 }]);
    expect(() => sorted([{ v: 1 }], '.nope')).toThrow(
      `couldn't find any field with path "{.nope}" in the list of objects`,
    );
  });

  test.each([
    ['lists', [[1], [2]], 'unsortable type: []interface {}'],
    ['truth values', [true, false], 'unsortable type: bool'],
    ['texts and numbers', ['a', 1], 'unsortable interface: interface'],
  ])('%s have no order', (_what, values, why) => {
    expect(() =>
      sorted(
        values.map((v) => ({ v })),
        '.v',
      ),
    ).toThrow(why);
  });

  test('items without the value come first', () => {
    expect(sorted([{ v: 1 }, { x: 1 }], '.v')).toEqual([{ x: 1 }, { v: 1 }]);
  });
});

describe('sort.Sort', () => {
  test('puts every list in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 }), (list) => {
        expect(goSorted(list, (a, b) => a < b)).toEqual([...list].sort((a, b) => a - b));
      }),
    );
  });

  test('up to twelve elements keep their order where they are equal', () => {
    const items = Array.from({ length: 12 }, (_, at) => ({ key: at % 3, at }));
    const stable = [...items].sort((a, b) => a.key - b.key);
    expect(goSorted(items, (a, b) => a.key < b.key)).toEqual(stable);
  });

  test('events of the same second come as kubectl 1.35 printed them', () => {
    const seconds =
      '28 28 28 28 28 29 29 28 28 28 28 28 29 29 28 28 28 28 28 29 29 30 30 33 33 33 30 30 33 33 33 29 29 29 27 27 29 30';
    const printed =
      '34 35 18 3 4 1 2 7 8 9 10 11 0 17 14 15 16 20 19 12 36 5 6 33 32 31 13 22 27 26 21 37 25 29 28 24 23 30';
    const items = seconds.split(' ').map((second, at) => ({ second: Number(second), at }));
    const sorted = goSorted(items, (a, b) => a.second < b.second);
    expect(sorted.map(({ at }) => at).join(' ')).toBe(printed);
  });

  test('a long list in order, and one in reverse', () => {
    const up = Array.from({ length: 200 }, (_, at) => at);
    expect(goSorted(up, (a, b) => a < b)).toEqual(up);
    expect(goSorted([...up].reverse(), (a, b) => a < b)).toEqual(up);
  });
});
