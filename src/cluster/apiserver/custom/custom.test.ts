import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../api/patch/json.ts';
import { apiServerRig, ask, eventsOf, run, send, type ApiServerRig } from '../testing.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const TABS = '/apis/stable.example.com/v1/namespaces/default/crontabs';
const NAME = 'crontabs.stable.example.com';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['cronSpec'],
      'x-kubernetes-validations': [
        { rule: 'self.replicas <= self.max', message: 'replicas must not exceed max' },
        { rule: 'oldSelf.cronSpec == self.cronSpec', message: 'cronSpec is immutable' },
      ],
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        image: { type: 'string', default: 'busybox' },
        replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
        max: { type: 'integer', default: 5 },
        mode: { type: 'string', enum: ['fast', 'slow'] },
        port: { 'x-kubernetes-int-or-string': true },
        raw: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
          },
        },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
    },
  },
};

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: NAME },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: {
      plural: 'crontabs',
      singular: 'crontab',
      kind: 'CronTab',
      shortNames: ['ct'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        selectableFields: [{ jsonPath: '.spec.mode' }],
        additionalPrinterColumns: [
          { name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
          { name: 'Mode', type: 'string', jsonPath: '.spec.mode', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
};

function tab(spec: object, name = 'mine'): object {
  return { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name }, spec };
}

function ready(): ApiServerRig {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  expect(ask(rig, { method: 'POST', path: DEFINITIONS, body: definition }).code).toBe(201);
  run(rig);
  return rig;
}

function post(rig: ApiServerRig, spec: object, query = '', name = 'mine') {
  return ask(rig, { method: 'POST', path: `${TABS}${query}`, body: tab(spec, name) });
}

const good = { cronSpec: '* * * * */5' };

describe('a definition', () => {
  test('is accepted, and says so', () => {
    const rig = ready();
    const { body } = ask(rig, { method: 'GET', path: `${DEFINITIONS}/${NAME}` });
    expect(body).toMatchObject({
      status: {
        acceptedNames: { plural: 'crontabs', kind: 'CronTab', listKind: 'CronTabList' },
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
        storedVersions: ['v1'],
      },
    });
  });

  test('shows in discovery', () => {
    const rig = ready();
    const list = ask(rig, { method: 'GET', path: '/apis/stable.example.com/v1' })
      .body as JsonObject;
    expect((list['resources'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'crontabs',
      'crontabs/scale',
      'crontabs/status',
    ]);
    expect(ask(rig, { method: 'GET', path: '/apis/stable.example.com' }).body).toMatchObject({
      preferredVersion: { version: 'v1' },
      versions: [{ version: 'v1' }, { version: 'v1beta1' }],
    });
  });

  test.each([
    [
      { metadata: { name: 'x' } },
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    ],
    [
      { spec: { ...definition.spec, scope: 'Nowhere' } },
      'spec.scope: Unsupported value: "Nowhere": supported values: "Cluster", "Namespaced"',
    ],
    [
      { spec: { ...definition.spec, versions: [{ name: 'v1', served: true, storage: true }] } },
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ],
    [
      {
        spec: {
          ...definition.spec,
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: { spec: { properties: { a: { type: 'array' } } } },
                },
              },
            },
          ],
        },
      },
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields, spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[a].items: Required value: must be specified',
    ],
  ])('refusal %#', (change, message) => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    const { code, body } = ask(rig, {
      method: 'POST',
      path: DEFINITIONS,
      body: { ...definition, ...change },
    });
    expect(code).toBe(422);
    expect((body as { message: string }).message).toContain(message);
  });

  test('names that are taken are refused', () => {
    const rig = ready();
    const other = {
      ...definition,
      metadata: { name: 'others.stable.example.com' },
      spec: { ...definition.spec, names: { plural: 'others', singular: 'other', kind: 'CronTab' } },
    };
    ask(rig, { method: 'POST', path: DEFINITIONS, body: other });
    run(rig);
    expect(
      ask(rig, { method: 'GET', path: `${DEFINITIONS}/others.stable.example.com` }).body,
    ).toMatchObject({
      status: {
        conditions: [
          {
            type: 'NamesAccepted',
            status: 'False',
            reason: 'KindConflict',
            message: '"CronTab" is already in use',
          },
          { type: 'Established', status: 'False', reason: 'NotAccepted' },
        ],
      },
    });
  });

  test('outlives its objects, and takes its kinds along', () => {
    const rig = ready();
    post(rig, good);
    const id = send(rig, { method: 'GET', path: `${TABS}?watch=true&resourceVersion=0` });
    const gone = ask(rig, { method: 'DELETE', path: `${DEFINITIONS}/${NAME}` });
    expect(gone.body).toMatchObject({
      metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
    });
    run(rig);
    expect(eventsOf(rig, id).map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    expect(ask(rig, { method: 'GET', path: `${DEFINITIONS}/${NAME}` }).code).toBe(404);
    expect(ask(rig, { method: 'GET', path: TABS }).body).toMatchObject({
      message: 'the server could not find the requested resource',
    });
    // And it can come back.
    ask(rig, { method: 'POST', path: DEFINITIONS, body: definition });
    run(rig);
    expect(ask(rig, { method: 'GET', path: TABS }).body).toMatchObject({ items: [] });
  });
});

describe('a custom resource', () => {
  test('is defaulted, pruned and kept', () => {
    const rig = ready();
    const made = post(rig, { ...good, unknown: 1, raw: { any: { thing: 1 } } });
    expect(made.code).toBe(201);
    expect(made.warnings?.[0]).toBe('unknown field "spec.unknown"');
    expect(made.body).toMatchObject({ metadata: { generation: 1 } });
    expect((made.body as { spec: unknown }).spec).toEqual({
      ...good,
      image: 'busybox',
      replicas: 1,
      max: 5,
      raw: { any: { thing: 1 } },
    });
    expect(post(rig, { ...good, unknown: 1 }, '?fieldValidation=Strict', 'x').body).toMatchObject({
      message:
        'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.unknown"',
    });
  });

  test.each([
    [{}, 'spec.cronSpec: Required value'],
    [{ cronSpec: 'x' }, 'spec.cronSpec: Invalid value: "x": spec.cronSpec in body should match '],
    [
      { ...good, replicas: 'one' },
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ],
    [
      { ...good, replicas: 11 },
      'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    ],
    [{ ...good, mode: 'x' }, 'spec.mode: Unsupported value: "x": supported values: "fast", "slow"'],
    [
      { ...good, port: true },
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ],
    [
      { ...good, ports: [{ name: 'a' }, { name: 'a' }] },
      'spec.ports[1]: Duplicate value: {"name":"a"}',
    ],
    [{ ...good, replicas: 6 }, 'spec: Invalid value: "object": replicas must not exceed max'],
  ])('refusal %#', (spec, message) => {
    const { code, body } = post(ready(), spec);
    expect(code).toBe(422);
    expect((body as { message: string }).message).toContain(message);
  });

  test('generation, status and transition rules', () => {
    const rig = ready();
    const { metadata } = post(rig, good).body as { metadata: { resourceVersion: string } };
    const path = `${TABS}/mine`;
    expect(
      ask(rig, { method: 'PUT', path, body: tab({ ...good, replicas: 2 }) }).body,
    ).toMatchObject({
      message: expect.stringContaining(
        'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      ),
    });
    const patch = (body: object, sub = '') =>
      ask(rig, {
        method: 'PATCH',
        path: `${path}${sub}`,
        body,
        contentType: 'application/merge-patch+json',
      });
    expect(patch({ spec: { replicas: 2 }, status: { replicas: 9 } }).body).toMatchObject({
      metadata: { generation: 2 },
    });
    expect(
      patch({ status: { replicas: 2, selector: 'a=b' }, spec: { replicas: 3 } }, '/status').body,
    ).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 2 },
      status: { replicas: 2 },
    });
    expect(patch({ spec: { cronSpec: '1 1 1 1 1' } }).body).toMatchObject({
      message: expect.stringContaining('spec: Invalid value: "object": cronSpec is immutable'),
    });
    expect(ask(rig, { method: 'GET', path: `${path}/scale` }).body).toMatchObject({
      spec: { replicas: 2 },
      status: { replicas: 2, selector: 'a=b' },
    });
    expect(patch({ spec: { replicas: 4 } }, '/scale').code).toBe(200);
    expect(ask(rig, { method: 'GET', path }).body).toMatchObject({
      spec: { replicas: 4 },
      metadata: { generation: 3 },
    });
    expect(Number(metadata.resourceVersion)).toBeGreaterThan(0);
    expect(
      ask(rig, {
        method: 'PATCH',
        path,
        body: {},
        contentType: 'application/strategic-merge-patch+json',
      }).code,
    ).toBe(415);
  });

  test('server-side apply merges lists by their keys', () => {
    const rig = ready();
    const apply = (manager: string, spec: object) =>
      ask(rig, {
        method: 'PATCH',
        path: `${TABS}/mine?fieldManager=${manager}`,
        body: tab(spec),
        contentType: 'application/apply-patch+yaml',
      });
    expect(apply('a', { ...good, ports: [{ name: 'x', port: 1 }] }).code).toBe(201);
    const second = apply('b', { ports: [{ name: 'y', port: 2 }] });
    expect(second.body).toMatchObject({
      spec: {
        ports: [
          { name: 'x', port: 1 },
          { name: 'y', port: 2 },
        ],
      },
    });
    expect(apply('b', { ports: [{ name: 'x', port: 3 }] }).body).toMatchObject({
      message: expect.stringContaining('conflict with "a": .spec.ports[name="x"].port'),
    });
  });

  test('is listed as a Table, by selectable field, and in its other version', () => {
    const rig = ready();
    post(rig, { ...good, mode: 'fast' });
    post(rig, good, '', 'other');
    const table = ask(rig, {
      method: 'GET',
      path: TABS,
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    }).body as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] };
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual([
      'Name',
      'Spec',
      'Replicas',
      'Mode',
      'Age',
    ]);
    expect(table.rows[0]?.cells.slice(0, 4)).toEqual(['mine', '* * * * */5', 1, 'fast']);
    expect(table.rows[1]?.cells[3]).toBeNull();
    const found = ask(rig, { method: 'GET', path: `${TABS}?fieldSelector=spec.mode%3Dfast` }).body;
    expect((found as { items: unknown[] }).items).toHaveLength(1);
    const beta = ask(rig, { method: 'GET', path: `${TABS.replace('/v1/', '/v1beta1/')}/mine` });
    expect(beta.body).toMatchObject({ apiVersion: 'stable.example.com/v1beta1' });
    expect(beta.warnings).toEqual(['stable.example.com/v1beta1 CronTab is deprecated']);
  });
});
