import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { difference, type Fields, isEmptySet, union } from './fields.ts';
import { internFields } from './interned.ts';
import { internedDifference, internedUnion } from './set-memo.ts';

/** Sets with elements of lists that come again and again, and some that are seen once only. */
const { fields } = fc.letrec<{ fields: Fields; node: Fields }>((tie) => {
  const novel = fc.integer({ min: 0, max: 1_000_000 }).map((n) => `k:{"ip":"${n}"}`);
  const listed = fc.oneof(fc.constantFrom('k:{"ip":"a"}', 'k:{"ip":"b"}'), novel);
  const named = fc.constantFrom('f:a', 'f:b', 'f:c', 'f:d');
  const children = (keys: fc.Arbitrary<string>) =>
    fc.dictionary(keys, tie('node'), { maxKeys: 4, noNullPrototype: true });
  const member = fc.boolean();
  return {
    fields: children(named),
    node: fc
      .tuple(fc.oneof({ maxDepth: 3 }, fc.constant({}), children(named), children(listed)), member)
      .map(([inner, isMember]) =>
        // A node in its proper form has no `.` alone.
        isMember && Object.keys(inner).length > 0 ? { '.': {}, ...inner } : inner,
      ),
  };
});

function isInOrder(set: Fields): boolean {
  const keys = Object.keys(set);
  return (
    keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key) &&
    Object.values(set).every(isInOrder)
  );
}

/** Compares without prototypes: nodes of lists have none. */
const plain = (set: Fields): unknown => JSON.parse(JSON.stringify(set));

describe('sets that are shared', () => {
  test('what two of them make is what the sets make, in the order of elements', () => {
    fc.assert(
      fc.property(fields, fields, fields, (x, y, z) => {
        const [a, b, c] = [internFields(x), internFields(y), internFields(z)];
        const both = internedUnion(internedUnion(a, b), c);
        expect(plain(both)).toEqual(plain(union(union(x, y), z)));
        const rest = internedDifference(both, b);
        expect(plain(rest)).toEqual(plain(difference(union(union(x, y), z), y)));
        expect(isInOrder(both) && isInOrder(rest)).toBe(true);
        // Once more, from memory.
        expect(internedDifference(both, b)).toBe(rest);
        expect(isEmptySet(internedDifference(a, a))).toBe(isEmptySet(difference(x, x)));
      }),
      { numRuns: 500 },
    );
  });
});
