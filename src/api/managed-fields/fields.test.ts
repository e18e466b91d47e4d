import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  difference,
  eachPath,
  type Fields,
  type FieldsDraft,
  fieldsOf,
  intersection,
  isFields,
  leaf,
  recursiveDifference,
  union,
} from './fields.ts';
import { internFields } from './interned.ts';

/** A set as its paths, the naive way. */
type Paths = ReadonlySet<string>;

function pathsOf(fields: Fields): Paths {
  const paths = new Set<string>();
  eachPath(fields, (path) => paths.add(path.join('/')));
  return paths;
}

function fromPaths(paths: Iterable<string>): Fields {
  const root: FieldsDraft = {};
  for (const path of paths) {
    let node: FieldsDraft = root;
    for (const element of path.split('/')) {
      const below = (node[element] ?? {}) as FieldsDraft;
      node[element] = below;
      node = below;
    }
    node['.'] = {};
  }
  return internFields(normal(root));
}

function normal(node: Fields): Fields {
  return fieldsOf(
    Object.fromEntries(
      Object.entries(node).map(([key, below]) => [key, key === '.' ? leaf : normal(below)]),
    ),
  );
}

const path = fc
  .array(fc.constantFrom('f:a', 'f:b', 'k:{"n":1}'), { minLength: 1, maxLength: 3 })
  .map((each) => each.join('/'));
const paths = fc.uniqueArray(path, { maxLength: 8 });

describe('field sets are sets of paths', () => {
  test('there and back', () => {
    fc.assert(
      fc.property(paths, (a) => {
        expect(pathsOf(fromPaths(a))).toEqual(new Set(a));
      }),
    );
  });

  test('union, difference, intersection', () => {
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        const [x, y] = [fromPaths(a), fromPaths(b)];
        const [p, q] = [new Set(a), new Set(b)];
        expect(pathsOf(union(x, y))).toEqual(new Set([...p, ...q]));
        expect(pathsOf(difference(x, y))).toEqual(new Set(a.filter((each) => !q.has(each))));
        expect(pathsOf(intersection(x, y))).toEqual(new Set(a.filter((each) => q.has(each))));
        expect(pathsOf(recursiveDifference(x, y))).toEqual(
          new Set(
            a.filter((each) => !b.some((other) => each === other || each.startsWith(`${other}/`))),
          ),
        );
      }),
    );
  });

  test('what changes nothing gives the very same set, and equal sets are one object', () => {
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        // An element that is seen for the first time is not shared yet.
        internFields(union(fromPaths(a), fromPaths(b)));
        const both = internFields(union(fromPaths(a), fromPaths(b)));
        expect(union(both, fromPaths(b))).toBe(both);
        expect(difference(fromPaths(a), leaf)).toBe(fromPaths(a));
        expect(both).toBe(fromPaths([...b, ...a]));
      }),
    );
  });

  test.each([
    [{}, true],
    [{ 'f:a': { '.': {}, 'k:{"x":1}': {} } }, true],
    [{ a: {} }, false],
    [{ 'f:a': 1 }, false],
    [[], false],
    [null, false],
  ])('%j may be a set: %s', (value, expected) => expect(isFields(value)).toBe(expected));
});
