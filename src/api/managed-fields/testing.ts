import fc from 'fast-check';

/** Objects of many shapes for the laws of field management. */

const text = fc.constantFrom('', 'a', 'b');
const keys = fc.constantFrom('app', 'tier', 'x/y', 'constructor');
const labels = fc.dictionary(keys, text);
/** Some come again and again, some are seen once only. */
const address = fc.oneof(
  fc.constantFrom('10.0.0.1', '10.0.0.2'),
  fc.integer({ min: 0, max: 1_000_000 }).map((n) => `10.1.${n}.1`),
);

/** Fields left out, with their zero values, and in any order. */
function shuffled(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.shuffledSubarray(Object.keys(fields)))
    .map(([object, order]) => {
      const entries = order.flatMap((key) => (key in object ? [[key, object[key]] as const] : []));
      return Object.fromEntries(entries);
    });
}

/** Now and then with an entry twice, as no list of its kind should have it. */
function listOf(entry: fc.Arbitrary<object>): fc.Arbitrary<readonly object[]> {
  return fc.array(entry, { maxLength: 3 });
}

const metadata = shuffled({
  name: text,
  namespace: text,
  labels,
  annotations: labels,
  generateName: text,
  uid: text,
  finalizers: fc.array(text, { maxLength: 2 }),
  ownerReferences: listOf(shuffled({ uid: text, kind: text })),
});

export const events = shuffled({
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

const port = shuffled({
  containerPort: fc.constantFrom(80, 443),
  protocol: fc.constantFrom('TCP', 'UDP'),
  hostIP: address,
});

export const pods = shuffled({
  metadata,
  spec: shuffled({
    nodeName: text,
    containers: listOf(
      shuffled({
        name: fc.oneof(text, address),
        image: text,
        ports: listOf(port),
        resources: shuffled({ limits: labels }),
      }),
    ),
    volumes: listOf(shuffled({ name: text, hostPath: fc.record({ path: text }) })),
  }),
  status: shuffled({
    phase: text,
    conditions: listOf(shuffled({ type: text, status: text, reason: text })),
    podIP: address,
    podIPs: listOf(fc.record({ ip: address })),
    hostIPs: listOf(fc.record({ ip: address })),
    containerStatuses: listOf(shuffled({ name: text, restartCount: fc.constantFrom(0, 1) })),
  }),
});
