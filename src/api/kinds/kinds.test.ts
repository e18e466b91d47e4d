import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../generated/types.ts';
import { schemaOf } from '../schema/lookup.ts';
import {
  allKinds,
  apiVersionOf,
  kindByApiVersion,
  kindByGvk,
  kindByName,
  kindByResource,
  kindsOfCategory,
  servedGroups,
} from './index.ts';

describe('the registry', () => {
  test.each(allKinds.map((each) => [`${apiVersionOf(each)} ${each.kind}`, each] as const))(
    '%s is found by every name',
    (_, kind) => {
      expect(kindByGvk(kind.group, kind.version, kind.kind)).toBe(kind);
      expect(kindByApiVersion(apiVersionOf(kind), kind.kind)).toBe(kind);
      expect(kindByResource(kind.group, kind.version, kind.plural)).toBe(kind);
      const names = [kind.plural, kind.singular, kind.kind, ...kind.shortNames];
      const suffix = kind.group === '' ? '' : `.${kind.version}.${kind.group}`;
      for (const name of names) expect(kindByName(`${name}${suffix}`)).toBe(kind);
      expect(schemaOf(apiVersionOf(kind), kind.kind)).toBeDefined();
    },
  );

  test('short names belong to one kind each, but for the two views of events', () => {
    const seen = new Map<string, string>();
    for (const { kind, shortNames } of allKinds) {
      for (const name of shortNames) {
        expect(seen.get(name) ?? kind).toBe(kind);
        seen.set(name, kind);
      }
    }
  });

  test('declarations are of one form, whatever a kind has', () => {
    const form = Object.keys(kindByGvk('', 'v1', 'Pod') ?? {});
    for (const kind of allKinds) expect(Object.keys(kind)).toEqual(form);
  });

  test('what is not served is not found', () => {
    expect(kindByGvk('apps', 'v1beta1', 'Deployment')).toBeUndefined();
    expect(kindByName('constructor')).toBeUndefined();
    expect(kindsOfCategory('__proto__')).toEqual([]);
  });

  test('groups: core first, then by name', () => {
    const groups = servedGroups().map((each) => each.group);
    expect(groups[0]).toBe('');
    expect(groups.slice(1)).toEqual(groups.slice(1).sort());
  });

  test('get all lists workloads and services', () => {
    expect(kindsOfCategory('all').map((each) => each.plural)).toEqual(
      expect.arrayContaining(['pods', 'services', 'deployments', 'replicasets']),
    );
  });
});

describe('every kind', () => {
  const bare = (kind: (typeof allKinds)[number]): KubernetesObject => ({
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      name: 'a',
      resourceVersion: '1',
      ...(kind.namespaced ? { namespace: 'default' } : {}),
    },
  });

  test.each(allKinds.map((each) => [each.kind, each] as const))(
    '%s takes an object with nothing in it without a crash, and defaults it once',
    (_, kind) => {
      const object = kind.defaults(bare(kind));
      expect(kind.defaults(object)).toBe(object);
      const created = kind.prepareForCreate(object);
      expect(Array.isArray(kind.validate(created))).toBe(true);
      const next = { ...created, metadata: { ...created.metadata, finalizers: ['a/b'] } };
      const updated = kind.prepareForUpdate(next, created);
      expect(updated.metadata.generation).toBe(created.metadata.generation);
      kind.validateUpdate(updated, created);
      kind.validateStatusUpdate(kind.prepareForStatusUpdate(next, created), created);
      expect(kind.table.cells(created, 0)).toHaveLength(kind.table.columns.length);
      kind.warnings(created);
      for (const read of Object.values(kind.selectableFields))
        expect(read(created)).toBeTypeOf('string');
      expect(kind.fromStored?.(kind.toStored?.(created) ?? created) ?? created).toMatchObject({
        kind: kind.kind,
      });
    },
  );
});
