import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../kernel/process.ts';
import { createApiClient } from './api-client.ts';
import {
  createInformer,
  indexed,
  informersStep,
  type Informer,
  type InformerChange,
  type InformerSpec,
} from './informer.ts';
import { keyOf, type KubeObject } from './kube-object.ts';

const spec: InformerSpec = {
  name: 'things',
  path: '/api/v1/things',
  indexes: {
    colour: ({ metadata }) => metadata.labels?.['colour'] ?? [],
    tags: ({ metadata }) => metadata.labels?.['tags']?.split(',') ?? [],
  },
  refiledBy: (old, next) =>
    old.metadata.labels === next.metadata.labels ? [] : ['colour', 'tags'],
};
const others: readonly InformerSpec[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
  name,
  path: `/api/v1/${name}`,
}));

const labels = [
  undefined,
  { colour: 'red' },
  { colour: 'blue', tags: 'x' },
  { colour: 'blue', tags: 'x,y' },
  { tags: 'y,z' },
];

const operation = fc.record({
  name: fc.constantFrom('one', 'two', 'three'),
  namespace: fc.constantFrom(undefined, 'here', 'there'),
  labels: fc.constantFrom(...labels),
  isGone: fc.boolean(),
});

function thing({ name, namespace, labels: own }: { [key: string]: unknown }): KubeObject {
  return { metadata: { name, namespace, labels: own } as KubeObject['metadata'] };
}

/** Value → keys, from scratch. */
function filedFromScratch(informer: Informer, index: string): ReadonlyMap<string, Set<string>> {
  const filed = new Map<string, Set<string>>();
  for (const [key, object] of informer.items) {
    const values = spec.indexes?.[index]?.(object) ?? [];
    for (const value of typeof values === 'string' ? [values] : values)
      filed.set(value, (filed.get(value) ?? new Set()).add(key));
  }
  return filed;
}

const client = createApiClient<never>({ server: '', user: '', userAgent: '', qps: 0, burst: 0 });
// Nothing is sent while a watch goes on.
const env = { now: 0, resumeCause() {} } as unknown as Env<never>;

describe('the copy of a resource', () => {
  test.each([
    ['few', [spec]],
    ['many', [...others, spec]],
  ])('is what was told, and filed as from scratch; one of %s', (_what, specs) => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const informers = new Map(specs.map((each) => [each.name, createInformer(each)]));
        const informer = informers.get('things') as Informer;
        informer.streamId = 7;
        const told = new Map<string, KubeObject>();
        const heard: InformerChange[] = [];
        const hearing = { onChange: (change: InformerChange) => heard.push(change) };
        for (const each of operations) {
          const object = thing(each);
          const type = each.isGone ? 'DELETED' : 'ADDED';
          const message = { type: 'api/watch', id: 7, events: [{ type, object }] };
          const before = told.get(keyOf(object));
          expect(informersStep(specs, informers, client, message, env, hearing)).toBe(true);
          if (each.isGone) told.delete(keyOf(object));
          else told.set(keyOf(object), object);
          const isNews = before !== undefined || !each.isGone;
          expect(heard.splice(0).map(({ key }) => key)).toEqual(isNews ? [keyOf(object)] : []);
        }
        expect(informer.items).toEqual(told);
        for (const index of ['colour', 'tags']) {
          const fresh = filedFromScratch(informer, index);
          expect(informer.indexes.get(index)).toEqual(fresh);
          for (const [value, keys] of fresh) {
            const filed = indexed(informer, index, value);
            expect(new Set(filed.keys())).toEqual(keys);
            expect(new Map(filed)).toEqual(
              new Map([...filed.keys()].map((key) => [key, told.get(key)])),
            );
            expect(filed.values()).toEqual([...filed].map(([, object]) => object));
          }
        }
        const stranger = { type: 'api/watch', id: 8, events: [] };
        expect(informersStep(specs, informers, client, stranger, env, hearing)).toBe(false);
      }),
    );
  });
});

describe('keys', () => {
  test('are namespace and name', () => {
    const word = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word)), (names) => {
        for (const [namespace, name] of names)
          expect(keyOf({ metadata: { namespace, name } })).toBe(`${namespace}/${name}`);
      }),
    );
  });

  test('of objects without a namespace are their names', () => {
    expect(keyOf({ metadata: { name: 'node-1' } })).toBe('node-1');
    expect(keyOf({ metadata: { namespace: '', name: 'node-1' } })).toBe('node-1');
  });
});
