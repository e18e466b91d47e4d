import { expect, test } from 'vitest';
import type { KubeRequest } from '../kube-client.ts';
import type { ProgramContext, StreamHandlers } from '../program.ts';
import { recordingIo } from '../testing.ts';
import { kubectl } from './kubectl.ts';

const columns = [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }];
const table = {
  kind: 'Table',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { resourceVersion: '7' },
  columnDefinitions: columns,
  rows: [{ cells: ['c'], object: { metadata: { name: 'c' } } }],
};
const status = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: 'too old resource version: 1 (2)',
  reason: 'Expired',
  code: 410,
};
const discovery = {
  items: [
    {
      metadata: {},
      versions: [
        {
          version: 'v1',
          resources: [
            {
              resource: 'configmaps',
              responseKind: { group: '', version: 'v1', kind: 'ConfigMap' },
              scope: 'Namespaced',
              singularResource: 'configmap',
              verbs: ['get', 'list', 'watch'],
              shortNames: ['cm'],
            },
          ],
        },
      ],
    },
  ],
};

/** kubectl before a server that ends every watch, after the given events. */
async function run(line: string, events: readonly { type: string; object: unknown }[]) {
  let watches = 0;
  const asked: string[] = [];
  const { io, printed } = recordingIo();
  const context: ProgramContext = {
    kube: {
      request: async ({ path }: KubeRequest) => {
        asked.push(path);
        if (path === '/api') return { code: 200, body: discovery, warnings: [] };
        if (path === '/apis') return { code: 200, body: { items: [] }, warnings: [] };
        return { code: 200, body: table, warnings: [] };
      },
      stream: (_request: KubeRequest, { onEvents }: StreamHandlers) => {
        watches += 1;
        const done = Promise.resolve().then(() => {
          onEvents?.(events);
          return { code: 200, body: undefined };
        });
        return { done, close: () => undefined };
      },
    },
    now: () => Date.UTC(2026, 0, 1, 12),
    sleep: () => new Promise(() => undefined),
    machine: 'laptop',
  };
  const code = await kubectl(line.split(' '), io, context);
  return {
    printed: printed(),
    code,
    watches,
    lists: asked.filter((path) => path.includes('configmaps')).length,
  };
}

test('get -w leaves when the server ends the watch, and does not list again', async () => {
  expect(await run('get cm -w', [])).toEqual({
    printed: 'NAME\nc\n',
    code: 0,
    watches: 1,
    lists: 1,
  });
});

test('get -w prints what the server says before it ends the watch, as an object of its own', async () => {
  const { printed, code } = await run('get cm -w', [{ type: 'ERROR', object: status }]);
  expect(code).toBe(0);
  expect(printed).toBe(
    'NAME\nc\nSTATUS    REASON    MESSAGE\nFailure   Expired   too old resource version: 1 (2)\n',
  );
});
