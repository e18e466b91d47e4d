import { describe, expect, test } from 'vitest';
import { structTexts } from '../generated/schemas.ts';
import { kindsWithSchema, schemaOf, structOf, structSchema, typeAt } from './lookup.ts';

describe('schema lookup', () => {
  test('every struct of the generated texts can be read, and refers only to structs that exist', () => {
    for (const name of Object.keys(structTexts)) {
      for (const field of structSchema(name).fields.values()) {
        let type = field.type;
        while (type.kind === 'list' || type.kind === 'map')
          type = type.kind === 'list' ? type.element : type.value;
        if (type.kind === 'struct') expect(structOf(type).name).toBe(type.name);
      }
    }
  });

  test('every kind has a schema with its own apiVersion and kind', () => {
    for (const [apiVersion, kind] of kindsWithSchema()) {
      const schema = schemaOf(apiVersion, kind);
      expect(schema?.goName).toBe(kind);
      expect(schema?.fields.get('kind')?.type).toMatchObject({ enum: [kind] });
      expect(schema?.fields.get('apiVersion')?.type).toMatchObject({ enum: [apiVersion] });
    }
  });

  test.each([
    ['v2', 'Pod'],
    ['v1', '__proto__'],
    ['__proto__', 'Pod'],
    ['apps/v1', 'Pod'],
    ['', ''],
  ])('%s %s is no kind', (apiVersion, kind) => expect(schemaOf(apiVersion, kind)).toBeUndefined());

  const deployment = structSchema('Deployment');
  const cases = [
    { path: ['spec', 'replicas'], want: { kind: 'scalar', scalar: 'int32' } },
    { path: ['spec', 'template', 'spec', 'containers', 0, 'image'], want: { scalar: 'string' } },
    {
      path: ['spec', 'template', 'spec', 'containers'],
      want: { relationship: 'map', keys: ['name'], mergeKey: 'name' },
    },
    {
      path: ['spec', 'template', 'spec', 'containers', 0, 'ports'],
      want: { keys: ['containerPort', 'protocol'], mergeKey: 'containerPort' },
    },
    {
      path: ['spec', 'template', 'spec', 'volumes'],
      want: { keys: ['name'], mergeKey: 'name', retainKeys: true },
    },
    {
      path: ['spec', 'template', 'spec', 'tolerations'],
      want: { relationship: 'atomic', mergeKey: undefined },
    },
    { path: ['spec', 'template', 'spec', 'nodeSelector'], want: { kind: 'map', atomic: true } },
    {
      path: ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'cpu'],
      want: { scalar: 'quantity' },
    },
    { path: ['spec', 'strategy'], want: { kind: 'struct', retainKeys: true } },
    {
      path: ['spec', 'template', 'spec', 'containers', 0, 'imagePullPolicy'],
      want: { goType: 'v1.PullPolicy' },
    },
    { path: ['metadata', 'finalizers'], want: { relationship: 'set', mergeKey: '' } },
    { path: ['metadata', 'uid'], want: { goType: 'types.UID' } },
  ] as const;
  test.each(cases)('$path', ({ path, want }) =>
    expect(typeAt(deployment, path)).toMatchObject(want),
  );

  test.each([
    [['spec', 'nothing']],
    [['spec', 0]],
    [['metadata', 'labels', 'a', 'b']],
    [['__proto__']],
  ])('%j is nowhere', (path) => expect(typeAt(deployment, path)).toBeUndefined());

  test('what the server always sends', () => {
    expect(structSchema('Container').emittedFields.map((field) => field.name)).toEqual([
      'name',
      'resources',
    ]);
    expect(structSchema('DeploymentSpec').emittedFields.map((field) => field.name)).toEqual([
      'strategy',
      'template',
    ]);
  });
});
