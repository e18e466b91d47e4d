import { describe, expect, test } from 'vitest';
import type { CustomResourceDefinition } from '../generated/types.ts';
import { customOpenApiDocument, openApiIndex } from './document.ts';

const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com', generation: 1, uid: 'u' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};

describe('OpenAPI of definitions', () => {
  test('has its place in the index, and a document', () => {
    const { paths } = openApiIndex([definition]) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain('apis/stable.example.com/v1');
    const document = customOpenApiDocument('apis/stable.example.com/v1', [definition], new Map());
    expect(document).toMatchObject({
      paths: { '/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}': {} },
      components: {
        schemas: {
          'com.example.stable.v1.CronTab': {
            properties: { spec: { properties: { replicas: { type: 'integer' } } } },
            'x-kubernetes-group-version-kind': [
              { group: 'stable.example.com', version: 'v1', kind: 'CronTab' },
            ],
          },
        },
      },
    });
    expect(customOpenApiDocument('apis/other/v1', [definition], new Map())).toBeUndefined();
  });
});
