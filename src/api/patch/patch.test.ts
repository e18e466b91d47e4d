import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { structSchema } from '../schema/lookup.ts';
import { applyJsonPatch } from './json-patch.ts';
import { equalJson, isObject, type JsonObject } from './json.ts';
import { applyMergePatch, createMergePatch, createThreeWayJsonMergePatch } from './merge-patch.ts';
import { patchSchemaOf } from './patch-schema.ts';
import { applyStrategicMergePatch } from './strategic-apply.ts';
import { createTwoWayMergePatch } from './strategic-diff.ts';
import { createThreeWayMergePatch } from './strategic-three-way.ts';

const deploymentSchema = patchSchemaOf(structSchema('Deployment'));
const podSchema = patchSchemaOf(structSchema('Pod'));

/** Freezes deeply, so that a patch function which edits its arguments throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) frozen(each);
    Object.freeze(value);
  }
  return value;
}

function applied(original: JsonObject, patch: JsonObject, schema = podSchema): unknown {
  const result = applyStrategicMergePatch(frozen(original), frozen(patch), schema);
  return result.ok ? result.value : result.error.message;
}

const pod = frozen({
  metadata: { name: 'web', labels: { app: 'web' }, finalizers: ['a/b', 'c/d'] },
  spec: {
    containers: [
      { name: 'web', image: 'nginx:1', ports: [{ containerPort: 80 }], args: ['-a'] },
      { name: 'log', image: 'fluent:1' },
    ],
    tolerations: [{ key: 'x', operator: 'Exists' }],
    volumes: [{ name: 'v', emptyDir: {} }],
  },
});

describe('strategic merge patch with the schemas of the API', () => {
  test('lists with a merge key merge, the others are replaced', () => {
    expect(
      applied(pod, {
        spec: { containers: [{ name: 'web', image: 'nginx:2', args: ['-b'] }], tolerations: [] },
      }),
    ).toEqual({
      ...pod,
      spec: {
        ...pod.spec,
        containers: [
          { name: 'web', image: 'nginx:2', ports: [{ containerPort: 80 }], args: ['-b'] },
          { name: 'log', image: 'fluent:1' },
        ],
        tolerations: [],
      },
    });
  });

  test.each([
    [
      '$patch: delete takes one element out',
      { spec: { containers: [{ name: 'log', $patch: 'delete' }] } },
      ['web'],
    ],
    [
      '$patch: replace leaves only the patch',
      { spec: { containers: [{ $patch: 'replace' }, { name: 'new', image: 'i' }] } },
      ['new'],
    ],
    [
      'additions come first, as upstream has it',
      { spec: { containers: [{ name: 'new', image: 'i' }] } },
      ['new', 'web', 'log'],
    ],
    [
      '$setElementOrder decides',
      { spec: { '$setElementOrder/containers': [{ name: 'log' }, { name: 'web' }] } },
      ['log', 'web'],
    ],
  ])('%s', (_, patch, names) => {
    const result = applied(pod, patch) as typeof pod;
    expect(result.spec.containers.map((container) => container.name)).toEqual(names);
  });

  test('$deleteFromPrimitiveList takes values out of a list of primitives', () => {
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } };
    expect(applied(pod, patch)).toMatchObject({ metadata: { finalizers: ['c/d'] } });
  });

  test('$retainKeys clears the fields of the old volume source', () => {
    const volume = { name: 'v', configMap: { name: 'c' }, $retainKeys: ['name', 'configMap'] };
    expect(applied(pod, { spec: { volumes: [volume] } })).toMatchObject({
      spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
    });
    const result = applied(pod, { spec: { volumes: [volume] } }) as typeof pod;
    expect(Object.keys(result.spec.volumes[0] ?? {})).toEqual(['name', 'configMap']);
  });

  test.each([
    [
      { spec: { containers: [{ image: 'x' }] } },
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [{ spec: { containers: ['x'] } }, /^list element types are not identical: /],
    [
      { spec: { containers: [{ name: 'web', $patch: 'bogus' }] } },
      'unknown patch type: bogus in map: map[$patch:bogus name:web]',
    ],
    [
      { spec: { '$setElementOrder/containers': 'x' } },
      'expected a []interface {}, but received a string',
    ],
    [{ metadata: { $retainKeys: 'x' } }, 'invalid patch format of retainKeys'],
  ])('refuses %j', (patch, message) => {
    if (message instanceof RegExp) expect(applied(pod, patch)).toMatch(message);
    else expect(applied(pod, patch)).toBe(message);
  });

  test('a patch that changes nothing gives the very same object', () => {
    const patch = {
      metadata: { labels: { app: 'web', gone: null } },
      spec: { containers: [{ name: 'web', image: 'nginx:1' }], nodeName: null },
    };
    const result = applyStrategicMergePatch(pod, patch, podSchema);
    expect(result.ok && result.value === pod).toBe(true);
  });

  test('null deletes, and is not kept in what is added', () => {
    expect(
      applied({ a: 1, b: 2 } as JsonObject, { a: null, metadata: { labels: { x: null, y: 'z' } } }),
    ).toEqual({
      b: 2,
      metadata: { labels: { y: 'z' } },
    });
  });

  test('two-way: the patch of a changed image names the container and the order', () => {
    const next = {
      ...pod,
      spec: {
        ...pod.spec,
        containers: [{ ...pod.spec.containers[0], image: 'nginx:2' }, pod.spec.containers[1]],
      },
    };
    expect(createTwoWayMergePatch(pod, next, podSchema)).toEqual({
      ok: true,
      value: {
        spec: {
          '$setElementOrder/containers': [{ name: 'web' }, { name: 'log' }],
          containers: [{ name: 'web', image: 'nginx:2' }],
        },
      },
    });
  });

  test('three-way: what others added stays, what the user took out goes', () => {
    const before = {
      spec: { replicas: 2, paused: true },
      metadata: { labels: { a: '1', b: '2' } },
    };
    const after = { spec: { replicas: 3 }, metadata: { labels: { a: '1' } } };
    const live = {
      spec: { replicas: 2, paused: true, revisionHistoryLimit: 10 },
      metadata: { labels: { a: '1', b: '2', c: '3' } },
    };
    const patch = createThreeWayMergePatch(before, after, live, deploymentSchema, true);
    expect(patch).toEqual({
      ok: true,
      value: { spec: { paused: null, replicas: 3 }, metadata: { labels: { b: null } } },
    });
  });

  test('three-way: a change on both sides is a conflict unless overwriting', () => {
    const [before, after, live] = [2, 3, 4].map((replicas) => ({ spec: { replicas } }));
    const made = createThreeWayMergePatch(
      before ?? {},
      after ?? {},
      live ?? {},
      deploymentSchema,
      false,
    );
    expect(made).toMatchObject({ ok: false, error: { kind: 'conflict' } });
  });
});

describe('keys from users', () => {
  const hostile = JSON.parse(
    '{"metadata":{"labels":{"__proto__":"x","constructor":"y"}}}',
  ) as JsonObject;

  test('are own keys of the result and nothing else', () => {
    for (const result of [
      applied({}, hostile),
      applyMergePatch({}, hostile),
      applyMergePatch({ metadata: { labels: {} } }, hostile),
    ]) {
      const labels = ((result as JsonObject)['metadata'] as JsonObject)['labels'] as JsonObject;
      expect(Object.keys(labels).sort()).toEqual(['__proto__', 'constructor']);
      expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
    }
    const patched = applyJsonPatch({ a: {} }, [
      { op: 'add', path: '/a/__proto__', value: { evil: 1 } },
    ]);
    expect(patched.ok && JSON.stringify(patched.value)).toBe('{"a":{"__proto__":{"evil":1}}}');
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined();
  });

  test('are no fields of an object that has none of its own', () => {
    const text = '{"metadata":{"labels":{"__proto__":{"evil":1}}}}';
    for (const live of ['{}', '{"metadata":{"labels":{"app":"web"}}}']) {
      const result = applied(JSON.parse(live) as JsonObject, JSON.parse(text) as JsonObject);
      expect(JSON.stringify(result)).toContain('"__proto__":{"evil":1}');
    }
  });
});

describe('merge patch laws', () => {
  // Merge patches cannot say null or tell absent from null, so the laws are about values without null.
  const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b'), fc.boolean());
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  })).value;
  const object = json.filter(isObject);

  test('applying the difference gives the other object', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const patch = createMergePatch(frozen(a), frozen(b));
        expect(equalJson(applyMergePatch(a, frozen(patch)), b)).toBe(true);
      }),
    );
  });

  test('three-way from a common ancestor brings the live object to the wanted one', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const made = createThreeWayJsonMergePatch(frozen(a), frozen(b), a);
        if (made.ok) expect(equalJson(applyMergePatch(a, made.value), b)).toBe(true);
      }),
    );
  });

  test('a patch applied twice is a patch applied once', () => {
    fc.assert(
      fc.property(json, object, (a, patch) => {
        const once = applyMergePatch(frozen(a), frozen(patch));
        expect(equalJson(applyMergePatch(once, patch), once)).toBe(true);
      }),
    );
  });
});

describe('JSON patch', () => {
  const document = frozen({ list: [1, 2, 3], map: { a: 'x', 'b/c': 'y', 'd~e': 'z' } });
  const cases = [
    {
      operations: [{ op: 'move', from: '/list/0', path: '/list/-' }],
      want: { ...document, list: [2, 3, 1] },
    },
    { operations: [{ op: 'remove', path: '/list/-1' }], want: { ...document, list: [1, 2] } },
    {
      operations: [{ op: 'replace', path: '/map/b~1c', value: 1 }],
      want: { ...document, map: { ...document.map, 'b/c': 1 } },
    },
    { operations: [{ op: 'test', path: '/map/d~0e', value: 'z' }], want: document },
    { operations: [{ op: 'test', path: '/map/none', value: null }], want: document },
    { operations: [{ op: 'replace', path: '', value: {} }], want: {} },
    {
      operations: [{ op: 'remove', path: '/map/none' }],
      error:
        "error in remove for path: '/map/none': Unable to remove nonexistent key: none: missing value",
    },
    { operations: [{ op: 'jump', path: '/map' }], error: 'Unexpected kind: jump' },
    { operations: [{ path: '/map' }], error: 'Unexpected kind: unknown' },
    {
      operations: [{ op: 'add', path: '/list/x', value: 1 }],
      error: `error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    },
    {
      operations: [{ op: 'remove', path: '/map/a/b' }],
      error: 'remove operation does not apply: doc is missing path: "/map/a/b": missing value',
    },
    {
      operations: {},
      error: 'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    },
  ];
  test.each(cases)('$operations', ({ operations, want, error }) => {
    const result = applyJsonPatch(document, operations);
    if (error === undefined) expect(result).toEqual({ ok: true, value: want });
    else expect(result).toMatchObject({ ok: false, error: { message: error } });
  });
});
