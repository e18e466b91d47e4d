import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from './key-order.ts';
import { parseManifest } from './parse.ts';
import { stringifyYaml } from './stringify.ts';

const words = 'word '.repeat(20).trim();

// Each line was compared with what `kubectl label --local -o yaml` of v1.35.2 prints for the same value.
const scalars: readonly (readonly [unknown, string])[] = [
  ['', '""'],
  [' ', "' '"],
  ['a', 'a'],
  ['yes', '"yes"'],
  ['n', '"n"'],
  ['Off', '"Off"'],
  ['null', '"null"'],
  ['~', '"~"'],
  ['010', '"010"'],
  ['0x1f', '"0x1f"'],
  ['1e3', '"1e3"'],
  ['.5', '".5"'],
  ['<<', '<<'],
  ['1:30', '"1:30"'],
  ['8080:80', '8080:80'],
  ['2024-01-01T00:00:00Z', '"2024-01-01T00:00:00Z"'],
  ['2024-13-01', '2024-13-01'],
  ['a: b', "'a: b'"],
  ['a:b', 'a:b'],
  ['a #b', "'a #b'"],
  ['#a', "'#a'"],
  ['- a', "'- a'"],
  ['-a', '-a'],
  ['[a', "'[a'"],
  ["'a'", "'''a'''"],
  ['"a"', `'"a"'`],
  ["it's", "it's"],
  ['a\tb', '"a\\tb"'],
  ['é日本', 'é日本'],
  ['😀', '"\\U0001F600"'],
  ['---', "'---'"],
  ['a\\b', 'a\\b'],
  ['a\r\nb', '"a\\r\\nb"'],
  ['%', "'%'"],
  ['100m', '100m'],
  [true, 'true'],
  [null, 'null'],
  [1.5, '1.5'],
  [1e21, '1e+21'],
  [1e-7, '1e-07'],
  [123456789012, '123456789012'],
  [-0.5, '-0.5'],
];

describe('stringifyYaml writes as kubectl does', () => {
  test.each(scalars)('%j', (value, want) => {
    expect(stringifyYaml({ k: value })).toBe(`k: ${want}\n`);
  });

  test('literal blocks, with hints where the reader would guess wrong', () => {
    expect(stringifyYaml({ a: 'x\ny', b: 'x\n', c: 'x\n\n', d: ' x\ny', e: '\nx' })).toBe(
      'a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\nd: |2-\n   x\n  y\ne: |2-\n\n  x\n',
    );
  });

  test('text beyond eighty columns is folded at its spaces', () => {
    const first = `${'word '.repeat(15)}word`;
    expect(stringifyYaml({ message: words })).toBe(
      `message: ${first.slice(0, 74)}\n  ${words.slice(75)}\n`,
    );
  });

  test('lists stand below their key without indentation, maps in them after the dash', () => {
    const value = { a: [1, [2, [3]], { c: [], b: { d: {} } }, []], e: [] };
    expect(stringifyYaml(value)).toBe(
      'a:\n- 1\n- - 2\n  - - 3\n- b:\n    d: {}\n  c: []\n- []\ne: []\n',
    );
  });

  test('fields that are undefined are left out', () => {
    expect(stringifyYaml({ a: undefined, b: { c: undefined }, d: 1 })).toBe('b: {}\nd: 1\n');
  });
});

describe('compareKeys is the order of Go', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['B', 'a'],
    ['_', 'a'],
    ['a-b', 'a.b'],
    ['a.b', 'a_b'],
    ['a2', 'a10'],
    ['a1', 'a01'],
    ['a01', 'a001'],
    ['a1.2', 'a1.10'],
    ['a0', 'a00b'],
    ['1001', '1010'],
    ['v1', 'v1beta1'],
    ['app', 'app.kubernetes.io/name'],
  ];
  test.each(pairs)('%s before %s', (first, second) => {
    expect(compareKeys(first, second)).toBeLessThan(0);
    expect(compareKeys(second, first)).toBeGreaterThan(0);
  });
});

describe('what was written reads back', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(...' \n\t:#-?[]{}&*!|>\'"%@`,0123456789eE.xyn~<=\\é😀\u0085\r'),
    }),
    fc.constantFrom('yes', 'no', '~', '0o7', '1_0', '<<', '2024-01-01', '--- a', '...', words),
  );
  const key = text.filter((each) => each !== '__proto__');
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;

  test('parse ∘ stringify = identity', () => {
    fc.assert(
      fc.property(json, (value) => {
        const document = parseManifest(stringifyYaml({ value })).documents[0];
        expect(document?.value).toEqual({ value });
      }),
      { numRuns: 1500 },
    );
  });
});
