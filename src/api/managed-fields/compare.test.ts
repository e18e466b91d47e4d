import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zeroOf, zeroStruct } from '../decode/zero-values.ts';
import { equalJson, isList, isObject } from '../patch/json.ts';
import { structOf, structSchema, typeOfStruct } from '../schema/lookup.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { compareObjects, compareWithNothing } from './compare.ts';
import { eachPath, type Fields } from './fields.ts';
import { isOneValue } from './one-value.ts';
import { listElement } from './path-element.ts';
import { events, pods } from './testing.ts';

/** What differs, as paths, found the naive way: without anything that is shared or remembered. */
interface Paths {
  readonly changed: Set<string>;
  readonly removed: Set<string>;
}

type Part = readonly [element: string, value: unknown, type: TypeSchema, zero: unknown];

const unmanaged = new Set(
  ['apiVersion', 'kind'].concat(
    ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation'].map(
      (name) => `metadata/${name}`,
    ),
  ),
);

/** The parts of a value that has several owners; entries with the same element are one part. */
function partsOf(value: unknown, type: TypeSchema): Map<string, Part> | undefined {
  if (isOneValue(type)) return undefined;
  const parts: Part[] = [];
  if (type.kind === 'struct' && isObject(value)) {
    for (const field of structOf(type).fields.values()) {
      const zero = field.emitted ? zeroOf(field) : undefined;
      parts.push([field.element, value[field.name] ?? zero, field.type, zero]);
    }
  } else if (type.kind === 'map' && isObject(value)) {
    for (const [key, each] of Object.entries(value)) {
      parts.push([`f:${key}`, each, type.value, undefined]);
    }
  } else if (type.kind === 'list' && isList(value)) {
    for (const item of value) {
      const element = listElement(item, type);
      if (typeof element === 'string') parts.push([element, item, type.element, undefined]);
    }
  } else return undefined;
  return new Map(parts.filter((part) => part[1] !== undefined).map((part) => [part[0], part]));
}

function all(value: unknown, type: TypeSchema, path: string, into: Set<string>): void {
  into.add(path);
  for (const [element, part] of partsOf(value, type) ?? []) {
    // A zero value that nobody wrote is not part of what was added.
    if (part[1] === part[3] && !hasOwn(value, element)) continue;
    all(part[1], part[2], `${path}/${element}`, into);
  }
}

function hasOwn(value: unknown, element: string): boolean {
  return isObject(value) && Object.hasOwn(value, element.slice(2));
}

function compare(
  before: unknown,
  after: unknown,
  type: TypeSchema,
  path: string,
  into: Paths,
): void {
  if (unmanaged.has(path.replaceAll('f:', '').slice(1))) return;
  if (equalJson(before, after)) return;
  const was = before === undefined ? undefined : partsOf(before, type);
  const now = after === undefined ? undefined : partsOf(after, type);
  if (before === undefined) all(after, type, path, into.changed);
  else if (after === undefined) all(before, type, path, into.removed);
  else if (was === undefined || now === undefined) into.changed.add(path);
  else {
    for (const element of new Set([...was.keys(), ...now.keys()])) {
      const some = was.get(element) ?? now.get(element);
      if (some === undefined) continue;
      const [, , type, zero] = some;
      const left = was.get(element)?.[1] ?? zero;
      const right = now.get(element)?.[1] ?? zero;
      compare(left, right, type, `${path}/${element}`, into);
    }
  }
}

/** Whether an object has an entry twice somewhere: how these count is told by the tests of `track.ts`. */
function hasTwins(value: unknown, type: TypeSchema): boolean {
  const parts = partsOf(value, type);
  if (parts === undefined) return false;
  if (isList(value) && value.length > parts.size) return true;
  return [...parts.values()].some((part) => hasTwins(part[1], part[2]));
}

function pathsOf(fields: Fields | undefined): ReadonlySet<string> {
  const paths = new Set<string>();
  if (fields !== undefined) eachPath(fields, (path) => paths.add(`/${path.join('/')}`));
  return paths;
}

describe('what a write changed', () => {
  test.each([
    ['Event', events],
    ['Pod', pods],
  ] as const)(
    'is what is found field by field, however often it was found before: %s',
    (name, objects) => {
      const schema = structSchema(name);
      const type = typeOfStruct(schema);
      const plain = objects.filter((each) => !hasTwins(each, type));
      fc.assert(
        fc.property(fc.array(plain, { minLength: 2, maxLength: 6 }), (all) => {
          let before: object = zeroStruct(schema);
          for (const after of all) {
            const anew: Paths = { changed: new Set(), removed: new Set() };
            compare(before, after, type, '', anew);
            const found = compareObjects(before, after, schema);
            expect(pathsOf(found?.changed)).toEqual(anew.changed);
            expect(pathsOf(found?.removed)).toEqual(anew.removed);
            before = after;
          }
        }),
        { numRuns: 300 },
      );
    },
  );

  test.each([
    ['Event', events],
    ['Pod', pods],
  ] as const)('is of a new object what a copy of the empty one says: %s', (name, objects) => {
    const schema = structSchema(name);
    fc.assert(
      fc.property(objects, (object) => {
        const found = compareWithNothing(object, schema);
        const anew = compareObjects(structuredClone(zeroStruct(schema)), object, schema);
        expect(found?.changed).toEqual(anew?.changed);
        expect(found?.removed).toEqual(anew?.removed);
      }),
      { numRuns: 300 },
    );
  });
});
