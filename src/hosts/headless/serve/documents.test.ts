import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomResourceDefinition } from '../../../api/generated/types.ts';
import { answerOpenApi } from '../../open-api/in-session.ts';
import type { SessionResponse } from '../../session.ts';
import { serveCluster, type ServedCluster } from './serve.ts';

const definition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
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
            properties: { spec: { type: 'object', description: 'What and when.' } },
          },
        },
      },
    ],
  },
};

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('what a server says of its types', () => {
  let served: ServedCluster;
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${served.address}${path}`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${served.token}`, ...headers },
    });

  beforeAll(async () => {
    const settings = { port: 0, host: '127.0.0.1', nodes: 0, seed: 1, speed: 1 };
    served = await serveCluster({ ...settings, waitForNodes: false });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await fetch(`${served.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(definition),
    });
    const until = Date.now() + 20_000;
    while ((await get('/apis/stable.example.com/v1')).status !== 200 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(() => served.close());

  const tagged: readonly (readonly [path: string, accept: string])[] = [
    ['/api', AGGREGATED],
    ['/apis', AGGREGATED],
    ['/openapi/v2', 'application/json'],
    ['/openapi/v3/apis/apps/v1', 'application/json'],
    ['/openapi/v3/apis/stable.example.com/v1', 'application/json'],
  ];

  test.each(tagged)('%s has a tag; who knows it gets no body', async (path, Accept) => {
    const first = await get(path, { Accept });
    const tag = first.headers.get('etag') ?? '';
    expect(first.status).toBe(200);
    expect(tag).toMatch(/^"[0-9A-F]+"$/);
    await first.text();
    const second = await get(path, { Accept, 'If-None-Match': tag });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe('');
    expect((await get(path, { Accept, 'If-None-Match': '"other"' })).status).toBe(200);
  });

  test('a document at the address that the index gives is for ever; at another hash it has moved', async () => {
    const index = (await (await get('/openapi/v3')).json()) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    for (const path of ['apis/apps/v1', 'apis/stable.example.com/v1']) {
      const url = index.paths[path]?.serverRelativeURL ?? '';
      const document = await get(url);
      expect(document.status).toBe(200);
      expect(document.headers.get('cache-control')).toBe('public, immutable');
      const moved = await get(`/openapi/v3/${path}?hash=OLD`);
      expect([moved.status, moved.headers.get('location')]).toEqual([301, url]);
    }
  });

  test('version 2 is one document of everything', async () => {
    const document = (await (await get('/openapi/v2')).json()) as {
      readonly swagger: string;
      readonly paths: Record<string, Record<string, unknown>>;
      readonly definitions: Record<string, unknown>;
    };
    expect(document.swagger).toBe('2.0');
    expect(document.definitions['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      properties: { spec: { $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentSpec' } },
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    });
    expect(document.definitions['com.example.stable.v1.CronTab']).toMatchObject({
      properties: { spec: { type: 'object', description: 'What and when.' } },
    });
    const collection = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments'];
    expect(collection?.['post']).toMatchObject({
      consumes: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
      parameters: [
        { in: 'body', schema: { $ref: '#/definitions/io.k8s.api.apps.v1.Deployment' } },
        { in: 'query', name: 'dryRun', type: 'string' },
        {},
        {},
      ],
    });
    const text = JSON.stringify(document);
    expect(text).not.toContain('#/components/');
    const names = [...text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
    const missing = names.filter((name) => document.definitions[name ?? ''] === undefined);
    expect([...new Set(missing)]).toEqual([]);
    expect((await get('/openapi/v2', { Accept: 'text/plain' })).status).toBe(404);
  });

  test('a page gets the same documents, custom resources’ too', async () => {
    const bodyAt = async (path: string): Promise<SessionResponse> =>
      answerOpenApi(served.session, { method: 'GET', path });
    expect((await bodyAt('/openapi/v3')).body).toEqual(await (await get('/openapi/v3')).json());
    for (const path of ['/openapi/v3/apis/stable.example.com/v1', '/openapi/v3/apis/apps/v1']) {
      expect((await bodyAt(path)).body).toEqual(await (await get(path)).json());
    }
    expect((await bodyAt('/openapi/v3/apis/nobody.example.com/v1')).code).toBe(404);
  });
});
