import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zeroStruct } from '../decode/zero-values.ts';
import { structSchema } from '../schema/lookup.ts';
import { compareObjects, compareWithNothing } from './compare.ts';

const text = fc.constantFrom('', 'a', 'b');
const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'x/y'), text);

/** Objects of many shapes: fields left out, with their zero values, and in any order. */
function shuffled(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.shuffledSubarray(Object.keys(fields)))
    .map(([object, order]) => {
      const entries = order.flatMap((key) => (key in object ? [[key, object[key]] as const] : []));
      return Object.fromEntries(entries);
    });
}

const metadata = shuffled({
  name: text,
  namespace: text,
  labels,
  annotations: labels,
  generateName: text,
  uid: text,
  finalizers: fc.array(text, { maxLength: 2 }),
  ownerReferences: fc.array(shuffled({ uid: text, kind: text }), { maxLength: 2 }),
});

const event = shuffled({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('Event'),
  metadata,
  involvedObject: shuffled({ kind: text, name: text, fieldPath: text }),
  reason: text,
  source: shuffled({ component: text, host: text }),
  count: fc.constantFrom(0, 1),
  firstTimestamp: text,
  type: text,
});

const pod = shuffled({
  metadata,
  spec: shuffled({
    nodeName: text,
    containers: fc.array(
      shuffled({ name: text, image: text, resources: shuffled({ limits: labels }) }),
      { maxLength: 2 },
    ),
    volumes: fc.array(shuffled({ name: text }), { maxLength: 2 }),
  }),
  status: shuffled({ phase: text, podIPs: fc.array(shuffled({ ip: text }), { maxLength: 2 }) }),
});

describe('what a new object adds', () => {
  test.each([
    ['Event', event],
    ['Pod', pod],
  ] as const)('of a remembered shape is what is found field by field: %s', (name, objects) => {
    const schema = structSchema(name);
    fc.assert(
      fc.property(fc.array(objects, { minLength: 1, maxLength: 10 }), (all) => {
        for (const each of all) {
          const object = each as Readonly<Record<string, unknown>>;
          // A copy of the empty object is none that shapes are remembered of.
          const anew = compareObjects(structuredClone(zeroStruct(schema)), object, schema);
          const { changed, removed } = compareWithNothing(object, schema) ?? {};
          expect({ changed, removed }).toEqual({ changed: anew?.changed, removed: anew?.removed });
        }
      }),
      { numRuns: 300 },
    );
  });
});
