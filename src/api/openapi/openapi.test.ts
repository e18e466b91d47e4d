import { describe, expect, test } from 'vitest';
import apps from '../generated/descriptions/apps.json';
import core from '../generated/descriptions/core.json';
import meta from '../generated/descriptions/meta.json';
import { openApiDocument, openApiIndex, openApiParts } from './document.ts';
import type { GroupDescriptions, OpenApiSchema } from './schemas.ts';
import { openApiV2Document } from './version-2.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, OpenApiSchema>> };
}

interface Operation {
  readonly parameters: readonly { readonly name: string }[];
  readonly 'x-kubernetes-group-version-kind': unknown;
}

const descriptions = new Map(Object.entries({ apps, core, meta })) as unknown as GroupDescriptions;
const document = openApiDocument(
  { group: 'apps', version: 'v1' },
  { release: 'v1.35.0', descriptions },
) as Document;
const { schemas } = document.components;

describe('OpenAPI v3', () => {
  test('kinds that are served and never stored have their place', () => {
    const { paths, components } = openApiDocument(
      { group: '', version: 'v1' },
      { release: 'v1.35.0', descriptions },
    ) as Document;
    const about = (kind: string) => ({ group: '', version: 'v1', kind });
    const bindings = paths['/api/v1/namespaces/{namespace}/bindings'] ?? {};
    expect(Object.keys(bindings).sort()).toEqual(['parameters', 'post']);
    expect(bindings['post']?.['x-kubernetes-group-version-kind']).toEqual(about('Binding'));
    for (const path of ['/api/v1/componentstatuses', '/api/v1/componentstatuses/{name}']) {
      expect(Object.keys(paths[path] ?? {}).sort()).toEqual(['get', 'parameters']);
    }
    expect(components.schemas['io.k8s.api.core.v1.ComponentStatus']).toMatchObject({
      description: expect.stringContaining(
        'Deprecated: This API is deprecated in v1.19+',
      ) as string,
      properties: { conditions: { 'x-kubernetes-patch-merge-key': 'type' } },
      'x-kubernetes-group-version-kind': [about('ComponentStatus')],
    });
    expect(components.schemas['io.k8s.api.core.v1.Binding']).toMatchObject({
      required: ['target'],
      'x-kubernetes-group-version-kind': [about('Binding')],
    });
  });

  test('the index names every group and version that is served', () => {
    const { paths } = openApiIndex() as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toEqual(openApiParts().map(({ path }) => path));
    expect(paths['apis/apps/v1']?.serverRelativeURL).toMatch(
      /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{8}$/,
    );
  });

  test('a patch says which kind it changes and that it validates fields', () => {
    const object = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(object?.['patch']).toMatchObject({
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    const names = object?.['patch']?.parameters.map(({ name }) => name);
    expect(names).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
  });

  test('kinds, lists that merge, shared scalars', () => {
    expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
      properties: { kind: { type: 'string', description: expect.any(String) as unknown } },
    });
    const podSpec = schemas['io.k8s.api.core.v1.PodSpec'];
    expect(podSpec).toMatchObject({
      required: ['containers'],
      properties: {
        containers: {
          type: 'array',
          'x-kubernetes-patch-merge-key': 'name',
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
        volumes: { 'x-kubernetes-patch-strategy': 'merge,retainKeys' },
        restartPolicy: { enum: ['Always', 'Never', 'OnFailure'] },
      },
    });
    expect(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({
      format: 'int-or-string',
    });
  });

  test('every reference leads to a schema', () => {
    const references = JSON.stringify(document).matchAll(
      /"\$ref":"#\/components\/schemas\/([^"]+)"/g,
    );
    for (const [, name = ''] of references) expect(schemas).toHaveProperty([name]);
  });
});

test('OpenAPI v2 is a small message that names itself', () => {
  const bytes = openApiV2Document('v1.35.0');
  expect([...bytes.subarray(0, 5)]).toEqual([0x0a, 3, 0x32, 0x2e, 0x30]);
  const text = new TextDecoder().decode(bytes);
  expect(text).toContain('fieldValidation');
  expect(bytes.length).toBeLessThan(400);
});
