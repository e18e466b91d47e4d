import { expect, test } from 'vitest';
import { semanticEqual } from './semantic-equal.ts';

const equal: readonly (readonly [unknown, unknown])[] = [
  [undefined, null],
  [{}, undefined],
  [[], undefined],
  [{ a: 1, b: undefined }, { a: 1 }],
  [{ a: [] }, { a: null }],
  [{ a: { b: {} } }, { a: { b: undefined } }],
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
];
const different: readonly (readonly [unknown, unknown])[] = [
  [0, undefined],
  ['', undefined],
  [false, undefined],
  [
    [1, 2],
    [2, 1],
  ],
  [{ a: 1 }, { a: '1' }],
  [{ a: {} }, { a: [1] }],
  [{ a: { b: [] } }, { a: { b: [0] } }],
  [{ a: 1 }, {}],
  [{ __proto__: null, toString: 1 }, {}],
];

test.each(equal)('%j equals %j', (a, b) => {
  expect(semanticEqual(a, b)).toBe(true);
  expect(semanticEqual(b, a)).toBe(true);
});

test.each(different)('%j differs from %j', (a, b) => {
  expect(semanticEqual(a, b)).toBe(false);
  expect(semanticEqual(b, a)).toBe(false);
});
