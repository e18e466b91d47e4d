import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment, KubernetesObject, ManagedFieldsEntry } from '../generated/types.ts';
import { equalJson, type JsonObject } from '../patch/json.ts';
import { structSchema } from '../schema/lookup.ts';
import { applyConfiguration, type ApplyRequest } from './apply.ts';
import { trackCreate, trackUpdate } from './track.ts';

const schema = structSchema('Deployment');
const head = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;

function request(manager: string, options: Partial<ApplyRequest> = {}): ApplyRequest {
  return {
    ...head,
    manager,
    subresource: '',
    now: '2026-01-01T00:00:00Z',
    force: false,
    ...options,
  };
}

/** A configuration of a Deployment: what is given is below its spec. */
function configuration(spec: object, metadata: object = {}): JsonObject {
  return { ...head, metadata: { name: 'web', namespace: 'default', ...metadata }, spec };
}

function podSpec(spec: object): object {
  return { template: { spec } };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
}

function applied(
  live: KubernetesObject | undefined,
  config: JsonObject,
  manager: string,
  options: Partial<ApplyRequest> = {},
): Deployment {
  const result = applyConfiguration(live, frozen(config), schema, request(manager, options));
  if (!result.ok) throw new Error(result.error.message);
  return frozen(result.value.object) as Deployment;
}

function refused(
  live: KubernetesObject | undefined,
  config: unknown,
  manager: string,
  options: Partial<ApplyRequest> = {},
) {
  const result = applyConfiguration(live, config, schema, request(manager, options));
  if (result.ok) throw new Error('was applied');
  return result.error;
}

function updated(live: Deployment, next: Deployment, manager: string): Deployment {
  return frozen(trackUpdate(live, next, schema, request(manager, { now: '2026-01-01T00:00:01Z' })));
}

function managersOf(object: KubernetesObject): readonly string[] {
  return (object.metadata.managedFields ?? []).map(
    (entry) => `${entry.manager} ${entry.operation}`,
  );
}

function fieldsOf(object: KubernetesObject, manager: string): ManagedFieldsEntry['fieldsV1'] {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}

describe('owning', () => {
  test('the applier owns the leaves of its configuration', () => {
    const object = applied(
      undefined,
      configuration(
        { replicas: 2, ...podSpec({ containers: [{ name: 'a', image: 'x', args: ['1'] }] }) },
        { labels: { l: 'v' } },
      ),
      'me',
    );
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:l': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:image': {}, 'f:args': {} },
                },
              },
            },
          },
        },
      },
    ]);
  });

  test('equal values are owned together, and stay until the last owner drops them', () => {
    const config = configuration({ replicas: 2 });
    const both = applied(applied(undefined, config, 'a'), config, 'b');
    expect(managersOf(both)).toEqual(['b Apply', 'a Apply']);
    const one = applied(both, configuration({}), 'a');
    expect(one.spec.replicas).toBe(2);
    expect(applied(one, configuration({}), 'b').spec.replicas).toBeUndefined();
  });

  test('an object without managers belongs to before-first-apply', () => {
    const live = { ...configuration({ replicas: 1, paused: true }) } as unknown as Deployment;
    const conflict = refused(live, configuration({ replicas: 2 }), 'me');
    expect(conflict.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using apps/v1: .spec.replicas',
    );
    expect(managersOf(applied(live, configuration({ replicas: 1 }), 'me'))).toContain(
      'before-first-apply Update',
    );
  });

  test('what changes nothing keeps the time', () => {
    const config = configuration({ replicas: 2 });
    const first = applied(undefined, config, 'a');
    const result = applyConfiguration(
      first,
      config,
      schema,
      request('a', { now: '2026-01-01T00:09:00Z' }),
    );
    expect(result).toMatchObject({ ok: true, value: { changed: false } });
    expect(result.ok && result.value.object.metadata.managedFields).toEqual(
      first.metadata.managedFields,
    );
  });

  test('a status sent to the object itself is not owned', () => {
    const object = applied(
      undefined,
      { ...configuration({ replicas: 1 }), status: { replicas: 1 } },
      'me',
    );
    expect(fieldsOf(object, 'me')).toEqual({ 'f:spec': { 'f:replicas': {} } });
  });
});

describe('conflicts', () => {
  const live = applied(undefined, configuration({ replicas: 1, paused: true }), 'a');

  test('one, in upstream’s words', () => {
    const error = refused(live, configuration({ replicas: 2 }), 'b');
    expect(error).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "a": .spec.replicas',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec.replicas' },
        ],
      },
    });
  });

  test('several, grouped by manager', () => {
    const scaled = updated(live, { ...live, spec: { ...live.spec, replicas: 3 } }, 'kubectl-scale');
    const error = refused(scaled, configuration({ replicas: 2, paused: false }), 'b');
    expect(error.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.paused\nconflicts with "kubectl-scale" using apps/v1:\n- .spec.replicas',
    );
  });

  test('list entries are named by their keys', () => {
    const config = (image: string): JsonObject =>
      configuration(podSpec({ containers: [{ name: 'c', image }] }));
    const error = refused(applied(undefined, config('1'), 'a'), config('2'), 'b');
    expect(error.message).toBe(
      'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"].image',
    );
  });

  test('force takes over', () => {
    const taken = applied(live, configuration({ replicas: 2 }), 'b', { force: true });
    expect(taken.spec.replicas).toBe(2);
    expect(fieldsOf(taken, 'a')).toEqual({ 'f:spec': { 'f:paused': {} } });
  });

  test('kubectl may change what its client-side apply has set', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const annotations = { [annotation]: JSON.stringify(configuration({ replicas: 1 })) };
    const object = configuration(
      { replicas: 1, ...podSpec({ containers: [] }) },
      { annotations },
    ) as unknown as Deployment;
    const created = trackCreate(object, schema, request('kubectl-client-side-apply'));
    const next = applied(created, configuration({ replicas: 2 }), 'kubectl');
    expect(next.spec.replicas).toBe(2);
    expect(JSON.parse(next.metadata.annotations?.[annotation] ?? '')).toEqual(
      configuration({ replicas: 2 }),
    );
    expect(refused(created, configuration({ replicas: 2 }), 'me').code).toBe(409);
  });
});

describe('merging and removing', () => {
  test('what an applier drops is removed: fields, list entries, whole structs', () => {
    const first = applied(
      undefined,
      configuration({
        replicas: 2,
        strategy: { rollingUpdate: { maxSurge: 1 } },
        ...podSpec({
          containers: [
            { name: 'a', image: 'x' },
            { name: 'b', image: 'y' },
          ],
        }),
      }),
      'me',
    );
    const second = applied(
      first,
      configuration(podSpec({ containers: [{ name: 'b', image: 'y' }] })),
      'me',
    );
    expect(second.spec.replicas).toBeUndefined();
    expect(second.spec.strategy).toEqual({});
    expect(second.spec.template.spec.containers).toEqual([
      { name: 'b', image: 'y', resources: {} },
    ]);
  });

  test('a struct stays while another manager has a field in it; a list entry goes with its applier', () => {
    const first = applied(
      undefined,
      configuration({
        strategy: { rollingUpdate: { maxSurge: 1 } },
        ...podSpec({ containers: [{ name: 'a', image: 'x' }] }),
      }),
      'me',
    );
    const containers = first.spec.template.spec.containers.map((each) => ({ ...each, tty: true }));
    const template = { ...first.spec.template, spec: { ...first.spec.template.spec, containers } };
    const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 2 } };
    const second = updated(
      first,
      { ...first, spec: { ...first.spec, template, strategy } },
      'other',
    );
    const third = applied(second, configuration({}), 'me');
    expect(third.spec.strategy).toEqual({ rollingUpdate: { maxUnavailable: 2 } });
    expect(third.spec.template.spec.containers).toEqual([]);
  });

  test('lists keep the configuration’s order, and others their place', () => {
    const names = (object: Deployment): readonly string[] =>
      object.spec.template.spec.containers.map(({ name }) => name);
    const config = (...each: string[]): JsonObject =>
      configuration(podSpec({ containers: each.map((name) => ({ name })) }));
    const first = applied(undefined, config('a', 'b', 'c'), 'a');
    const second = applied(first, config('c', 'x'), 'b');
    expect(names(second)).toEqual(['a', 'b', 'c', 'x']);
    expect(names(applied(second, config('c', 'b', 'a'), 'a'))).toEqual(['c', 'x', 'b', 'a']);
  });

  test('atomic lists are replaced, sets joined', () => {
    const first = applied(
      undefined,
      configuration(podSpec({ tolerations: [{ key: 'a' }] }), { finalizers: ['a/a'] }),
      'a',
    );
    const second = applied(
      first,
      configuration(podSpec({ tolerations: [{ key: 'b' }] }), { finalizers: ['b/b'] }),
      'b',
      { force: true },
    );
    expect(second.spec.template.spec.tolerations).toEqual([{ key: 'b' }]);
    expect(second.metadata.finalizers).toEqual(['a/a', 'b/b']);
  });

  test('values are stored canonically, and null takes a leaf away', () => {
    const first = applied(
      undefined,
      configuration({
        replicas: 1,
        ...podSpec({ containers: [{ name: 'a', resources: { limits: { cpu: '1000m' } } }] }),
      }),
      'a',
    );
    expect(first.spec.template.spec.containers[0]?.resources?.limits).toEqual({ cpu: '1' });
    expect(applied(first, configuration({ replicas: null }), 'a').spec.replicas).toBeUndefined();
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [JsonObject, string])[] = [
    [configuration({ foo: 1 }), '.spec.foo: field not declared in schema'],
    [
      configuration({ replicas: '1' }),
      '.spec.replicas: expected numeric (int or float), got string',
    ],
    [configuration({ paused: 'yes' }), '.spec.paused: expected boolean, got &{yes}'],
    [
      configuration(podSpec({ containers: [{ name: 'a', image: 1 }] })),
      '.spec.template.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [
      configuration(podSpec({ containers: [{ name: 'a' }, { name: 'a' }] })),
      '.spec.template.spec.containers: duplicate entries for key [name="a"]',
    ],
    [
      configuration(podSpec({ containers: [{ image: 'a' }] })),
      '.spec.template.spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [
      configuration(podSpec({ containers: {} })),
      '.spec.template.spec.containers: expected list, got &{map[]}',
    ],
  ];
  test.each(cases)('%j', (config, problem) => {
    expect(refused(undefined, config, 'me')).toMatchObject({
      code: 500,
      message: `failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ${problem}`,
    });
  });

  test('another kind, managedFields in the configuration', () => {
    expect(refused(undefined, { apiVersion: 'v1', kind: 'Pod' }, 'me').message).toBe(
      'invalid object type: /v1, Kind=Pod',
    );
    expect(refused(undefined, configuration({}, { managedFields: [] }), 'me').message).toBe(
      'metadata.managedFields must be nil',
    );
  });
});

describe('laws', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const container = fc.record(
    { name, image: fc.constantFrom('1', '2'), tty: fc.boolean() },
    { requiredKeys: ['name'] },
  );
  const config = fc
    .record(
      {
        replicas: fc.integer({ min: 0, max: 2 }),
        paused: fc.boolean(),
        containers: fc.uniqueArray(container, { selector: (each) => each.name, maxLength: 3 }),
        labels: fc.dictionary(name, name, { maxKeys: 3, noNullPrototype: true }),
      },
      { requiredKeys: [] },
    )
    .map(({ containers, labels, ...spec }) =>
      configuration(
        { ...spec, ...(containers === undefined ? {} : podSpec({ containers })) },
        labels === undefined ? {} : { labels },
      ),
    );
  const sorted = (object: Deployment): unknown => ({
    ...object,
    metadata: { ...object.metadata, managedFields: undefined },
    spec: {
      ...object.spec,
      template: {
        ...object.spec.template,
        spec: {
          ...object.spec.template.spec,
          containers: object.spec.template.spec.containers.toSorted((a, b) =>
            a.name < b.name ? -1 : 1,
          ),
        },
      },
    },
  });

  test('the last configuration decides, whatever was applied before by the same manager', () => {
    fc.assert(
      fc.property(config, config, (a, b) => {
        const direct = applied(undefined, b, 'me');
        const changed = applied(applied(undefined, a, 'me'), b, 'me');
        const want = sorted(direct) as Deployment;
        const got = sorted(changed) as Deployment;
        // Explicitly empty maps and lists stay where they were; absent and empty are alike otherwise.
        expect(JSON.stringify(normal(got))).toBe(JSON.stringify(normal(want)));
      }),
    );
  });

  test('applying again changes nothing', () => {
    fc.assert(
      fc.property(config, config, (a, b) => {
        const both = applied(applied(undefined, a, 'x'), b, 'y', { force: true });
        const again = applyConfiguration(both, b, schema, request('y', { force: true }));
        expect(again.ok && !again.value.changed && equalJson(again.value.object, both)).toBe(true);
      }),
    );
  });

  /** The value without empty maps and lists, keys sorted. */
  function normal(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(normal);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, each]) => [key, normal(each)] as const);
    return Object.fromEntries(
      entries
        .filter(
          ([, each]) =>
            each !== undefined &&
            !(typeof each === 'object' && each !== null && Object.keys(each).length === 0),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
});
